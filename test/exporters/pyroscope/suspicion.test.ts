import assert from 'node:assert/strict';
import test from 'node:test';
import type { Attempted } from '../../../src/exporters/pyroscope/attempt.ts';
import type { Attempts } from '../../../src/exporters/pyroscope/attempts.ts';
import { encode } from '../../../src/exporters/pyroscope/encode.ts';
import { type Load, readRequest } from '../../../src/exporters/pyroscope/load.ts';
import { type Suspicion, Suspicions } from '../../../src/exporters/pyroscope/suspicion.ts';
import { batchOf, pushSeries } from '../../support/batches.ts';
import { FakeClock } from '../../support/fake-clock.ts';

function loadOf(service: string, tenant = ''): Load {
  const [record] = encode(batchOf(pushSeries({ service_name: service }, 1, tenant)), true);
  const request = record && readRequest(record);
  if (record === undefined || request === undefined) throw new Error('a batch of one series is one record');
  const attempts: Attempts = { made: 1, since: 0, suspectSince: undefined, suspect: 0, notBefore: 0, last: undefined };
  return { record, request, attempts };
}

/** Suspicions on a clock that moves a second with each event. */
function court(): {
  taken(load: Load): Promise<void>;
  failed(load: Load, position: number, more?: { words?: string; down?: boolean }): Promise<Suspicion>;
  suspicions: Suspicions;
} {
  const clock = new FakeClock();
  const suspicions = new Suspicions(clock);
  return {
    suspicions,
    async taken(load) {
      await clock.advance(1000);
      suspicions.taken(load, clock.monotonic());
    },
    async failed(load, position, { words = 'no pprof', down = false } = {}) {
      const startedAt = clock.monotonic();
      await clock.advance(1000);
      const attempted: Attempted = {
        startedAt,
        judgement: { fault: 'ambiguous', tries: 10, final: false },
        answer: { kind: 'refused', status: 500, code: 2, message: words, webPage: false, retryAfterMs: undefined },
      };
      return suspicions.weigh(load, position, attempted, down);
    },
  };
}

test('nothing is held against a record while nobody else is taken', async () => {
  const { failed } = court();
  const load = loadOf('a');
  for (let n = 0; n < 50; n++) assert.deepEqual(await failed(load, 1), { tries: 10, failures: 1, likely: false });
});

test('what was taken before a record failed proves nothing', async () => {
  const { failed, taken } = court();
  await taken(loadOf('b'));
  assert.equal((await failed(loadOf('a'), 1)).likely, false);
});

test('each failure counts from the first that a neighbour does not share', async () => {
  const { failed, taken } = court();
  const load = loadOf('a');
  await failed(load, 1);
  await taken(loadOf('b'));
  assert.deepEqual(await failed(load, 1), { tries: 10, failures: 2, likely: true });
  assert.equal((await failed(load, 1)).failures, 3);
});

test('while the endpoint counts as down the count begins anew', async () => {
  const { failed, taken } = court();
  const load = loadOf('a');
  await failed(load, 1);
  await taken(loadOf('b'));
  await failed(load, 1);
  assert.equal((await failed(load, 1, { down: true })).failures, 1);
  assert.equal((await failed(load, 1)).failures, 1, 'the neighbour was taken before that');
});

test('neighbours of the same tenant come first', async () => {
  const { failed, taken } = court();
  const load = loadOf('a', 't1');
  await failed(load, 1);
  await failed(loadOf('b', 't1'), 2);
  await taken(loadOf('c', 't2'));
  assert.equal((await failed(load, 1)).likely, false, 'the other one of the tenant failed as well');
  await taken(loadOf('d', 't1'));
  assert.equal((await failed(load, 1)).likely, true);
});

test('a tenant without neighbours is judged by all others', async () => {
  const { failed, taken } = court();
  const load = loadOf('a', 't1');
  await failed(load, 1);
  await failed(load, 1);
  await taken(loadOf('c', 't2'));
  assert.equal((await failed(load, 1)).likely, true, 'its own failures are no neighbour');
});

test('after three poisonous profiles of a service in the same words its next gets two tries, whatever the numbers in them', async () => {
  const { failed, suspicions } = court();
  for (const id of ['17', '4a-5b', '0xff']) suspicions.condemned(loadOf('a'), `HTTP 500: profile ${id} is no pprof`);
  assert.equal((await failed(loadOf('a'), 1, { words: 'profile 99 is no pprof' })).tries, 2);
  assert.equal((await failed(loadOf('a'), 2, { words: 'other words' })).tries, 10);
  assert.equal((await failed(loadOf('b'), 3, { words: 'profile 99 is no pprof' })).tries, 10);
});

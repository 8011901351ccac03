import assert from 'node:assert/strict';
import test from 'node:test';
import type { Answer } from '../../../src/exporters/pyroscope/attempt/answer.ts';
import type { VerdictKind } from '../../../src/exporters/pyroscope/attempt/verdict.ts';
import { Histories, type History } from '../../../src/exporters/pyroscope/poison/history.ts';
import { type Suspicion, Suspicions } from '../../../src/exporters/pyroscope/poison/suspicion.ts';
import { FakeClock } from '../../support/fake-clock.ts';

const refusedWith = (message: string): Answer => ({
  kind: 'refused',
  status: 500,
  code: 2,
  message,
  webPage: false,
  retryAfterMs: undefined,
});

/** One record, and what an endpoint knows of it. */
interface Subject {
  readonly group: { readonly tenant: string; readonly service: string };
  readonly history: History;
}

function subject(service: string, tenant = ''): Subject {
  return { group: { tenant, service }, history: new Histories().begin(0, 0) };
}

/** Suspicions on a clock that moves a second with each event. */
function court() {
  const clock = new FakeClock();
  const suspicions = new Suspicions(clock);
  return {
    suspicions,
    async taken(tenant = ''): Promise<void> {
      await clock.advance(1000);
      suspicions.taken(tenant, clock.monotonic());
    },
    async failed({ group, history }: Subject, words = 'no pprof', kind: VerdictKind = 'unclear'): Promise<Suspicion> {
      await clock.advance(1000);
      return suspicions.weigh(history, group, { kind, tries: 10, final: false }, refusedWith(words));
    },
  };
}

test('nothing is held against a record while nobody else is taken, however often it fails', async () => {
  const { failed } = court();
  const bad = subject('a');
  for (let n = 0; n < 500; n++) assert.deepEqual(await failed(bad), { likely: false, poison: false });
});

test('what was taken before a record failed proves nothing', async () => {
  const { failed, taken } = court();
  await taken();
  assert.equal((await failed(subject('a'))).likely, false);
});

test('a record is poison with its tenth failure, where others were taken between them', async () => {
  const { failed, taken } = court();
  const bad = subject('a');
  for (let n = 1; n <= 10; n++) {
    assert.equal((await failed(bad)).poison, n === 10, `failure ${n}`);
    await taken();
  }
});

test('one who was taken counts once: without another one no failure counts that follows', async () => {
  const { failed, taken } = court();
  const bad = subject('a');
  await failed(bad);
  await taken();
  assert.equal((await failed(bad)).likely, true);
  for (let n = 0; n < 50; n++) assert.deepEqual(await failed(bad), { likely: false, poison: false });
});

test('an outage that is over convicts nobody: five of its failures count, and three more need others that were taken', async () => {
  const { failed, taken } = court();
  const victim = subject('a');
  for (let n = 0; n < 100; n++) await failed(victim);
  for (let n = 1; n <= 5; n++) {
    await taken();
    assert.equal((await failed(victim)).poison, n === 5, `failure ${n} after the outage`);
  }
});

test('the endpoint or our configuration may be at fault for one record alone too', async () => {
  const { failed, taken } = court();
  const bad = subject('a');
  for (let n = 1; n <= 10; n++) {
    assert.equal((await failed(bad, 'not found', 'misdirected')).poison, n === 10, `failure ${n}`);
    await taken();
  }
});

test('what is nobody’s fault counts for nothing', async () => {
  const { failed, taken } = court();
  const victim = subject('a');
  for (let n = 1; n <= 30; n++) {
    assert.deepEqual(await failed(victim, 'later', n % 2 === 0 ? 'down' : 'denied'), { likely: false, poison: false });
    await taken();
  }
});

test('neighbours of the same tenant come first', async () => {
  const { failed, taken } = court();
  const bad = subject('a', 't1');
  await failed(bad);
  await failed(subject('b', 't1'));
  await taken('t2');
  assert.equal((await failed(bad)).likely, false, 'another service of the tenant failed as well');
  await taken('t1');
  assert.equal((await failed(bad)).likely, true);
});

test('a failure of a neighbour is kept when the record itself fails after it', async () => {
  const { failed, taken } = court();
  const bad = subject('a', 't1');
  await failed(bad);
  await failed(subject('b', 't1'));
  await failed(subject('a', 't1'));
  await taken('t2');
  assert.equal((await failed(bad)).likely, false);
});

test('a tenant with one service is judged by all others', async () => {
  const { failed, taken } = court();
  const bad = subject('a', 't1');
  await failed(bad);
  await failed(subject('a', 't1'));
  await taken('t2');
  assert.equal((await failed(bad)).likely, true, 'failures of its own service are no neighbour');
});

test('after three poisonous profiles of a service in the same words its next gets two tries, whatever the numbers in them', async () => {
  const { failed, taken, suspicions } = court();
  for (const id of ['17', '4a-5b', '0xff']) suspicions.condemned({ tenant: '', service: 'a' }, refusedWith(`profile ${id} is no pprof`));
  const again = async (service: string, words: string): Promise<boolean> => {
    const next = subject(service);
    await failed(next, words);
    await taken();
    return (await failed(next, words)).poison;
  };
  assert.equal(await again('a', 'profile 99 is no pprof'), true);
  assert.equal(await again('a', 'other words'), false);
  assert.equal(await again('b', 'profile 99 is no pprof'), false);
});

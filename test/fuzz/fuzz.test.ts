import assert from 'node:assert/strict';
import { test } from 'node:test';
import { call, until } from '../net/server/serving.ts';
import { bytesOf, pushOf, receiving } from '../receivers/pyroscope/receiving.ts';
import { fraction, fuzzConnection, fuzzReaders, mutator } from './fuzz.ts';

// `npm run fuzz` does the same for minutes, from a seed that it prints.
const rounds = 400;
const connections = 150;

test('readers return or throw a named error, whatever the bytes', async () => {
  const mutate = mutator(fraction(1));
  for (let round = 0; round < rounds; round++) await fuzzReaders(mutate);
});

test('a receiver closes every connection, holds nothing afterwards, and serves others meanwhile', async (t) => {
  const { port, host } = await receiving(t, { timeouts: { header: '1s', request: '1s', idle: '1s' } }, { consume: () => undefined });
  const random = fraction(2);
  const mutate = mutator(random);
  const push = { path: '/push.v1.PusherService/Push', body: bytesOf(pushOf()), headers: { 'content-type': 'application/proto' } };
  for (let done = 0; done < connections; done += 10) {
    const crowd = Array.from({ length: 10 }, () => fuzzConnection(port, mutate, random()));
    assert.equal((await call(port, push)).status, 200);
    await Promise.all(crowd);
  }
  await until(() => host.metric('flamegate_in_flight_bytes') === 0);
  assert.deepEqual(
    host.lines.filter(({ level }) => level === 'error'),
    [],
  );
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { pushSeries } from '../../support/batches.ts';
import { FakeClock } from '../../support/fake-clock.ts';
import { hostOf, rig, server } from './rig.ts';

test('a queue that drops its oldest profiles says so at most once a minute with how many, and is degraded until it is over', async () => {
  const clock = new FakeClock();
  const up = await server(() => ({ do: 'stall' }));
  const { push, host, account } = await rig({ endpoints: [{ url: up.url }], queue: { max_size: 250, overflow: 'drop_oldest' } }, { clock });
  const name = hostOf(up.url);
  const lines = () => host.lines.filter(({ message }) => message === 'the queue is full: its oldest profiles were dropped');
  const advance = async (seconds: number): Promise<void> => {
    for (let second = 0; second < seconds; second++) await clock.advance(1000);
  };
  for (let at = 0; at < 200; at++) await push(pushSeries({ service_name: 'a' }));
  await advance(2);
  const { overflow } = account(name).dropped;
  assert.ok(overflow > 0);
  const facts = { exporter: 'pyroscope/test', endpoint: name, reason: 'overflow' };
  assert.deepEqual(
    lines().map((line) => [line.level, line.facts]),
    [['warn', { ...facts, profiles: overflow }]],
  );
  const health = host.healths.get(name);
  assert.ok(health?.kind === 'degraded' && health.reason.includes('the queue is full and drops its oldest profiles'));

  for (let at = 0; at < 100; at++) await push(pushSeries({ service_name: 'a' }));
  await advance(2);
  assert.equal(lines().length, 1);
  await advance(90);
  assert.equal(lines().length, 2);
  assert.equal(lines()[1]?.facts['profiles'], account(name).dropped.overflow - overflow);
  const after = host.healths.get(name);
  assert.ok(after?.kind !== 'degraded' || !after.reason.includes('the queue is full'));
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { MemoryWatch } from '../../src/service/memory-watch.ts';
import { FakeClock } from '../support/fake-clock.ts';
import { createTestHost } from '../support/host.ts';

test('two steps, each left lower than it was entered, each a metric and a line', async () => {
  const clock = new FakeClock();
  const host = createTestHost({ clock });
  let resident = 0;
  const watch = new MemoryWatch({ ...host, readings: { resident: () => resident, cgroupLimit: () => 1000 } });
  const at = async (bytes: number): Promise<string> => {
    resident = bytes;
    await clock.advance(500);
    return watch.level;
  };
  const levels = [];
  for (const bytes of [849, 850, 801, 799, 950, 901, 899, 810, 790]) levels.push(await at(bytes));
  assert.deepEqual(levels, ['ok', 'high', 'high', 'ok', 'full', 'full', 'high', 'high', 'ok']);
  assert.deepEqual(
    host.lines.map(({ level }) => level),
    ['warn', 'info', 'warn', 'warn', 'info'],
  );
  await at(960);
  assert.equal(host.metric('flamegate_memory_pressure'), 2);
  assert.equal(host.metric('flamegate_memory_limit_bytes'), 1000);
  watch.limitBytes = 2000;
  assert.equal(await at(960), 'ok', 'a limit that is set counts instead of that of the cgroup');
  watch.stop();
  assert.equal(clock.pending, 0);
});

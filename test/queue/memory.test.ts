import assert from 'node:assert/strict';
import { test } from 'node:test';
import { recordSize } from '../../src/queue/log.ts';
import { MemoryLog } from '../../src/queue/memory.ts';
import { FakeClock } from '../support/fake-clock.ts';
import { drain, options, record, testLogContract } from './contract.ts';

testLogContract('memory', async (clock, limits) => new MemoryLog(limits, clock));

test('a memory log yields the very object that was appended', async () => {
  const log = new MemoryLog({ maxSizeBytes: Number.POSITIVE_INFINITY, overflow: 'refuse', fsync: 'never' }, new FakeClock());
  const cursor = await log.cursor('a', options());
  const stored = record('1');
  await log.append(stored);
  assert.equal((await cursor.take('oldest', new AbortController().signal)).record, stored);
});

test('a memory log drops one record at a time, no more than it must', async () => {
  const [one, two, three] = [record('1'), record('2'), record('3')];
  const log = new MemoryLog({ maxSizeBytes: 2 * recordSize(one), overflow: 'drop_oldest', fsync: 'never' }, new FakeClock());
  const { account } = options();
  const cursor = await log.cursor('a', options({ account }));
  for (const each of [one, two, three]) await log.append(each);
  assert.equal(account.dropped.overflow, 1);
  assert.equal(log.stats.sizeBytes, 2 * recordSize(one));
  assert.deepEqual(await drain(cursor, 2), ['2', '3']);
});

test('a memory log without a limit keeps nothing and sets no timer once everything is done', async () => {
  const clock = new FakeClock();
  const log = new MemoryLog({ maxSizeBytes: Number.POSITIVE_INFINITY, overflow: 'refuse', fsync: 'never' }, clock);
  const cursor = await log.cursor('a', options());
  for (let at = 0; at < 100; at++) {
    const lease = cursor.take('oldest', new AbortController().signal);
    await log.append(record(String(at)));
    assert.equal(clock.pending, 0);
    (await lease).done();
  }
  assert.deepEqual(log.stats, { sizeBytes: 0, capacityBytes: Number.POSITIVE_INFINITY, records: 0, damagedRecords: 0 });
});

import assert from 'node:assert/strict';
import { createHook } from 'node:async_hooks';
import { test } from 'node:test';
import { recordSize } from '../../src/queue/log.ts';
import { MemoryLog } from '../../src/queue/memory.ts';
import { FakeClock } from '../support/fake-clock.ts';
import { drain, options, record, take, testLogContract } from './contract.ts';

testLogContract('memory', async (clock, limits) => new MemoryLog(limits, clock));

test('a memory log yields the very object that was appended', async () => {
  const log = new MemoryLog({ maxSizeBytes: Number.POSITIVE_INFINITY, overflow: 'refuse', fsync: 'never' }, new FakeClock());
  const cursor = await log.cursor('a', options());
  const stored = record('1');
  assert.equal(log.append([stored]), undefined, 'nothing to wait for');
  assert.equal((await take(cursor)).record, stored);
});

test('a memory log drops one record at a time, no more than it must', async () => {
  const [one, two, three] = [record('1'), record('2'), record('3')];
  const log = new MemoryLog({ maxSizeBytes: 2 * recordSize(one), overflow: 'drop_oldest', fsync: 'never' }, new FakeClock());
  const { account } = options();
  const cursor = await log.cursor('a', options({ account }));
  for (const each of [one, two, three]) log.append([each]);
  assert.equal(account.dropped.overflow, 1);
  assert.equal(log.stats.sizeBytes, 2 * recordSize(one));
  assert.deepEqual(await drain(cursor, 2), ['2', '3']);
});

test('a memory log without a limit keeps nothing and sets no timer once everything is done', async () => {
  const clock = new FakeClock();
  const log = new MemoryLog({ maxSizeBytes: Number.POSITIVE_INFINITY, overflow: 'refuse', fsync: 'never' }, clock);
  const cursor = await log.cursor('a', options());
  for (let at = 0; at < 100; at++) {
    assert.equal(cursor.take('oldest'), undefined);
    log.append([record(String(at))]);
    assert.equal(clock.pending, 0);
    (await take(cursor)).done();
  }
  assert.deepEqual(log.stats, { sizeBytes: 0, capacityBytes: Number.POSITIVE_INFINITY, records: 0, damagedRecords: 0 });
});

test('a record goes through an idle memory log without a promise', async () => {
  const log = new MemoryLog({ maxSizeBytes: 2 ** 20, overflow: 'refuse', fsync: 'never' }, new FakeClock());
  const cursor = await log.cursor('a', options());
  let taken = 0;
  cursor.onFree = () => {
    for (let lease = cursor.take('oldest'); lease !== undefined; lease = cursor.take('oldest')) {
      taken += 1;
      if (!(lease instanceof Promise)) lease.done();
    }
  };
  const stored = [record('1')];
  let promises = 0;
  const hook = createHook({
    init(_id, type) {
      if (type === 'PROMISE') promises += 1;
    },
  }).enable();
  for (let at = 0; at < 100; at++) log.append(stored);
  hook.disable();
  assert.deepEqual([taken, promises, log.stats.records], [100, 0, 0]);
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Refused } from '../../../src/core/errors.ts';
import type { LogRecord } from '../../../src/queue/log.ts';
import { FakeClock } from '../../support/fake-clock.ts';
import { append, balance, drain, options, record } from '../contract.ts';
import { failure, MemoryFiles } from './memory-files.ts';
import { openDisk } from './open-disk.ts';

const limits = { maxSizeBytes: 2 ** 20, overflow: 'drop_oldest', fsync: 'group' } as const;
const isDiskRefusal = (why: unknown): boolean => why instanceof Refused && why.reason === 'disk';

function sized(name: string, bytes: number): LogRecord {
  return record(name, { body: Buffer.alloc(bytes, `${name}|`) });
}

test('a disk that stays full whatever is dropped costs two segments a second, not the queue', async () => {
  const [clock, files] = [new FakeClock(), new MemoryFiles()];
  const log = await openDisk('/log', clock, { files, limits });
  const { account } = options();
  await log.cursor('a', options({ account }));
  for (let at = 0; at < 24; at++) await append(log, sized(String(at), 30_000));
  files.fault = (verb, path) => {
    if (verb === 'write' && path.endsWith('.seg')) throw failure('ENOSPC', path);
  };
  await assert.rejects(append(log, record('x')), isDiskRefusal);
  assert.equal(account.dropped.overflow, 4);
  await assert.rejects(append(log, record('x')), isDiskRefusal);
  assert.equal(account.dropped.overflow, 4, 'nothing is dropped while the disk rests');
  await clock.advance(1000);
  await assert.rejects(append(log, record('x')), isDiskRefusal);
  assert.equal(account.dropped.overflow, 8);
  files.fault = () => {};
  await clock.advance(1000);
  await append(log, record('x'));
  assert.equal(balance(account), 17);
  await log.close();
});

test('a refused record is not found by a start, even when its file could be neither synced nor given an index', async () => {
  const files = new MemoryFiles();
  const log = await openDisk('/log', new FakeClock(), { files, limits });
  await log.cursor('a', options());
  await append(log, record('1'));
  files.fault = (verb, path) => {
    if ((verb === 'sync' && path.endsWith('.seg')) || path.endsWith('.idx')) throw failure('EIO', path);
  };
  await assert.rejects(append(log, record('2')), isDiskRefusal);
  const again = await openDisk('/log', new FakeClock(), { files: new MemoryFiles(files.image()), limits });
  const cursor = await again.cursor('a', options());
  assert.equal(cursor.stats.records, 1);
  assert.deepEqual(await drain(cursor, 1), ['1']);
  await again.close();
  await log.close();
});

test('what waits for a disk that hangs is bounded, and is stored when the disk goes on', async () => {
  const files = new MemoryFiles();
  const roomy = { maxSizeBytes: 2 ** 30, overflow: 'drop_oldest', fsync: 'group' } as const;
  const log = await openDisk('/log', new FakeClock(), { files, limits: roomy });
  const cursor = await log.cursor('a', options());
  const hung = Promise.withResolvers<void>();
  files.fault = (verb, path) => (verb === 'sync' && path.endsWith('.seg') ? hung.promise : undefined);
  const body = Buffer.alloc(2 ** 20);
  const stored: Promise<void>[] = [];
  while (log.refusal(2 ** 20) === undefined && stored.length < 100) stored.push(append(log, record('x', { body })));
  assert.equal(stored.length, 63, 'with its frame each takes a little more than a MiB');
  await assert.rejects(append(log, record('x', { body })), isDiskRefusal);
  hung.resolve();
  await Promise.all(stored);
  assert.deepEqual([log.refusal(2 ** 20), cursor.stats.records], [undefined, 63]);
  await log.close();
});

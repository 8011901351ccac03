import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Refused } from '../../../src/core/errors.ts';
import type { DiskLog } from '../../../src/queue/disk.ts';
import type { LogRecord } from '../../../src/queue/log.ts';
import { FakeClock, settle } from '../../support/fake-clock.ts';
import { append, balance, drain, nameOf, options, record, take } from '../contract.ts';
import { failure, MemoryFiles } from './memory-files.ts';
import { MemoryReport, openDisk } from './open-disk.ts';

const refuse = { maxSizeBytes: 2 ** 20, overflow: 'refuse', fsync: 'group' } as const;
const dropOldest = { ...refuse, overflow: 'drop_oldest' } as const;

function large(name: string): LogRecord {
  return record(name, { body: Buffer.alloc(30_000, `${name}|`) });
}

function isDiskRefusal(why: unknown): boolean {
  return why instanceof Refused && why.reason === 'disk' && why.retryAfterMs > 0;
}

interface Scene {
  readonly clock: FakeClock;
  readonly files: MemoryFiles;
  readonly report: MemoryReport;
  readonly log: DiskLog;
}

async function stage(limits: typeof refuse | typeof dropOldest, files = new MemoryFiles()): Promise<Scene> {
  const [clock, report] = [new FakeClock(), new MemoryReport()];
  return { clock, files, report, log: await openDisk('/log', clock, { files, limits, report }) };
}

/** Names of what another start would find for a cursor. */
async function restart(files: MemoryFiles): Promise<string[]> {
  const log = await openDisk('/log', new FakeClock(), { files: new MemoryFiles(files.image()) });
  const cursor = await log.cursor('a', options());
  const names = await drain(cursor, cursor.stats.records);
  await log.close();
  return names.map((name) => name.split('|')[0] ?? '');
}

test('a full disk refuses, goes on delivering, and takes appends again by itself', async () => {
  const { clock, files, report, log } = await stage(refuse);
  const { account } = options();
  const cursor = await log.cursor('a', options({ account }));
  for (const name of ['1', '2', '3']) await append(log, large(name));
  files.volumeBytes = files.usedBytes + 1000;
  await assert.rejects(append(log, large('4')), isDiskRefusal);
  assert.ok(isDiskRefusal(log.refusal(100)), 'the next is refused before it is tried');
  assert.match(report.failures.join(), /^append: ENOSPC: [^,]*$/);
  assert.equal((await drain(cursor, 3)).length, 3);
  await clock.advance(1000);
  assert.equal(log.refusal(100), undefined);
  await append(log, large('5'));
  assert.deepEqual(
    (await drain(cursor, 1)).map((name) => name.slice(0, 1)),
    ['5'],
  );
  assert.equal(report.storedGroups, 4);
  account.delivered = 4;
  assert.equal(balance(account), 0);
  await log.close();
});

test('a full disk with drop_oldest drops the oldest first, and refuses only when that does not help', async () => {
  const { clock, files, log } = await stage(dropOldest);
  const { account } = options();
  const cursor = await log.cursor('a', options({ account }));
  for (let at = 0; at < 8; at++) await append(log, large(String(at)));
  files.volumeBytes = files.usedBytes + 1000;
  for (const name of ['a', 'b', 'c']) await append(log, large(name));
  assert.ok(account.dropped.overflow >= 2 && account.dropped.overflow <= 4, `${account.dropped.overflow} dropped`);
  assert.deepEqual((await restart(files)).slice(-3), ['a', 'b', 'c']);
  files.volumeBytes = 0;
  await assert.rejects(append(log, large('d')), isDiskRefusal);
  assert.equal(balance(account), cursor.stats.profiles);
  files.volumeBytes = 2 ** 30;
  await clock.advance(1000);
  await append(log, large('e'));
  await log.close();
});

test('a log starts on a full disk, and keeps what it takes once there is room', async () => {
  const empty = new MemoryFiles();
  empty.volumeBytes = 0;
  const { clock, files, log } = await stage(refuse, empty);
  const cursor = await log.cursor('a', options());
  await assert.rejects(append(log, large('1')), isDiskRefusal);
  files.volumeBytes = 2 ** 30;
  await clock.advance(1000);
  await append(log, large('2'));
  assert.deepEqual(await restart(files), ['2']);
  await cursor.close();
  await log.close();
});

test('no record is stored before every cursor is, also when the disk was full when one began', async () => {
  const { files, log } = await stage(refuse);
  files.volumeBytes = files.usedBytes;
  await log.cursor('a', options());
  files.volumeBytes = 2 ** 30;
  await append(log, large('1'));
  assert.deepEqual(await restart(files), ['1']);
  await log.close();
});

test('a file whose sync failed is never synced again: its group is refused and the next one gets a new file', async () => {
  const { clock, files, log } = await stage(dropOldest);
  const cursor = await log.cursor('a', options());
  await append(log, large('1'));
  const synced: string[] = [];
  let failing = true;
  files.fault = (verb, path) => {
    if (verb !== 'sync') return;
    synced.push(path);
    if (failing && path.endsWith('.seg')) throw failure('EIO', path);
  };
  await assert.rejects(append(log, large('2')), isDiskRefusal);
  failing = false;
  await clock.advance(1000);
  await append(log, large('3'));
  const segments = synced.filter((path) => path.endsWith('.seg'));
  assert.deepEqual(segments, ['/log/0000000000000000.seg', '/log/0000000000000001.seg']);
  const refused = 'the refused record, whose bytes stand in the first file, is not found';
  assert.deepEqual(await restart(files), ['1', '3'], refused);
  for (const path of files.image().keys()) if (path.endsWith('.idx')) await files.remove(path);
  assert.deepEqual(await restart(files), ['1', '3'], `${refused}, not even by a scan`);
  assert.deepEqual(
    (await drain(cursor, 2)).map((name) => name.slice(0, 1)),
    ['1', '3'],
  );
  await log.close();
});

test('what is left of a segment in which nothing was stored never harms the one that takes its place', async () => {
  const { clock, files, log } = await stage(dropOldest);
  const cursor = await log.cursor('a', options());
  let removals = 0;
  files.fault = (verb, path) => {
    if (verb === 'sync' && path.endsWith('.seg')) throw failure('EIO', path);
    if (verb === 'remove' && path.endsWith('.seg') && removals++ === 1) throw failure('EIO', path);
  };
  await assert.rejects(append(log, large('1')), isDiskRefusal);
  assert.equal(removals, 2, 'the file was made, and could not be deleted');
  files.fault = () => {};
  await clock.advance(1000);
  for (const name of ['3', '4', '5', '6']) await append(log, large(name));
  await drain(cursor, 1);
  await clock.advance(50);
  assert.deepEqual(await restart(files), ['4', '5', '6']);
  await log.close();
});

test('writes that take only some bytes are carried on', async () => {
  const { files, log } = await stage(dropOldest);
  await log.cursor('a', options());
  files.mostPerWrite = 777;
  await Promise.all(['1', '2', '3'].map((name) => append(log, large(name))));
  assert.deepEqual(await restart(files), ['1', '2', '3']);
  await log.close();
});

test('appends that come during a slow sync share the next one', async () => {
  const { files, report, log } = await stage(dropOldest);
  await log.cursor('a', options());
  const gate = Promise.withResolvers<void>();
  files.fault = (verb, path) => (verb === 'sync' && path.endsWith('.seg') ? gate.promise : undefined);
  const first = append(log, record('first'));
  await settle();
  let acknowledged = 0;
  const others = Array.from({ length: 50 }, (_, at) => append(log, record(String(at))).then(() => (acknowledged += 1)));
  await settle();
  assert.equal(acknowledged, 0, 'nothing is acknowledged before it is synced');
  gate.resolve();
  await Promise.all([first, ...others]);
  assert.equal(report.syncs, 2);
  await log.close();
});

test('a record that cannot be read now is tried again, others pass it, and it is damaged in the end', async () => {
  const files = new MemoryFiles();
  const writer = await stage(dropOldest, files);
  await writer.log.cursor('a', options());
  // So large that none is read ahead.
  for (const name of ['1', '2', '3']) await append(writer.log, record(name, { body: Buffer.alloc(300_000, name) }));
  await writer.log.close();
  const { clock, report, log, files: again } = await stage(dropOldest, new MemoryFiles(files.image()));
  const { account } = options();
  const cursor = await log.cursor('a', options({ account }));
  let failing = 1;
  again.fault = (verb, path) => {
    if (verb === 'read' && path.endsWith('.seg') && failing-- > 0) throw failure('EIO', path);
  };
  assert.deepEqual(
    (await drain(cursor, 1)).map((name) => name.slice(0, 1)),
    ['2'],
  );
  await clock.advance(1000);
  assert.deepEqual(
    (await drain(cursor, 1)).map((name) => name.slice(0, 1)),
    ['1'],
  );
  failing = Number.POSITIVE_INFINITY;
  for (let second = 0; second < 10; second++) {
    assert.equal(account.dropped.damaged, 0);
    await append(log, record(`new ${second}`));
    assert.deepEqual(await drain(cursor, 1), [`new ${second}`]);
    await clock.advance(1000);
  }
  assert.deepEqual([account.dropped.damaged, report.damagedRecords, cursor.stats.records], [1, 1, 0]);
  await log.close();
});

test('a cursor whose file fails goes on, and its place is stored in a new file', async () => {
  const { clock, files, report, log } = await stage(dropOldest);
  const cursor = await log.cursor('a', options());
  for (const name of ['1', '2', '3']) await append(log, large(name));
  let failing = true;
  files.fault = (verb, path) => {
    if (failing && verb === 'write' && path.includes('.cur')) throw failure('EIO', path);
  };
  await drain(cursor, 2);
  await clock.advance(50);
  assert.match(report.failures.join(), /cursor: EIO/);
  failing = false;
  await clock.advance(1000);
  assert.deepEqual(await restart(files), ['3']);
  await log.close();
});

test('a segment that cannot be deleted is deleted later', async () => {
  const { clock, files, report, log } = await stage(dropOldest);
  const cursor = await log.cursor('a', options());
  for (const name of ['1', '2', '3', '4', '5']) await append(log, large(name));
  let failing = true;
  files.fault = (verb, path) => {
    if (failing && verb === 'remove' && path.endsWith('.seg')) throw failure('EIO', path);
  };
  await drain(cursor, 4);
  await settle();
  assert.match(report.failures.join(), /delete: EIO/);
  failing = false;
  await clock.advance(1000);
  await log.close();
  assert.equal([...files.image().keys()].filter((path) => path.endsWith('.seg')).length, 1);
});

test('with fsync interval and never, pushes are answered after the write', async () => {
  for (const [fsync, syncsAfter] of [
    ['interval', 1],
    ['never', 0],
  ] as const) {
    const [clock, report, files] = [new FakeClock(), new MemoryReport(), new MemoryFiles()];
    const log = await openDisk('/log', clock, { files, report, limits: { ...dropOldest, fsync } });
    await log.cursor('a', options());
    for (const name of ['1', '2']) await append(log, record(name));
    assert.equal(report.syncs, 0);
    await clock.advance(1000);
    assert.equal(report.syncs, syncsAfter);
    await log.close();
  }
});

test('nothing is taken while a log closes, and what was taken is stored', async () => {
  const { files, log } = await stage(dropOldest);
  const cursor = await log.cursor('a', options());
  const stored = Promise.all(['1', '2'].map((name) => append(log, record(name))));
  const taken = take(cursor);
  const closed = log.close();
  await assert.rejects(append(log, record('3')), (why) => why instanceof Refused && why.reason === 'draining');
  await stored;
  assert.equal(nameOf((await taken).record), '1');
  await closed;
  assert.deepEqual(await restart(files), ['1', '2']);
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Refused } from '../../../src/core/errors.ts';
import { encodeSlot } from '../../../src/queue/disk/cursor-file.ts';
import type { LogRecord } from '../../../src/queue/log.ts';
import { FakeClock, settle } from '../../support/fake-clock.ts';
import { append, drain, options, record } from '../contract.ts';
import { Content } from './content.ts';
import { failure, MemoryFiles } from './memory-files.ts';
import { openDisk } from './open-disk.ts';

const limits = { maxSizeBytes: 2 ** 20, overflow: 'drop_oldest', fsync: 'group' } as const;

const isDiskRefusal = (why: unknown): boolean => why instanceof Refused && why.reason === 'disk';

/** Two fill a segment. */
function half(name: string): LogRecord {
  return record(name, { body: Buffer.alloc(30_000, `${name}|`) });
}

function namesOf(bodies: readonly string[]): string[] {
  return bodies.map((body) => body.split('|')[0] ?? '');
}

test('a cursor that begins with the oldest records gets none of a segment that is on its way out', async () => {
  const files = new MemoryFiles();
  const log = await openDisk('/log', new FakeClock(), { files, limits });
  const a = await log.cursor('a', options());
  for (const name of ['1', '2', '3', '4', '5']) await append(log, half(name));
  const syncing = Promise.withResolvers<void>();
  files.fault = (verb, path) => (verb === 'sync' && path.endsWith('.cur') ? syncing.promise : undefined);
  await drain(a, 2);
  await settle();
  const opening = log.cursor('b', options({ from: 'oldest' }));
  await settle();
  syncing.resolve();
  const b = await opening;
  await append(log, half('6'));
  assert.equal(b.stats.records, 4);
  assert.deepEqual(namesOf(await drain(b, 4)), ['3', '4', '5', '6']);
  await log.close();
});

test('a retired cursor whose progress was cut takes all that was there when it was stored, and nothing that came later', async () => {
  const files = new MemoryFiles();
  const log = await openDisk('/log', new FakeClock(), { files, limits });
  const [a, b] = [await log.cursor('a', options()), await log.cursor('b', options())];
  for (const name of ['1', '2', '3']) await append(log, half(name));
  await a.close();
  await (await log.cursor('a', options({ retired: true }))).close();
  await append(log, half('4'));
  await b.close();
  await log.close();

  const image = files.image();
  const { id } = JSON.parse(Buffer.from((await files.read('/log/log.json')) ?? '').toString());
  const progress = { low: 0, form: 'runs', bytes: new Uint8Array() } as const;
  const slot = encodeSlot(Buffer.from(id, 'hex'), { generation: 1, state: { paused: false, retired: true, end: 3, progress } });
  image.set('/log/cursors/a.cur', Content.of(slot));
  const again = await openDisk('/log', new FakeClock(), { files: new MemoryFiles(image), limits });
  const found = await again.cursor('a', options({ retired: true }));
  assert.equal(found.stats.records, 3);
  assert.deepEqual(namesOf(await drain(found, 3)), ['1', '2', '3']);
  await again.close();
});

test('nothing is acknowledged for a cursor that a start would still find retired', async () => {
  const [clock, files] = [new FakeClock(), new MemoryFiles()];
  const log = await openDisk('/log', clock, { files, limits });
  await (await log.cursor('a', options())).close();
  await (await log.cursor('a', options({ retired: true }))).close();
  files.fault = (_verb, path) => {
    if (path.includes('.cur')) throw failure('EIO', path);
  };
  await log.cursor('a', options());
  await assert.rejects(append(log, half('1')), isDiskRefusal);
  files.fault = () => {};
  await clock.advance(1000);
  await append(log, half('2'));
  const again = await openDisk('/log', new FakeClock(), { files: new MemoryFiles(files.image()), limits });
  assert.deepEqual(again.names(), [{ name: 'a', retired: false }]);
  assert.deepEqual(namesOf(await drain(await again.cursor('a', options()), 1)), ['2']);
  await again.close();
  await log.close();
});

test('a cursor gets another name on a full disk, and a start finds it under that alone once there is room', async () => {
  const [clock, files] = [new FakeClock(), new MemoryFiles()];
  const log = await openDisk('/log', clock, { files, limits });
  const a = await log.cursor('a', options());
  for (const name of ['1', '2', '3']) await append(log, half(name));
  await drain(a, 1);
  files.volumeBytes = files.usedBytes;
  await a.rename('b');
  assert.equal(a.stats.records, 2);
  const early = await openDisk('/log', new FakeClock(), { files: new MemoryFiles(files.image()), limits });
  assert.deepEqual(early.names(), [{ name: 'a', retired: false }], 'a crash now loses the name, and no record');
  await early.close();
  await assert.rejects(append(log, half('4')), isDiskRefusal);
  files.volumeBytes = 2 ** 30;
  await clock.advance(1000);
  await append(log, half('5'));
  const again = await openDisk('/log', new FakeClock(), { files: new MemoryFiles(files.image()), limits });
  assert.deepEqual(again.names(), [{ name: 'b', retired: false }]);
  await again.close();
  await log.close();
});

test('a cursor that cannot get another name on a failing disk keeps its own, and nothing of the other is written later', async () => {
  const [clock, files] = [new FakeClock(), new MemoryFiles()];
  const log = await openDisk('/log', clock, { files, limits });
  const a = await log.cursor('a', options());
  files.fault = (verb, path) => {
    if (verb === 'sync' && path.includes('b.cur')) throw failure('EIO', path);
  };
  await assert.rejects(a.rename('b'), /EIO/);
  files.fault = () => {};
  await clock.advance(5000);
  assert.deepEqual(log.names(), [{ name: 'a', retired: false }]);
  await append(log, half('1'));
  await log.close();
  assert.ok(!files.image().has('/log/cursors/b.cur'));
  assert.ok(files.image().has('/log/cursors/a.cur'));
});

test('while the place of a cursor is synced, its next places are written', async () => {
  const [clock, files] = [new FakeClock(), new MemoryFiles()];
  const log = await openDisk('/log', clock, { files, limits });
  const a = await log.cursor('a', options());
  for (const name of ['1', '2', '3']) await append(log, half(name));
  const syncing = Promise.withResolvers<void>();
  files.fault = (verb, path) => (verb === 'sync' && path.includes('a.cur') ? syncing.promise : undefined);
  const paused = a.pause(true);
  await settle();
  (await a.takeAt(0))?.done();
  (await a.takeAt(1))?.done();
  await clock.advance(50);
  const again = await openDisk('/log', new FakeClock(), { files: new MemoryFiles(files.image()), limits });
  const found = await again.cursor('a', options());
  assert.equal(found.stats.records, 1);
  await again.close();
  syncing.resolve();
  await paused;
  await log.close();
});

test('segments that only a forgotten cursor needed go', async () => {
  const files = new MemoryFiles();
  const log = await openDisk('/log', new FakeClock(), { files, limits });
  const [a, b] = [await log.cursor('a', options()), await log.cursor('b', options())];
  for (const name of ['1', '2', '3', '4', '5']) await append(log, half(name));
  await drain(b, 3);
  await a.forget();
  await settle();
  const segments = [...files.image().keys()].filter((path) => path.endsWith('.seg')).sort();
  assert.deepEqual(segments, ['/log/0000000000000002.seg', '/log/0000000000000004.seg']);
  assert.deepEqual(namesOf(await drain(b, 2)), ['4', '5']);
  await log.close();
});

test('a cursor that is renamed again while it is renamed is found under its last name only', async () => {
  const files = new MemoryFiles();
  const log = await openDisk('/log', new FakeClock(), { files, limits });
  const cursor = await log.cursor('a', options());
  await append(log, half('1'));
  await Promise.all([cursor.rename('b'), cursor.rename('c')]);
  await log.close();
  const again = await openDisk('/log', new FakeClock(), { files, limits });
  assert.deepEqual(again.names(), [{ name: 'c', retired: false }]);
  assert.deepEqual(namesOf(await drain(await again.cursor('c', options()), 1)), ['1']);
  await again.close();
});

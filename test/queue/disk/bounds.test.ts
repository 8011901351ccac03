import assert from 'node:assert/strict';
import { test } from 'node:test';
import { DirectoryError } from '../../../src/queue/disk/directory-error.ts';
import { DiskQueue } from '../../../src/queue/disk/disk-queue.ts';
import { DiskLog } from '../../../src/queue/disk.ts';
import type { Lease, Log, LogRecord } from '../../../src/queue/log.ts';
import { QueueSchema } from '../../../src/queue/schema.ts';
import { FakeClock, settle } from '../../support/fake-clock.ts';
import { createTestHost } from '../../support/host.ts';
import { append, balance, countFree, drain, options, record, take } from '../contract.ts';
import { failure, MemoryFiles } from './memory-files.ts';
import { MemoryReport, openDisk, roomyDisk } from './open-disk.ts';

async function fill(log: Log, count: number, facts: Partial<LogRecord> = {}): Promise<void> {
  for (let at = 0; at < count; at += 1000)
    await log.append(Array.from({ length: Math.min(1000, count - at) }, (_, more) => record(String(at + more), facts)));
}

/** How often the event loop turns until something is done. */
async function turnsOf(work: Promise<unknown>): Promise<number> {
  let turns = 0;
  let done = false;
  const count = (): void => {
    turns += 1;
    if (!done) setImmediate(count);
  };
  setImmediate(count);
  await work;
  done = true;
  return turns;
}

test('a crash repeats at most 200 profiles, however many a record has and whatever the disk takes its time for', async () => {
  const files = new MemoryFiles();
  const log = await openDisk('/log', new FakeClock(), { files });
  const cursor = await log.cursor('a', options());
  await fill(log, 100, { profiles: 10 });
  const hung = Promise.withResolvers<void>();
  files.fault = (verb, path) => (verb === 'write' && path.includes('.cur') ? hung.promise : undefined);
  const leases: Lease[] = [];
  for (let lease = await cursor.take('oldest'); lease !== undefined; lease = await cursor.take('oldest')) {
    leases.push(lease);
    if (leases.length % 2 === 0) lease.done();
  }
  assert.equal(leases.length, 20, 'done or leased, all of them may have arrived and none is stored');
  const free = countFree(cursor);
  hung.resolve();
  await settle();
  assert.equal(free.count, 1, 'as soon as its place is stored');
  for (const [at, lease] of leases.entries()) if (at % 2 === 0) lease.done();
  let done = 20;
  for (let lease = await take(cursor); ; lease = await take(cursor)) {
    lease.done();
    done += 1;
    if (done === 60) break;
  }
  const again = await openDisk('/log', new FakeClock(), { files: new MemoryFiles(files.image()) });
  const repeated = (await again.cursor('a', options())).stats.profiles - 400;
  assert.ok(repeated >= 0 && repeated <= 200, `${repeated} profiles are repeated`);
  await again.close();
  await log.close();
});

test('one record of more than 200 profiles goes by itself, and a place that cannot be stored holds up nobody', async () => {
  const [clock, files] = [new FakeClock(), new MemoryFiles()];
  const log = await openDisk('/log', clock, { files });
  const cursor = await log.cursor('a', options());
  await fill(log, 6, { profiles: 500 });
  const [first, second] = [await cursor.take('oldest'), await cursor.take('oldest')];
  assert.deepEqual([first?.record.profiles, second], [500, undefined]);
  const free = countFree(cursor);
  files.fault = (verb, path) => {
    if (verb === 'write' && path.includes('.cur')) throw failure('EIO', path);
  };
  first?.done();
  await settle();
  assert.ok(free.count > 0);
  assert.equal((await drain(cursor, 5)).length, 5);
  files.fault = () => {};
  await log.close();
});

test('a cursor whose file is gone begins at the oldest record, and the log says so', async () => {
  const files = new MemoryFiles();
  const log = await openDisk('/log', new FakeClock(), { files });
  await log.cursor('a', options());
  const [b, c, d] = [await log.cursor('b', options()), await log.cursor('c', options()), await log.cursor('d', options())];
  await fill(log, 5);
  await b.rename('renamed');
  await c.forget();
  await drain(d, 2);
  await log.close();

  const image = files.image();
  for (const name of ['a', 'renamed', 'd']) assert.ok(image.delete(`/log/cursors/${name}.cur`));
  const queue = QueueSchema.parse({ type: 'disk', dir: '/log' });
  assert.ok(queue.type === 'disk');
  const host = createTestHost();
  const again = await DiskQueue.open('/log', queue, host, new MemoryFiles(image));
  assert.deepEqual(
    again.log
      .names()
      .map(({ name }) => name)
      .sort(),
    ['a', 'd', 'renamed'],
  );
  const books = options();
  const cursor = await again.log.cursor('a', books);
  assert.equal(balance(books.account), 5);
  assert.deepEqual(await drain(cursor, 5), ['0', '1', '2', '3', '4']);
  const line = host.lines.find(({ level }) => level === 'error');
  assert.deepEqual(line?.facts['endpoints'], ['a', 'd', 'renamed']);
  assert.equal(host.metric('flamegate_queue_lost_places_total', { exporter: 'test' }), 3);
  await again.close();
});

test('a directory of a build that did not note its cursors learns them', async () => {
  const files = new MemoryFiles();
  const log = await openDisk('/log', new FakeClock(), { files });
  await log.cursor('a', options());
  await append(log, record('1'));
  await log.close();
  const image = files.image();
  const { cursors, ...before } = JSON.parse(Buffer.from((await files.read('/log/log.json')) ?? '').toString());
  assert.deepEqual(cursors, ['a']);
  const old = new MemoryFiles(image);
  await old.remove('/log/log.json');
  const file = await old.open('/log/log.json', 'new');
  await file.write([Buffer.from(JSON.stringify(before))], 0);
  const report = new MemoryReport();
  await (await openDisk('/log', new FakeClock(), { files: old, report })).close();
  assert.deepEqual(report.openedWith?.lostPlaces, []);
  assert.deepEqual(JSON.parse(Buffer.from((await old.read('/log/log.json')) ?? '').toString()), { ...before, cursors });
});

test('a directory that may not be written is refused at start, also where its files may be', async () => {
  const files = new MemoryFiles();
  await (await openDisk('/log', new FakeClock(), { files })).close();
  files.fault = (verb, path) => {
    if (verb === 'open' && path === '/log/log.json.new') throw failure('EACCES', path);
  };
  await assert.rejects(openDisk('/log', new FakeClock(), { files }), (why) => why instanceof DirectoryError && why.exitCode === 73);
});

test('a log that nobody reads soon keeps no records in memory', async () => {
  const files = new MemoryFiles();
  const report = new MemoryReport();
  const log = await DiskLog.open({
    dir: '/log',
    files,
    lock: true,
    limits: roomyDisk,
    clock: new FakeClock(),
    report,
    freshBytes: 0,
  });
  const cursor = await log.cursor('a', options());
  await append(log, record('1'));
  const taken = cursor.take('oldest');
  assert.ok(taken instanceof Promise, 'its bytes are on disk alone');
  (await taken)?.done();
  await log.close();
});

test('two large records for two tenants are one batch, whole or not at all', async () => {
  const log = await openDisk('/log', new FakeClock(), { files: new MemoryFiles(), limits: { ...roomyDisk, maxSizeBytes: 2 ** 30 } });
  const books = options();
  await log.cursor('a', books);
  const large = (tenant: string): LogRecord => record(tenant, { tenant, body: Buffer.alloc(40 * 2 ** 20) });
  await log.append([large('a'), large('b')]);
  assert.equal(books.account.accepted, 2);
  await log.close();
});

test('a backlog is read many records at a time, also by takes that are under way together', async () => {
  const files = new MemoryFiles();
  const log = await openDisk('/log', new FakeClock(), { files });
  await log.cursor('a', options());
  await fill(log, 1000, { body: Buffer.alloc(1000) });
  await log.close();
  const later = new MemoryFiles(files.image());
  const again = await openDisk('/log', new FakeClock(), { files: later });
  const cursor = await again.cursor('a', options());
  let reads = 0;
  later.fault = (verb, path) => {
    if (verb === 'read' && path.endsWith('.seg')) reads += 1;
  };
  let expected = 0;
  while (cursor.stats.records > 0) {
    const leases = await Promise.all(Array.from({ length: 50 }, () => cursor.take('oldest')));
    for (const lease of leases) {
      assert.equal(lease?.position, expected++);
      lease?.done();
    }
    await settle();
  }
  assert.ok(reads <= 8, `${reads} reads for 1,000 records of 1 KB`);
  await again.close();
});

test('no walk over many records keeps the event loop from turning', async () => {
  const records = 40_000;
  const files = new MemoryFiles();
  const log = await openDisk('/log', new FakeClock(), { files });
  await log.cursor('a', options());
  await fill(log, records, { head: new Uint8Array(), body: new Uint8Array(1) });
  const least = Math.floor(records / 4096);
  const filling = log.cursor('b', options({ from: 'oldest' }));
  const filled = await turnsOf(filling);
  assert.ok(filled >= least, `${filled} turns to give a new cursor what is there`);
  assert.equal((await filling).stats.records, records);
  await log.close();
  const opening = openDisk('/log', new FakeClock(), { files: new MemoryFiles(files.image()) });
  const opened = await turnsOf(opening);
  assert.ok(opened >= 2 * least, `${opened} turns to open`);
  const again = await opening;
  assert.equal(again.stats.records, records);
  await again.close();
});

test('of a batch that a crash left in part nothing is found, and of one that rotted later the rest', async () => {
  const files = new MemoryFiles();
  const log = await openDisk('/log', new FakeClock(), { files });
  await log.cursor('a', options());
  const batchOf = (names: readonly string[]): LogRecord[] => names.map((name) => record(name, { body: Buffer.alloc(1000, `${name}|`) }));
  await log.append(batchOf(['1', '2', '3']));
  await Promise.all([append(log, record('4')), log.append(batchOf(['5', '6', '7']))]);
  const image = files.image();
  await log.close();
  const found = async (damage: string): Promise<string[]> => {
    const copy = new Map([...image].map(([path, content]) => [path, content.clone()]));
    const segment = copy.get('/log/0000000000000000.seg') ?? assert.fail('one segment');
    const at = Buffer.from(segment.bytes).indexOf(`${damage}|${damage}|`);
    segment.write(at, new Uint8Array(100));
    if (damage === '7') segment.truncate(at);
    const again = await openDisk('/log', new FakeClock(), { files: new MemoryFiles(copy) });
    const cursor = await again.cursor('a', options());
    const names = (await drain(cursor, cursor.stats.records)).map((name) => name.slice(0, 1));
    await again.close();
    return names;
  };
  for (const lost of ['5', '6', '7']) assert.deepEqual(await found(lost), ['1', '2', '3', '4'], `${lost} was not written`);
  assert.deepEqual(await found('2'), ['1', '3', '4', '5', '6', '7'], 'an earlier group was acknowledged');
});

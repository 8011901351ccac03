import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Cursor, LogRecord } from '../../../src/queue/log.ts';
import { FakeClock } from '../../support/fake-clock.ts';
import { nameOf, options, record, take } from '../contract.ts';
import { afterKill, afterPowerLoss, type Fate, type Image, MemoryFiles } from './memory-files.ts';
import { MemoryReport, openDisk } from './open-disk.ts';

// FLAMEGATE_RUNS=100 is the long campaign: every crash point, a hundred draws of what the disk did with unsynced writes.
const runs = process.env['FLAMEGATE_RUNS'];
const draws = Number(runs ?? 3);
const step = runs === undefined ? 9 : 1;
const limits = { maxSizeBytes: 2 ** 20, overflow: 'drop_oldest', fsync: 'group' } as const;

const rounds = 12;
/** What is appended together in each round, behind one record by itself. */
const batches = Array.from({ length: rounds }, (_, round) => [1, 2, 3].map((at) => String(round * 4 + at)));
const bodies = new Map<string, LogRecord>();

/** A record of a size that makes segments of 64 KiB roll often, whose bytes can be told from any other's. */
function bodied(name: string): LogRecord {
  return bodies.get(name) ?? make(name);
}

function make(name: string): LogRecord {
  const made = record(name, { body: Buffer.alloc(3000 + 977 * (name.length + (Number(name) % 7)), `${name}|`) });
  bodies.set(name, made);
  return made;
}

/** Takes all that is there; the names, after a look at the bytes. */
async function takeAll(cursor: Cursor): Promise<string[]> {
  const names: string[] = [];
  for (let left = cursor.stats.records; left > 0; left = cursor.stats.records) {
    const lease = await take(cursor);
    const name = nameOf(lease.record).split('|')[0] ?? '';
    assert.equal(Buffer.compare(lease.record.body, bodied(name).body), 0, 'the bytes that were appended');
    names.push(name);
    lease.done();
  }
  return names;
}

/** A life of a log: appends in groups, two cursors at a different pace so that segments come and go, one that comes later, a retirement, a clean end. */
async function live(files: MemoryFiles): Promise<void> {
  const clock = new FakeClock();
  const log = await openDisk('/log', clock, { files, limits });
  const cursors = new Map([
    ['fast', await log.cursor('fast', options())],
    ['slow', await log.cursor('slow', options())],
  ]);
  for (const name of cursors.keys()) files.mark(`cursor ${name}`);
  const store = async (...names: readonly string[]): Promise<void> => {
    for (const name of names) files.mark(`append ${name}`);
    await log.append(names.map(bodied));
    for (const name of names) files.mark(`ack ${name}`);
  };
  const finish = async (cursor: string, order: 'oldest' | 'newest'): Promise<void> => {
    const lease = await cursors.get(cursor)?.take(order);
    files.mark(`done ${cursor} ${nameOf(lease?.record ?? record('')).split('|')[0]}`);
    lease?.done();
  };
  for (let round = 0; round < rounds; round++) {
    await Promise.all([store(String(round * 4)), store(...(batches[round] ?? []))]);
    for (let at = 0; at < 4; at++) await finish('fast', at % 2 === 0 ? 'oldest' : 'newest');
    if (round % 3 === 0) await finish('slow', 'newest');
    if (round === 6) {
      cursors.set('late', await log.cursor('late', options()));
      files.mark('cursor late');
      for (let left = cursors.get('slow')?.stats.records ?? 0; left > 0; left--) await finish('slow', 'oldest');
    }
    if (round % 4 === 0) await clock.advance(50);
  }
  await cursors.get('fast')?.pause(true);
  await cursors.get('slow')?.close();
  await (await log.cursor('slow', options({ retired: true }))).close();
  files.mark('retired slow');
  await store('100');
  for (const name of ['fast', 'late']) await cursors.get(name)?.close();
  await log.close();
}

/** What must, and what may, be found after a crash at a point of the history. */
function expectation(files: MemoryFiles, count: number, cursor: string): { must: Set<string>; may: Set<string>; exists: boolean } {
  const must = new Set<string>();
  const may = new Set<string>();
  let exists = false;
  let retired = false;
  for (const op of files.history.slice(0, count)) {
    if (op.kind !== 'mark') continue;
    const [verb = '', first = '', second = ''] = op.text.split(' ');
    if (verb === 'cursor' && first === cursor) exists = true;
    if (verb === 'retired' && first === cursor) retired = true;
    if (verb === 'append' && exists && !retired) may.add(first);
    if (verb === 'ack' && exists && !retired) must.add(first);
    if (verb === 'done' && first === cursor) must.delete(second);
  }
  return { must, may, exists };
}

async function checkImage(files: MemoryFiles, count: number, image: Image, how: string): Promise<void> {
  const at = `${how} after change ${count} of ${files.history.length}`;
  const report = new MemoryReport();
  const log = await openDisk('/log', new FakeClock(), { files: new MemoryFiles(image), limits, report });
  const acked = new Set(files.history.slice(0, count).flatMap((op) => (op.kind === 'mark' ? [/^ack (.*)/.exec(op.text)?.[1] ?? ''] : [])));
  for (const name of ['fast', 'slow', 'late']) {
    const { must, may, exists } = expectation(files, count, name);
    if (!exists) continue;
    const { account } = options();
    const cursor = await log.cursor(name, options({ account, retired: name === 'slow' }));
    await cursor.pause(false);
    const found = await takeAll(cursor);
    assert.deepEqual(found, [...new Set(found)], `${at}: no record twice`);
    for (const each of found) assert.ok(may.has(each), `${at}: ${name} found ${each}, which nobody appended`);
    for (const each of must) assert.ok(found.includes(each), `${at}: ${name} lost ${each}, found ${found}`);
    assert.equal(account.dropped.damaged, 0, `${at}: nothing is damaged`);
    for (const batch of batches.filter((each) => each.every((one) => may.has(one) && !acked.has(one)))) {
      const part = batch.filter((one) => found.includes(one));
      assert.ok(part.length === 0 || part.length === batch.length, `${at}: ${name} found ${part} of the batch ${batch}`);
    }
  }
  assert.equal(report.damagedRecords, 0, at);
  await log.close();
}

/** Numbers between 0 and 1 that are the same in every run. */
function createDraw(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 1_103_515_245 + 12_345) % 2 ** 31;
    return state / 2 ** 31;
  };
}

test('whenever the process is killed, every acknowledged record is found, none invented, none changed', async () => {
  const files = new MemoryFiles();
  await live(files);
  for (let count = 1; count <= files.history.length; count += step)
    await checkImage(files, count, afterKill(files.history, count), 'killed');
});

test('whenever the power goes, whatever became of writes that were not synced, every acknowledged record is found', async () => {
  const files = new MemoryFiles();
  await live(files);
  for (let seed = 1; seed <= draws; seed++) {
    const draw = createDraw(seed);
    const fates: readonly Fate[] = ['kept', 'dropped', 'torn'];
    const fateOf = (): Fate => fates[Math.floor(draw() * 3)] ?? 'kept';
    for (let count = 1 + (seed % step); count <= files.history.length; count += step) {
      await checkImage(files, count, afterPowerLoss(files.history, count, fateOf), `power lost (draw ${seed})`);
    }
  }
});

test('the sweep sees a log that acknowledges before it syncs', async () => {
  const files = new MemoryFiles();
  await live(files);
  const history = files.history.filter((op) => op.kind !== 'sync');
  const careless = new MemoryFiles();
  careless.history.push(...history);
  await assert.rejects(async () => {
    for (let count = 1; count <= history.length; count++) {
      await checkImage(
        careless,
        count,
        afterPowerLoss(history, count, () => 'dropped'),
        'power lost',
      );
    }
  }, /lost/);
});

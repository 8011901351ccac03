import { systemClock } from '../../core/clock.ts';
import type { Cursor, Log, LogRecord } from '../../queue/log.ts';
import { exitCode } from '../exit-code.ts';
import type { Io } from '../io.ts';
import { asItIs, ensureCursor } from './cursors.ts';
import { deadCursor, type QueueDirectory, withQueue } from './directory.ts';
import { ProgressLine } from './progress-line.ts';

/** `flamegate queue adopt`. */
export interface AdoptOptions {
  /** The queue that gets everything; made if need be. */
  readonly dir: string;
  /** The queue of a gateway that is gone. */
  readonly from: string;
  /** What endpoints of `from` are called in `dir`, where that differs. */
  readonly names: ReadonlyMap<string, string>;
  readonly json: boolean;
}

/** One log into another: under which names, and the hands that take from the old one. */
interface Move {
  readonly from: Log;
  readonly into: Log;
  readonly names: ReadonlyMap<string, string>;
  readonly cursors: ReadonlyMap<string, Cursor>;
}

// So many share a group commit; each is in memory until it is stored.
const atOnce = 32;

/** Moves what a directory holds, dead letters too, into another one. Each record is forgotten in the old place once it is stored in the new
 *  one: when it is interrupted, run again, it goes on. */
export async function runQueueAdopt(options: AdoptOptions, io: Io): Promise<number> {
  const counts = await withQueue(options.from, 'change', (from) =>
    withQueue(options.dir, 'make', async (into) => {
      const progress = new ProgressLine('adopted', io, systemClock);
      const count = (records: number): void => progress.update(`${records} records`);
      const records = await moveQueue(from, into, options.names, count);
      const deadLetters = await moveDeadLetters(from, into, options.names, count);
      progress.end();
      return { records, deadLetters };
    }),
  );
  const text = `adopted ${counts.records} records and ${counts.deadLetters} dead letters of ${options.from} into ${options.dir}`;
  io.stdout.write(`${options.json ? JSON.stringify(counts) : text}\n`);
  return exitCode.ok;
}

async function moveQueue(
  from: QueueDirectory,
  into: QueueDirectory,
  renamed: ReadonlyMap<string, string>,
  count: (records: number) => void,
): Promise<number> {
  const names = new Map(from.log.names().map(({ name }) => [name, renamed.get(name) ?? name]));
  for (const [old, name] of names) await ensureCursor(into.log, name, asItIs(from.log, old).retired);
  return moveAll(from.log, into.log, names, count);
}

async function moveDeadLetters(
  from: QueueDirectory,
  into: QueueDirectory,
  renamed: ReadonlyMap<string, string>,
  count: (records: number) => void,
): Promise<number> {
  let moved = 0;
  for (const [endpoint, log] of from.dead) {
    const target = await into.deadOf(renamed.get(endpoint) ?? endpoint);
    await ensureCursor(target, deadCursor, false);
    moved += await moveAll(log, target, new Map([[deadCursor, deadCursor]]), count);
  }
  return moved;
}

async function moveAll(from: Log, into: Log, names: ReadonlyMap<string, string>, count: (records: number) => void): Promise<number> {
  const cursors = new Map<string, Cursor>();
  for (const name of names.keys()) cursors.set(name, await from.cursor(name, asItIs(from, name)));
  const move: Move = { from, into, names, cursors };
  let moved = 0;
  const group: Promise<void>[] = [];
  try {
    for await (const { position, record, cursors: needing } of from.records()) {
      group.push(moveOne(move, position, record, needing));
      moved += 1;
      if (group.length < atOnce) continue;
      await Promise.all(group.splice(0));
      count(moved);
    }
    await Promise.all(group.splice(0));
  } finally {
    await Promise.allSettled(group);
    for (const cursor of cursors.values()) await cursor.close();
  }
  return moved;
}

/** One copy when every endpoint there is to get it, else one for each that is. */
async function moveOne({ into, names, cursors }: Move, position: number, record: LogRecord, needing: readonly string[]): Promise<void> {
  const targets = needing.map((name) => names.get(name) ?? name);
  const receiving = into.names().flatMap(({ name, retired }) => (retired ? [] : [name]));
  const forAll = targets.length === receiving.length && targets.every((name) => receiving.includes(name));
  const copies = forAll ? [{ ...record, only: undefined }] : targets.map((only) => ({ ...record, only }));
  // Appended at once, so that order is kept. When that fails the cursors are closed, and what was leased stays where it was.
  const [leases] = await Promise.all([Promise.all(needing.map((name) => cursors.get(name)?.takeAt(position))), into.append(copies)]);
  for (const lease of leases) lease?.done();
}

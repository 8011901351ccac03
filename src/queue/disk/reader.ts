import { type LogRecord, recordSize } from '../log.ts';
import { PositionSet } from '../position-set.ts';
import type { Segment } from './segment.ts';
import type { Segments } from './segments.ts';
import { Unreadable } from './unreadable.ts';

/*
 * How records come back. What was written lately is kept as it was, so that a cursor near the end reads nothing. Of a backlog one read
 * brings the record that is asked for and those behind it that somebody needs, and whoever asks for one of these meanwhile waits for that
 * read. Both are bounded in bytes.
 */

// One read, and what is read ahead in all. A lease of one record keeps the bytes of its whole read in memory.
const runBytes = 256 * 2 ** 10;
const aheadBytes = 8 * 2 ** 20;

/** What a reader asks of its log. */
export interface ReaderOptions {
  readonly segments: Segments;
  /** Bytes of records kept as they were written; 0 where nobody reads soon. */
  readonly freshBytes: number;
  /** The lowest position not below this one that a cursor has not passed. */
  readonly neededFrom: (position: number) => number | undefined;
  readonly onDamaged: (position: number) => void;
  readonly onFailure: (why: unknown) => void;
}

/** A read of several records that is under way. */
interface Run {
  readonly first: number;
  readonly last: number;
  readonly done: Promise<Map<number, LogRecord>>;
}

/** Reads the records of a log on disk. */
export class Reader {
  readonly #options: ReaderOptions;
  readonly #fresh: Kept;
  readonly #ahead = new Kept(aheadBytes);
  readonly #unreadable = new Unreadable();
  readonly #runs = new Set<Run>();

  constructor(options: ReaderOptions) {
    this.#options = options;
    this.#fresh = new Kept(options.freshBytes);
  }

  /** A record was written that somebody needs. */
  written(position: number, record: LogRecord): void {
    this.#fresh.add(position, record);
  }

  /** Nobody needs it any more. */
  forget(position: number): void {
    this.#fresh.delete(position);
    this.#ahead.delete(position);
  }

  /** The disk took something. */
  worked(): void {
    this.#unreadable.worked();
  }

  /** The record at once where it is in memory; undefined when its bytes turn out damaged, and then the log has been told. Rejects when it
   *  cannot be read now. */
  read(position: number): LogRecord | Promise<LogRecord | undefined> {
    return this.#fresh.get(position) ?? this.#ahead.get(position) ?? this.#fromDisk(position);
  }

  async #fromDisk(position: number): Promise<LogRecord | undefined> {
    for (const run of this.#runs) {
      if (position < run.first || position > run.last) continue;
      const record = await run.done.then(
        (records) => records.get(position),
        () => undefined,
      );
      if (record !== undefined) return record;
      break;
    }
    const segment = this.#options.segments.find(position);
    if (segment === undefined) return undefined;
    const positions = this.#runFrom(segment, position);
    const record = positions.length > 1 ? await this.#readRun(segment, positions).catch(() => undefined) : undefined;
    return record ?? this.#readOne(segment, position);
  }

  /** The positions of a read that begins with this one. */
  #runFrom({ index }: Segment, position: number): number[] {
    const positions = [position];
    const from = index.get(position)?.offset ?? 0;
    for (let next = this.#options.neededFrom(position + 1); next !== undefined; next = this.#options.neededFrom(next + 1)) {
      const end = index.endOffset(next);
      if (end === undefined || end - from > runBytes) break;
      positions.push(next);
    }
    return positions;
  }

  async #readRun(segment: Segment, positions: readonly number[]): Promise<LogRecord | undefined> {
    const [first = 0] = positions;
    const run: Run = { first, last: positions.at(-1) ?? first, done: segment.readRun(positions) };
    this.#runs.add(run);
    try {
      const records = await run.done;
      await this.#options.segments.touch(segment);
      for (const [position, record] of records) if (position !== first) this.#ahead.add(position, record);
      if (records.has(first)) this.#worked(first);
      return records.get(first);
    } finally {
      this.#runs.delete(run);
    }
  }

  async #readOne(segment: Segment, position: number): Promise<LogRecord | undefined> {
    const { segments, onFailure, onDamaged } = this.#options;
    try {
      const record = await segment.read(position);
      await segments.touch(segment);
      this.#worked(position);
      if (record !== undefined) return record;
    } catch (why) {
      if (segments.find(position) === undefined) return undefined; // overflow has taken it meanwhile
      onFailure(why);
      if (!this.#unreadable.failed(position, why)) throw why;
    }
    onDamaged(position);
    return undefined;
  }

  #worked(position: number): void {
    this.#unreadable.worked();
    this.#unreadable.forget(position);
  }
}

/** Records in memory, bounded in bytes: those at the lowest positions go first. */
class Kept {
  readonly #maxBytes: number;
  readonly #records = new Map<number, LogRecord>();
  readonly #order = new PositionSet();
  #bytes = 0;

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  get(position: number): LogRecord | undefined {
    return this.#records.get(position);
  }

  add(position: number, record: LogRecord): void {
    const sizeBytes = recordSize(record);
    if (sizeBytes > this.#maxBytes) return;
    this.delete(position);
    this.#records.set(position, record);
    this.#order.add(position);
    this.#bytes += sizeBytes;
    for (let lowest = this.#order.first; this.#bytes > this.#maxBytes && lowest !== undefined; lowest = this.#order.first)
      this.delete(lowest);
  }

  delete(position: number): void {
    const record = this.#records.get(position);
    if (record === undefined) return;
    this.#records.delete(position);
    this.#order.delete(position);
    this.#bytes -= recordSize(record);
  }
}

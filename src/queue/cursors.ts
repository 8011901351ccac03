import type { Clock } from '../core/clock.ts';
import { type CursorDirectory, LogCursor } from './cursor.ts';
import type { Loss } from './lease.ts';
import type { Cursor, CursorOptions } from './log.ts';
import type { RecordInfo, Store } from './store.ts';

/** All cursors of a log: who exists, and what a record means to each. */
export class Cursors implements CursorDirectory {
  readonly #store: Store;
  readonly #clock: Clock;
  readonly #byName = new Map<string, LogCursor>();

  constructor(store: Store, clock: Clock) {
    this.#store = store;
    this.#clock = clock;
  }

  [Symbol.iterator](): Iterator<LogCursor> {
    return this.#byName.values();
  }

  /** As Log.names(). */
  names(): readonly { readonly name: string; readonly retired: boolean }[] {
    return [...this.#byName.values()].map(({ name, retired }) => ({ name, retired }));
  }

  /** A cursor that an earlier process left, or a new one. */
  add(name: string, state: { readonly retired: boolean; readonly paused: boolean }): LogCursor {
    const cursor = new LogCursor(name, state, { store: this.#store, clock: this.#clock, directory: this });
    this.#byName.set(name, cursor);
    return cursor;
  }

  /** As Log.cursor(). */
  async open(name: string, options: CursorOptions): Promise<Cursor> {
    const known = this.#byName.get(name);
    if (known !== undefined) {
      await known.open(options);
      return known;
    }
    const cursor = this.add(name, { retired: false, paused: false });
    const opened = cursor.open(options); // from now on nobody else can
    try {
      await this.#store.create(cursor, options.from);
      await opened;
    } catch (why) {
      await this.remove(cursor).catch(() => {});
      throw why;
    }
    return cursor;
  }

  /** As Log.forget(). */
  async forget(name: string): Promise<void> {
    const cursor = this.#byName.get(name);
    if (cursor?.isOpen) throw new Error(`cursor ${name} is open: it is the one to forget`);
    if (cursor !== undefined) await this.remove(cursor);
  }

  async rename(cursor: LogCursor, to: string): Promise<void> {
    const { name } = cursor;
    if (this.#byName.has(to)) throw new Error(`there is a cursor ${to} already`);
    this.#byName.delete(name);
    this.#byName.set(to, cursor);
    try {
      await cursor.renamed(to);
    } catch (why) {
      this.#byName.delete(to);
      this.#byName.set(name, cursor);
      throw why;
    }
  }

  async remove(cursor: LogCursor): Promise<void> {
    this.#byName.delete(cursor.name);
    await this.#store.remove(cursor);
  }

  /** The log is closed: cursors that are still open are so too. */
  close(): void {
    for (const cursor of this.#byName.values()) cursor.logClosed();
  }

  /** How many cursors a record is for. */
  wanting(record: { readonly only: string | undefined }): number {
    let wanting = 0;
    for (const cursor of this.#byName.values()) if (cursor.wants(record)) wanting += 1;
    return wanting;
  }

  /** Names of those that have not passed it. */
  needing(position: number): string[] {
    const names: string[] = [];
    for (const { name, pending } of this.#byName.values()) if (pending.has(position)) names.push(name);
    return names;
  }

  /** The lowest position not below `from` that any of them has not passed. */
  neededFrom(from: number): number | undefined {
    let lowest: number | undefined;
    for (const { pending } of this.#byName.values()) {
      const next = pending.next(from);
      if (next !== undefined && (lowest === undefined || next < lowest)) lowest = next;
    }
    return lowest;
  }

  /** A record is stored: it is there for whoever wants it, who is told by ring(). */
  arrive(position: number, info: RecordInfo, how: 'accepted' | 'moved'): void {
    for (const cursor of this.#byName.values()) if (cursor.wants(info)) cursor.arrive(position, info, how);
  }

  /** After all records that are stored together have arrived. */
  ring(): void {
    for (const cursor of this.#byName.values()) cursor.ring();
  }

  /** A record is lost while the store still knows it. */
  lose(position: number, info: RecordInfo, loss: Loss): void {
    for (const cursor of this.#byName.values()) cursor.lose(position, info, loss);
  }
}

import type { Clock } from '../core/clock.ts';
import { LogCursor, type Loss } from './cursor.ts';
import { HeldCursor } from './held-cursor.ts';
import type { Cursor, CursorOptions } from './log.ts';
import type { RecordInfo, Store } from './store.ts';
import { Turns } from './turns.ts';

/** All cursors of a log: who exists, who holds them, and what a record means to each. */
export class Cursors {
  readonly #store: Store;
  readonly #clock: Clock;
  readonly #byName = new Map<string, LogCursor>();
  readonly #turns = new Turns();

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

  /** A cursor that an earlier process left. */
  found(name: string, state: { readonly retired: boolean; readonly paused: boolean }): LogCursor {
    const cursor = new LogCursor(name, this.#store, this.#clock, state);
    this.#byName.set(name, cursor);
    return cursor;
  }

  /** As Log.cursor(). */
  async open(name: string, options: CursorOptions, signal?: AbortSignal): Promise<Cursor> {
    const leave = await this.#turns.enter(name, signal);
    try {
      const known = this.#byName.get(name);
      const cursor = known ?? (await this.#create(name, options.from));
      await cursor.open(options, known === undefined ? 'accepted' : 'recovered');
      return new HeldCursor(cursor, leave, () => this.#remove(cursor));
    } catch (why) {
      leave();
      throw why;
    }
  }

  /** As Log.forget(): waits for its holder to go. */
  async forget(name: string): Promise<void> {
    const leave = await this.#turns.enter(name);
    try {
      const cursor = this.#byName.get(name);
      if (cursor !== undefined) await this.#remove(cursor);
    } finally {
      leave();
    }
  }

  /** As Log.rename(): waits for its holder to go. */
  async rename(name: string, to: string, signal?: AbortSignal): Promise<void> {
    const leave = await this.#turns.enter(name, signal);
    try {
      const cursor = this.#byName.get(name);
      if (cursor === undefined) throw new Error(`there is no cursor ${name}`);
      if (this.#byName.has(to)) throw new Error(`there is a cursor ${to} already`);
      this.#byName.delete(name);
      this.#byName.set(to, cursor);
      try {
        await cursor.rename(to);
      } catch (why) {
        this.#byName.delete(to);
        this.#byName.set(name, cursor);
        throw why;
      }
    } finally {
      leave();
    }
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

  /** A record is stored: whoever wants it sees it now. */
  arrive(position: number, info: RecordInfo, how: 'accepted' | 'moved'): void {
    for (const cursor of this.#byName.values()) if (cursor.wants(info)) cursor.arrive(position, info, how);
  }

  /** A record is lost while the store still knows it. */
  lose(position: number, info: RecordInfo, loss: Loss): void {
    for (const cursor of this.#byName.values()) cursor.lose(position, info, loss);
  }

  async #remove(cursor: LogCursor): Promise<void> {
    this.#byName.delete(cursor.name);
    for (const position of cursor.pending) this.#store.passed(cursor, position);
    await this.#store.remove(cursor);
  }

  async #create(name: string, from: 'end' | 'oldest'): Promise<LogCursor> {
    const cursor = this.found(name, { retired: false, paused: false });
    try {
      await this.#store.create(cursor, from);
    } catch (why) {
      this.#byName.delete(name);
      throw why;
    }
    return cursor;
  }
}

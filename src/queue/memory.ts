import type { Clock } from '../core/clock.ts';
import type { Invalid, Refused } from '../core/errors.ts';
import { Births } from './ages.ts';
import { Cursors } from './cursors.ts';
import {
  type Cursor,
  type CursorOptions,
  type Limits,
  type Log,
  type LogRecord,
  type LogStats,
  recordSize,
  recordsSize,
  type StoredRecord,
  type Traits,
} from './log.ts';
import { queueFull, tooLarge } from './refusals.ts';
import { turn, workPerTurn } from './slices.ts';
import type { RecordInfo, Store, StoreCursor } from './store.ts';

/** A stored record, with what cursors ask of it. */
interface Entry extends RecordInfo {
  readonly record: LogRecord;
  /** Cursors that have not passed it. */
  needed: number;
}

/** A log in memory: it ends with the process. Keeps the very objects that are appended, and nothing that every cursor has passed. */
export class MemoryLog implements Log {
  readonly traits: Traits = { keepsObjects: true, durable: false, newest: true, dropsOldest: true };
  readonly #entries = new Map<number, Entry>();
  readonly #births: Births;
  readonly #cursors: Cursors;
  #limits: Limits;
  #end = 0;
  #sizeBytes = 0;

  constructor(limits: Limits, clock: Clock) {
    this.#limits = limits;
    this.#births = new Births(clock);
    this.#cursors = new Cursors(this.#store, clock);
  }

  get stats(): LogStats {
    return { sizeBytes: this.#sizeBytes, capacityBytes: this.#limits.maxSizeBytes, records: this.#entries.size, damagedRecords: 0 };
  }

  refusal(sizeBytes: number): Refused | Invalid | undefined {
    const { maxSizeBytes, overflow } = this.#limits;
    if (sizeBytes > maxSizeBytes) return tooLarge(sizeBytes, maxSizeBytes);
    if (overflow === 'drop_oldest' || this.#sizeBytes + sizeBytes <= maxSizeBytes) return undefined;
    return queueFull(maxSizeBytes);
  }

  append(records: readonly LogRecord[]): undefined {
    const sizeBytes = recordsSize(records);
    const refusal = this.refusal(sizeBytes);
    if (refusal !== undefined) throw refusal;
    while (this.#sizeBytes + sizeBytes > this.#limits.maxSizeBytes && this.#dropOldest());
    for (const record of records) this.#place(record, this.#births.bornAt(record.receivedAt), 'accepted');
    this.#cursors.ring();
  }

  cursor(name: string, options: CursorOptions): Promise<Cursor> {
    return this.#cursors.open(name, options);
  }

  forget(name: string): Promise<void> {
    return this.#cursors.forget(name);
  }

  names(): readonly { readonly name: string; readonly retired: boolean }[] {
    return this.#cursors.names();
  }

  async *records(): AsyncGenerator<StoredRecord> {
    for (let position = this.#cursors.neededFrom(0); position !== undefined; position = this.#cursors.neededFrom(position + 1)) {
      const record = this.#entries.get(position)?.record;
      if (record !== undefined) yield { position, record, cursors: this.#cursors.needing(position) };
    }
  }

  limit(limits: Limits): void {
    this.#limits = limits;
  }

  async close(): Promise<void> {
    this.#cursors.close();
    this.#entries.clear();
    this.#sizeBytes = 0;
  }

  #place(record: LogRecord, bornAt: number, how: 'accepted' | 'moved'): void {
    const position = this.#end;
    this.#end += 1;
    const needed = this.#cursors.wanting(record);
    if (needed === 0) return;
    const { tenant, profiles, only, inOrder } = record;
    const entry: Entry = { record, needed, sizeBytes: recordSize(record), bornAt, tenant, profiles, only, inOrder };
    this.#entries.set(position, entry);
    this.#sizeBytes += entry.sizeBytes;
    this.#cursors.arrive(position, entry, how);
  }

  /** False when nothing is left to drop. A leased record stays in its lease, and no longer counts here. */
  #dropOldest(): boolean {
    const [position, entry] = this.#oldest() ?? [];
    if (position === undefined || entry === undefined) return false;
    this.#cursors.lose(position, entry, 'overflow');
    this.#free(position, entry);
    return true;
  }

  /** The first that is stored; others before it may be leased and lost already. */
  #oldest(): readonly [number, Entry] | undefined {
    for (let position = this.#cursors.neededFrom(0); position !== undefined; position = this.#cursors.neededFrom(position + 1)) {
      const entry = this.#entries.get(position);
      if (entry !== undefined) return [position, entry];
    }
    return undefined;
  }

  #free(position: number, entry: Entry): void {
    if (this.#entries.delete(position)) this.#sizeBytes -= entry.sizeBytes;
  }

  #passed(position: number): void {
    const entry = this.#entries.get(position);
    if (entry === undefined) return;
    entry.needed -= 1;
    if (entry.needed === 0) this.#free(position, entry);
  }

  /** From `end` on the cursor is told of records as they come. */
  async #fill(cursor: StoreCursor, end: number): Promise<void> {
    let work = 0;
    for (
      let position = this.#cursors.neededFrom(0);
      position !== undefined && position < end;
      position = this.#cursors.neededFrom(position + 1)
    ) {
      const entry = this.#entries.get(position);
      if (entry === undefined || !cursor.wants(entry)) continue;
      entry.needed += 1;
      cursor.arrive(position, entry, 'accepted');
      if (++work % workPerTurn === 0) await turn();
    }
    cursor.ring();
  }

  readonly #store: Store = {
    info: (position) => this.#entries.get(position),
    read: (position) => this.#entries.get(position)?.record,
    passed: (_cursor, position) => this.#passed(position),
    unstored: () => undefined,
    hurry: () => {},
    move: async (record, bornAt) => {
      this.#place(record, bornAt, 'moved');
      this.#cursors.ring();
    },
    create: async (cursor, from) => {
      if (from === 'oldest') await this.#fill(cursor, this.#end);
    },
    save: async () => {},
    rename: async () => {},
    remove: async ({ pending }) => {
      let work = 0;
      for (const position of pending) {
        this.#passed(position);
        if (++work % workPerTurn === 0) await turn();
      }
    },
  };
}

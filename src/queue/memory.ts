import type { Clock } from '../core/clock.ts';
import type { Invalid, Refused } from '../core/errors.ts';
import { Cursors } from './cursors.ts';
import {
  type Cursor,
  type CursorOptions,
  type Limits,
  type Log,
  type LogRecord,
  type LogStats,
  recordSize,
  type StoredRecord,
  type Traits,
} from './log.ts';
import { PositionSet } from './position-set.ts';
import { queueFull, tooLarge } from './refusals.ts';
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
  readonly #stored = new PositionSet();
  readonly #cursors: Cursors;
  #limits: Limits;
  #end = 0;
  #sizeBytes = 0;

  constructor(limits: Limits, clock: Clock) {
    this.#limits = limits;
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

  async append(record: LogRecord): Promise<void> {
    const sizeBytes = recordSize(record);
    const refusal = this.refusal(sizeBytes);
    if (refusal !== undefined) throw refusal;
    while (this.#sizeBytes + sizeBytes > this.#limits.maxSizeBytes && this.#dropOldest());
    this.#place(record, sizeBytes, 'accepted');
  }

  cursor(name: string, options: CursorOptions, signal?: AbortSignal): Promise<Cursor> {
    return this.#cursors.open(name, options, signal);
  }

  forget(name: string): Promise<void> {
    return this.#cursors.forget(name);
  }

  rename(name: string, to: string, signal?: AbortSignal): Promise<void> {
    return this.#cursors.rename(name, to, signal);
  }

  names(): readonly { readonly name: string; readonly retired: boolean }[] {
    return this.#cursors.names();
  }

  async *records(): AsyncGenerator<StoredRecord> {
    for (const position of this.#stored) {
      const record = this.#entries.get(position)?.record;
      if (record !== undefined) yield { position, record, cursors: this.#cursors.needing(position) };
    }
  }

  limit(limits: Limits): void {
    this.#limits = limits;
  }

  async close(): Promise<void> {
    this.#entries.clear();
    this.#stored.clear();
    this.#sizeBytes = 0;
  }

  #place(record: LogRecord, sizeBytes: number, how: 'accepted' | 'moved'): void {
    const position = this.#end;
    this.#end += 1;
    const needed = this.#cursors.wanting(record);
    if (needed === 0) return;
    const { receivedAt, tenant, profiles, only, inOrder } = record;
    const entry: Entry = { record, needed, sizeBytes, receivedAt, tenant, profiles, only, inOrder };
    this.#entries.set(position, entry);
    this.#stored.add(position);
    this.#sizeBytes += sizeBytes;
    this.#cursors.arrive(position, entry, how);
  }

  /** False when nothing is left to drop. */
  #dropOldest(): boolean {
    const position = this.#stored.first;
    const entry = position === undefined ? undefined : this.#entries.get(position);
    if (position === undefined || entry === undefined) return false;
    this.#cursors.lose(position, entry, 'overflow');
    this.#free(position, entry);
    return true;
  }

  #free(position: number, entry: Entry): void {
    if (!this.#entries.delete(position)) return;
    this.#stored.delete(position);
    this.#sizeBytes -= entry.sizeBytes;
  }

  #passed(position: number): void {
    const entry = this.#entries.get(position);
    if (entry === undefined) return;
    entry.needed -= 1;
    if (entry.needed === 0) this.#free(position, entry);
  }

  #fill(cursor: StoreCursor): void {
    for (const position of this.#stored) {
      const entry = this.#entries.get(position);
      if (entry === undefined || !cursor.wants(entry)) continue;
      entry.needed += 1;
      cursor.arrive(position, entry, 'accepted');
    }
  }

  readonly #store: Store = {
    info: (position) => this.#entries.get(position),
    read: (position) => this.#entries.get(position)?.record,
    passed: (_cursor, position) => this.#passed(position),
    move: async (record) => this.#place(record, recordSize(record), 'moved'),
    create: async (cursor, from) => {
      if (from === 'oldest') this.#fill(cursor);
    },
    save: async () => {},
    rename: async () => {},
    remove: async () => {},
  };
}

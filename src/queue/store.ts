import type { LogRecord } from './log.ts';
import type { PositionSet } from './position-set.ts';

/** What a cursor knows of a record without reading it. */
export interface RecordInfo {
  /** When it was received, monotonic milliseconds (ages.ts). */
  readonly bornAt: number;
  readonly tenant: string;
  readonly profiles: number;
  readonly sizeBytes: number;
  readonly only: string | undefined;
  readonly inOrder: boolean;
}

/** A cursor as its store sees it (cursor.ts). */
export interface StoreCursor {
  readonly name: string;
  readonly retired: boolean;
  readonly paused: boolean;
  /** What it has not passed: to read, not to change. */
  readonly pending: PositionSet;
  /** Whether a record that is appended now is its own. */
  wants(record: { readonly only: string | undefined }): boolean;
  /** A stored record that it has not passed: a new one, one that moved within the log, one found at open. */
  arrive(position: number, info: RecordInfo, how: 'accepted' | 'moved' | 'found'): void;
  /** Records that were damaged before it could know them: one profile each, for want of knowledge. */
  loseUnknown(records: number): void;
  /** Somebody may be free: after arrivals. */
  ring(): void;
  /** What it has passed has been stored, or cannot be stored now. */
  stored(): void;
}

/** What a driver keeps and its cursors walk over. Leases, waits, holds, order and books are written once, above it. */
export interface Store {
  /** From the index in memory; undefined when that position is gone or damaged. */
  info(position: number): RecordInfo | undefined;
  /** The record; undefined when its bytes turn out damaged, and then every cursor has been told. Rejects when it cannot be read now. */
  read(position: number): Promise<LogRecord | undefined> | LogRecord | undefined;
  /** This cursor is done with it. */
  passed(cursor: StoreCursor, position: number, profiles: number): void;
  /** Profiles that this cursor has passed and that a crash would repeat. Undefined where nothing can be done about it: in memory, or while the
   *  disk does not take the place of the cursor. */
  unstored(cursor: StoreCursor): number | undefined;
  /** Stores its place soon; stored() tells when that is done or cannot be done. */
  hurry(cursor: StoreCursor): void;
  /** Stores for replace(): no limit refuses it and no account counts it as accepted. */
  move(record: LogRecord, bornAt: number): Promise<void>;
  /** A cursor begins; resolves when a restart would find it. */
  create(cursor: StoreCursor, from: 'end' | 'oldest'): Promise<void>;
  /** Keeps what a restart must find again: paused, retired, progress. */
  save(cursor: StoreCursor): Promise<void>;
  /** It has another name; resolves when a restart would find it under that. */
  rename(cursor: StoreCursor): Promise<void>;
  /** Frees what only it needed; resolves when a restart would not find it. */
  remove(cursor: StoreCursor): Promise<void>;
}

import type { LogCursor } from './cursor.ts';
import type { LogRecord } from './log.ts';

/** What a cursor knows of a record without reading it. */
export interface RecordInfo {
  /** Milliseconds since the Unix epoch. */
  readonly receivedAt: number;
  readonly tenant: string;
  readonly profiles: number;
  readonly sizeBytes: number;
  readonly only: string | undefined;
  readonly inOrder: boolean;
}

/** What a driver keeps and its cursors walk over. Leases, waits, holds, order and books are written once, above it. */
export interface Store {
  /** From the index in memory; undefined when that position is gone or damaged. */
  info(position: number): RecordInfo | undefined;
  /** The record; undefined when its bytes turn out damaged, and then every cursor has been told. Rejects when it cannot be read now. */
  read(position: number): Promise<LogRecord | undefined> | LogRecord | undefined;
  /** This cursor is done with it. */
  passed(cursor: LogCursor, position: number): void;
  /** Stores for replace(): no limit refuses it and no account counts it as accepted. */
  move(record: LogRecord): Promise<void>;
  /** A cursor begins; resolves when a restart would find it. */
  create(cursor: LogCursor, from: 'end' | 'oldest'): Promise<void>;
  /** Keeps what a restart must find again: paused, retired, progress. */
  save(cursor: LogCursor): Promise<void>;
  /** Resolves when a restart would find it under the new name. */
  rename(cursor: LogCursor, from: string): Promise<void>;
  /** Resolves when a restart would not find it. */
  remove(cursor: LogCursor): Promise<void>;
}

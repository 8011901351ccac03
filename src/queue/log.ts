import type { Account } from '../core/account.ts';
import type { Shared } from '../core/component.ts';
import type { Invalid, Refused } from '../core/errors.ts';

/** One outgoing request, rendered once, whatever the number of cursors. */
export interface LogRecord {
  /** Milliseconds since the Unix epoch. */
  readonly receivedAt: number;
  /** What hold() names; empty for none. */
  readonly tenant: string;
  /** What it counts in the account. */
  readonly profiles: number;
  /** For this cursor alone: a replay, or what is left of a split request. */
  readonly only: string | undefined;
  /** Never taken as the newest: holds cumulative profiles, of which a backend makes differences. */
  readonly inOrder: boolean;
  /** The exporter's words about the request (wire/request.ts); opaque here. */
  readonly head: Uint8Array;
  /** The request body as it goes out: one piece of its own, shared, never written to. */
  readonly body: Uint8Array;
}

/** Bytes a record counts in memory and against a limit. */
export function recordSize(record: LogRecord): number {
  return 64 + record.head.byteLength + record.body.byteLength;
}

/** Bytes of several. */
export function recordsSize(records: readonly LogRecord[]): number {
  let sizeBytes = 0;
  for (const record of records) sizeBytes += recordSize(record);
  return sizeBytes;
}

/**
 * An ordered, bounded store of records with any number of cursors, each of which gets every record appended while it exists. Knows order,
 * bytes, age, durability and who is done with what. Knows nothing of attempts, verdicts, backoff or concurrency.
 */
export interface Log extends Shared {
  /** Why append() would refuse so many bytes now: Refused, or Invalid when it never could take them. Synchronous, changes nothing; holds
   *  until the event loop turns. */
  refusal(sizeBytes: number): Refused | Invalid | undefined;
  /**
   * Stores all of them or none, under one check. Order of calls is order of positions. Throws Refused or Invalid when the check says no.
   * Returns undefined when they are stored and there is nothing to wait for: in memory, or without a cursor that wants them, when nothing is
   * kept. Else a promise that resolves when they are stored as the log's `fsync` says, and only then cursors see them; it rejects with
   * Refused, and then no cursor ever does.
   */
  append(records: readonly LogRecord[]): Promise<void> | undefined;
  /** Opens a cursor, or creates it. It is open until its close(), forget() or the log's close(); throws when it is open already. */
  cursor(name: string, options: CursorOptions): Promise<Cursor>;
  /** Removes a cursor that is not open, and with it what only it needed; its books are the caller's to end. Throws when it is open: then its
   *  own forget() is meant. */
  forget(name: string): Promise<void>;
  /** What some cursor has not passed, the lowest position first, read one by one: to look at. What goes meanwhile is left out. */
  records(): AsyncIterable<StoredRecord>;
  /** All cursors that exist, opened or not. */
  names(): readonly { readonly name: string; readonly retired: boolean }[];
  /** New limits; apply to the next append. */
  limit(limits: Limits): void;
  readonly traits: Traits;
  readonly stats: LogStats;
}

/** A record, its place, and who has not passed it. */
export interface StoredRecord {
  readonly position: number;
  readonly cursors: readonly string[];
  readonly record: LogRecord;
}

/** What bounds a log. */
export interface Limits {
  /** Infinity for a memory log with `ack: delivered`, whose bound is admission. */
  readonly maxSizeBytes: number;
  readonly overflow: 'drop_oldest' | 'refuse';
  /** The disk's; memory has nothing to sync. */
  readonly fsync: 'group' | 'interval' | 'never';
}

/** What a driver cannot do is refused when the configuration is loaded, never worked around at run time. */
export interface Traits {
  /** A lease yields the very object that was appended: `ack: delivered` needs it. */
  readonly keepsObjects: boolean;
  /** `ack: durable` needs it. */
  readonly durable: boolean;
  /** take('newest'): `newest_first_share` needs it. */
  readonly newest: boolean;
  /** `overflow: drop_oldest` needs it. */
  readonly dropsOldest: boolean;
}

/** Read at scrape. */
export interface LogStats {
  /** What counts against maxSizeBytes. */
  readonly sizeBytes: number;
  readonly capacityBytes: number;
  /** Not yet passed by every cursor. Counted when it is read. */
  readonly records: number;
  /** Since open, exact: positions are dense. */
  readonly damagedRecords: number;
}

/** How a cursor is opened. */
export interface CursorOptions {
  /** Where it begins, only when it does not exist yet. */
  readonly from: 'end' | 'oldest';
  /** Of an endpoint that is no longer configured: as retire(). */
  readonly retired: boolean;
  /** accepted, recovered, dropped.overflow and dropped.damaged are written by the log. At the first open of a cursor they get what the log has
   *  counted for it since its own start; later ones are as for bind(). */
  readonly account: Account;
}

/** What take() brings: a lease, or the promise of one where bytes must be read from disk, which resolves with undefined when the record turned
 *  out damaged or cannot be read now (take again then). */
export type Taken = Lease | Promise<Lease | undefined>;

/** One endpoint's place in a log. Any number of takes may be under way. Its verbs throw once it is closed. */
export interface Cursor {
  readonly name: string;
  readonly paused: boolean;
  readonly retired: boolean;
  readonly stats: CursorStats;
  /** Positions that stand in line: neither done nor leased, be they free, waiting or held. */
  readonly line: LineStats;
  /** Called whenever take() may bring more than it did when it brought undefined last: a record came, a wait or a hold is over, it was
   *  resumed, a read that failed may be tried again. At once, from within the call that is the reason. */
  onFree: (() => void) | undefined;
  /**
   * Takes who is next out of the line: the lowest position that is free, or the highest that is free and not `inOrder`, and the lowest where
   * there is none. Undefined when nobody is free now, or while it is paused, or while so much is leased or done and not yet stored that a
   * crash would repeat more than 200 profiles.
   */
  take(order: 'oldest' | 'newest'): Taken | undefined;
  /** The oldest that has been received longer ago and stands in line, be it held, waiting or paused. */
  takeExpired(olderThanMs: number): Taken | undefined;
  /** This one, be it held, waiting or paused; undefined when it does not stand in line. */
  takeAt(position: number): Taken | undefined;
  /** The lowest position not below `from` that stands in line. */
  inLine(from: number): number | undefined;
  /** The highest position not above `from` that stands in line. */
  inLineBelow(from: number): number | undefined;
  /** Whose record stands at a position; undefined when there is none. */
  tenantAt(position: number): string | undefined;
  /** A record that waits is free from now on. */
  wake(position: number): void;
  /** Records of this tenant are not taken for so long; 0 ends it. Others pass them. */
  hold(tenant: string, ms: number): void;
  /** Takes effect at once; resolves when a restart would find it so. */
  pause(paused: boolean): Promise<void>;
  /** Gets no new records (true), or gets them again (false): those of the gap are not its own. What it has not passed stays until taken,
   *  expired, forgotten or overflowed. Takes effect at once; resolves when a restart would find it so. */
  retire(retired: boolean): Promise<void>;
  /** Its books from now on; the caller has moved the counts. */
  bind(account: Account): void;
  /** Another name: another endpoint inherits what this one has not passed. Resolves when stored; rejects when the name is taken. */
  rename(to: string): Promise<void>;
  /** Gives back what is leased, ends waits and holds, stores the position. It goes on getting records. */
  close(): Promise<void>;
  /** Instead of close(): removes it, and with it what only it needed. */
  forget(): Promise<void>;
}

/** What stands in line. */
export interface LineStats {
  readonly first: number | undefined;
  readonly last: number | undefined;
  readonly size: number;
}

/** Records not done, leased ones included. */
export interface CursorStats {
  readonly records: number;
  readonly profiles: number;
  readonly sizeBytes: number;
  readonly leased: number;
  /** Undefined when there is none. */
  readonly oldestAgeMs: number | undefined;
}

/**
 * One record in the hands of one cursor. Exactly one of done(), replace() and release() ends it; a second call throws. A record that overflow
 * takes while it is leased stays readable; it counts as dropped only if it is released instead of done.
 */
export interface Lease {
  readonly position: number;
  readonly record: LogRecord;
  /** Since it was received, on the monotonic clock: the wall clock counts only for what an earlier process received. Never negative. */
  ageMs(): number;
  /** This cursor is finished with it, whatever the outcome was. Stored soon after: a crash in between repeats it. */
  done(): void;
  /** This cursor goes on with another record instead (what is left of a split request), as old as this one: stored first, then done. Moves
   *  nothing in the account but `queued`. */
  replace(record: LogRecord): Promise<void>;
  /** Back in line, not before afterMs has passed. Any number may wait; none holds up those behind it. */
  release(afterMs: number): void;
  /** After release(): ends the wait. */
  wake(): void;
}

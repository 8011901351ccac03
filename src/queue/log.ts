import type { Account } from '../core/account.ts';
import type { Shared } from '../core/component.ts';
import type { Invalid, Refused } from '../core/errors.ts';

/** One outgoing request, rendered once, whatever the number of cursors. */
export interface LogRecord {
  /** Milliseconds since the Unix epoch: age is counted from here. */
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

/**
 * An ordered, bounded store of records with any number of cursors, each of which gets every record appended while it exists. Knows order,
 * bytes, age, durability and who is done with what. Knows nothing of attempts, verdicts, backoff or concurrency.
 */
export interface Log extends Shared {
  /** Why append() would refuse so many bytes now: Refused, or Invalid when it never could take them. Synchronous, changes nothing; holds
   *  until the event loop turns. */
  refusal(sizeBytes: number): Refused | Invalid | undefined;
  /** Order of calls is order of positions. Resolves when stored as the log's `fsync` says, and only then do cursors see it; rejects with
   *  Refused, and then no cursor ever does. Without cursors it resolves and keeps nothing. */
  append(record: LogRecord): Promise<void>;
  /** Opens or creates a cursor. One holder at a time: waits until the earlier one has closed, and changes nothing, but rejects with
   *  signal.reason, when the signal has aborted by then. */
  cursor(name: string, options: CursorOptions, signal?: AbortSignal): Promise<Cursor>;
  /** Removes a cursor, and with it what only it needed. Waits until its holder has closed, and with that for whoever waits to hold it: a holder
   *  calls forget() of the cursor. Its books are the caller's to end. */
  forget(name: string): Promise<void>;
  /** Gives a cursor another name: an endpoint went and another one inherits what it has not passed. Waits until its holder has closed;
   *  rejects when there is no such cursor, or one of the new name, and as cursor() does when the signal has aborted. */
  rename(name: string, to: string, signal?: AbortSignal): Promise<void>;
  /** What some cursor has not passed, the lowest position first, read one by one: to look at. What goes meanwhile is left out. */
  records(): AsyncIterable<StoredRecord>;
  /** All cursors that exist, opened or not. */
  names(): readonly { readonly name: string; readonly retired: boolean }[];
  /** New limits from a reload; applies to the next append. */
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
  /** Not yet passed by every cursor. */
  readonly records: number;
  /** Since open, exact: positions are dense. */
  readonly damagedRecords: number;
}

/** How a cursor is opened. */
export interface CursorOptions {
  /** Where it begins, only when it does not exist yet. */
  readonly from: 'end' | 'oldest';
  /** Of an endpoint that is no longer configured: gets nothing new; what it has not passed stays until taken, expired, forgotten or
   *  overflowed. Opened later without it, the cursor gets new records again; those of the gap are not its own. */
  readonly retired: boolean;
  /** accepted, recovered, dropped.overflow and dropped.damaged are written by the log. */
  readonly account: Account;
}

/** One endpoint's place in a log. */
export interface Cursor {
  readonly name: string;
  /** Waits for a record that is neither done, leased, waiting, held nor for another cursor: the lowest position, or the highest that is not
   *  `inOrder`, and the lowest where there is none. One take at a time. Rejects with signal.reason. Yields nothing while paused. */
  take(order: 'oldest' | 'newest', signal: AbortSignal): Promise<Lease>;
  /** The oldest record received before then and not leased, be it held, waiting or paused; undefined when there is none, or where a driver
   *  cannot look (JetStream): whoever takes checks the age as well. */
  takeExpired(receivedBefore: number): Promise<Lease | undefined>;
  /** This record, be it held, waiting or paused; undefined when it is not in line, or where a driver cannot pick (JetStream). */
  takeAt(position: number): Promise<Lease | undefined>;
  /** Records of this tenant are not taken for so long; 0 ends it. Others pass them. */
  hold(tenant: string, ms: number): void;
  /** Survives a restart where the log does. */
  pause(paused: boolean): Promise<void>;
  readonly paused: boolean;
  readonly stats: CursorStats;
  /** Gives back what is leased, stores the position. */
  close(): Promise<void>;
  /** Instead of close(): removes it, and with it what only it needed. Whoever waits to hold it begins a new one. */
  forget(): Promise<void>;
}

/** Records not done, leased ones included. */
export interface CursorStats {
  readonly records: number;
  readonly profiles: number;
  readonly sizeBytes: number;
  readonly leased: number;
  readonly oldestReceivedAt: number | undefined;
}

/**
 * One record in the hands of one cursor. Exactly one of the three verbs ends it; a second call throws. A record that overflow takes while it
 * is leased stays readable; it counts as dropped only if it is released instead of done.
 */
export interface Lease {
  readonly position: number;
  readonly record: LogRecord;
  /** This cursor is finished with it, whatever the outcome was. Stored soon after: a crash in between repeats it. */
  done(): void;
  /** This cursor goes on with another record instead (what is left of a split request): stored first, then done. Moves nothing in the
   *  account but `queued`. */
  replace(record: LogRecord): Promise<void>;
  /** Back in line: not before afterMs has passed, or as soon as `wake` aborts. Any number may wait; none holds up those behind it. */
  release(afterMs: number, wake?: AbortSignal): void;
}

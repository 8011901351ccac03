import { type Account, emptyAccount } from '../core/account.ts';
import type { Clock } from '../core/clock.ts';
import { type LeaseOwner, type Loss, OpenLease } from './lease.ts';
import { Line } from './line.ts';
import type { Cursor, CursorOptions, CursorStats, LineStats, LogRecord, Taken } from './log.ts';
import { PositionSet } from './position-set.ts';
import type { RecordInfo, Store, StoreCursor } from './store.ts';

// A disk that cannot be read now may come back; until then it must not be asked in a loop. Others pass a record that cannot be read, unless
// so many could not in a row: then it is not about records.
const unreadableMs = 1000;
const mostUnreadable = 4;
const restMs = 500;
// What a crash may repeat, in profiles, as the contract has it: those of leases, which may have arrived, and those not yet stored as passed.
const mostRepeated = 200;

/** What a cursor asks of the log's list of cursors. */
export interface CursorDirectory {
  rename(cursor: LogCursor, to: string): Promise<void>;
  remove(cursor: LogCursor): Promise<void>;
}

/**
 * One cursor, for as long as it exists, opened or not. What it has not passed is pending; what is pending stands in line or is leased. Until it
 * is opened it counts in books of its own, which the first that opens it gets.
 */
export class LogCursor implements Cursor, StoreCursor, LeaseOwner {
  onFree: (() => void) | undefined;
  readonly #clock: Clock;
  readonly #store: Store;
  readonly #directory: CursorDirectory;
  readonly #line: Line;
  readonly #pending = new PositionSet();
  readonly #leases = new Map<number, OpenLease>();
  #name: string;
  #retired: boolean;
  #paused: boolean;
  #state: 'unopened' | 'open' | 'closed' = 'unopened';
  #profiles = 0;
  #leasedProfiles = 0;
  #sizeBytes = 0;
  #account: Account = emptyAccount();
  /** Whether the last take() found nobody free: onFree tells when that may be over. */
  #isIdle = true;
  /** Whether that was for what a crash would repeat. */
  #isBlocked = false;
  #timer: { readonly atMs: number; readonly cancel: () => void } | undefined;
  /** Reads that failed since one succeeded, and until when nothing is read because of them, monotonic milliseconds. */
  #failedReads = 0;
  #restUntilMs = 0;

  constructor(
    name: string,
    state: { readonly retired: boolean; readonly paused: boolean },
    parts: { readonly store: Store; readonly clock: Clock; readonly directory: CursorDirectory },
  ) {
    this.#name = name;
    this.#retired = state.retired;
    this.#paused = state.paused;
    this.#store = parts.store;
    this.#clock = parts.clock;
    this.#directory = parts.directory;
    this.#line = new Line(parts.clock, (position) => parts.store.info(position));
  }

  get name(): string {
    return this.#name;
  }

  get retired(): boolean {
    return this.#retired;
  }

  get paused(): boolean {
    return this.#paused;
  }

  get isOpen(): boolean {
    return this.#state === 'open';
  }

  get pending(): PositionSet {
    return this.#pending;
  }

  get line(): LineStats {
    const { first, last, size } = this.#line.standing;
    return { first, last, size };
  }

  get stats(): CursorStats {
    let bornAt = this.#line.oldest?.bornAt ?? Number.POSITIVE_INFINITY;
    for (const { info } of this.#leases.values()) bornAt = Math.min(bornAt, info.bornAt);
    return {
      records: this.#pending.size,
      profiles: this.#profiles,
      sizeBytes: this.#sizeBytes,
      leased: this.#leases.size,
      oldestAgeMs: bornAt === Number.POSITIVE_INFINITY ? undefined : Math.max(0, this.#clock.monotonic() - bornAt),
    };
  }

  wants(record: { readonly only: string | undefined }): boolean {
    return record.only === undefined ? !this.#retired : record.only === this.#name;
  }

  arrive(position: number, info: RecordInfo, how: 'accepted' | 'moved' | 'found'): void {
    this.#pending.add(position);
    this.#profiles += info.profiles;
    this.#sizeBytes += info.sizeBytes;
    if (how === 'accepted') this.#account.accepted += info.profiles;
    if (how === 'found') this.#account.recovered += info.profiles;
    this.#line.add(position, info);
  }

  ring(): void {
    const { onFree } = this;
    if (!this.#isIdle || onFree === undefined) return;
    this.#isIdle = false;
    onFree();
  }

  stored(): void {
    if (this.#isBlocked) this.ring();
  }

  /** The store loses the record and still knows it. A leased one stays readable, and its verdict decides what it counts as. */
  lose(position: number, info: RecordInfo, loss: Loss): void {
    const lease = this.#leases.get(position);
    if (lease !== undefined) {
      lease.lost ??= loss;
      if (lease.state === 'resting') this.release(lease, 0);
    } else if (this.#line.remove(position, info)) this.#drop(position, info, loss);
  }

  loseUnknown(records: number): void {
    this.#account.recovered += records;
    this.#account.dropped.damaged += records;
  }

  async open({ account, retired }: CursorOptions): Promise<void> {
    if (this.#state === 'open') throw new Error(`cursor ${this.#name} is open already`);
    if (this.#state === 'unopened') addTo(account, this.#account);
    this.#state = 'open';
    this.#isIdle = true;
    this.#account = account;
    await this.retire(retired);
  }

  take(order: 'oldest' | 'newest'): Taken | undefined {
    this.#assertOpen();
    const position = this.#paused || this.#isResting ? undefined : this.#line.next(order);
    const info = position === undefined ? undefined : this.#infoAt(position);
    if (position !== undefined && info !== undefined) {
      if (!this.#repeatsTooMuch(info.profiles)) return this.#lease(position, info);
      this.#line.add(position, info);
    }
    this.#isIdle = true;
    this.#arm();
    return undefined;
  }

  takeExpired(olderThanMs: number): Taken | undefined {
    this.#assertOpen();
    const oldest = this.#isResting ? undefined : this.#line.oldest;
    if (oldest === undefined || this.#clock.monotonic() - oldest.bornAt <= olderThanMs) return undefined;
    return this.takeAt(oldest.position);
  }

  takeAt(position: number): Taken | undefined {
    this.#assertOpen();
    const info = this.#line.standing.has(position) ? this.#infoAt(position) : undefined;
    if (info === undefined) return undefined;
    this.#line.remove(position, info);
    return this.#lease(position, info);
  }

  inLine(from: number): number | undefined {
    return this.#line.standing.next(from);
  }

  inLineBelow(from: number): number | undefined {
    return this.#line.standing.previous(from);
  }

  tenantAt(position: number): string | undefined {
    return this.#store.info(position)?.tenant;
  }

  wake(position: number): void {
    if (this.#line.wake(position)) this.ring();
  }

  hold(tenant: string, ms: number): void {
    this.#assertOpen();
    this.#line.hold(tenant, ms);
    if (ms <= 0) this.ring();
    else this.#arm();
  }

  async pause(paused: boolean): Promise<void> {
    this.#assertOpen();
    if (this.#paused === paused) return;
    this.#paused = paused;
    const saved = this.#store.save(this);
    if (!paused) this.ring();
    await saved;
  }

  async retire(retired: boolean): Promise<void> {
    this.#assertOpen();
    if (this.#retired === retired) return;
    this.#retired = retired;
    await this.#store.save(this);
  }

  bind(account: Account): void {
    this.#account = account;
  }

  async rename(to: string): Promise<void> {
    this.#assertOpen();
    await this.#directory.rename(this, to);
  }

  /** Its name from now on; the one before when that cannot be stored. */
  async renamed(to: string): Promise<void> {
    const before = this.#name;
    this.#name = to;
    try {
      await this.#store.rename(this);
    } catch (why) {
      this.#name = before;
      throw why;
    }
  }

  async close(): Promise<void> {
    if (this.#state !== 'open') return;
    this.#vacate();
    await this.#store.save(this);
  }

  /** The log is closed: nothing of it may be asked any more. */
  logClosed(): void {
    if (this.#state === 'open') this.#vacate();
  }

  async forget(): Promise<void> {
    this.#assertOpen();
    this.#vacate();
    await this.#directory.remove(this);
  }

  ageMs(info: RecordInfo): number {
    return Math.max(0, this.#clock.monotonic() - info.bornAt);
  }

  done(lease: OpenLease): void {
    this.#end(lease);
    this.#pass(lease.position, lease.info);
    if (this.#isBlocked) this.ring();
  }

  move(record: LogRecord, bornAt: number): Promise<void> {
    return this.#store.move(record.only === this.#name ? record : { ...record, only: this.#name }, bornAt);
  }

  release(lease: OpenLease, afterMs: number): void {
    const { position, info, lost } = lease;
    lease.state = 'ended';
    lease.cancelRest?.();
    this.#end(lease);
    if (lost !== undefined) {
      this.#drop(position, info, lost);
      return;
    }
    this.#line.wait(position, info, afterMs);
    if (afterMs <= 0 || this.#isBlocked) this.ring();
    else if (this.#isIdle) this.#arm();
  }

  #assertOpen(): void {
    if (this.#state !== 'open') throw new Error(`cursor ${this.#name} is not open`);
  }

  #infoAt(position: number): RecordInfo {
    const info = this.#store.info(position);
    if (info === undefined) throw new Error(`record ${position} is in line and not in the store`);
    return info;
  }

  get #isResting(): boolean {
    return this.#restUntilMs > 0 && this.#restUntilMs > this.#clock.monotonic();
  }

  /** Whether a crash would repeat too much if so many more were under way. One record always may be. */
  #repeatsTooMuch(profiles: number): boolean {
    const unstored = this.#store.unstored(this);
    const repeated = (unstored ?? 0) + this.#leasedProfiles;
    this.#isBlocked = unstored !== undefined && repeated > 0 && repeated + profiles > mostRepeated;
    if (this.#isBlocked) this.#store.hurry(this);
    return this.#isBlocked;
  }

  /** Sets the timer for when time alone may free somebody. */
  #arm(): void {
    const atMs = this.#isResting ? this.#restUntilMs : this.#line.dueMs;
    if (this.#paused || atMs === Number.POSITIVE_INFINITY || (this.#timer !== undefined && this.#timer.atMs <= atMs)) return;
    this.#timer?.cancel();
    const cancel = this.#clock.after(Math.max(0, atMs - this.#clock.monotonic()), () => {
      this.#timer = undefined;
      this.ring();
    });
    this.#timer = { atMs, cancel };
  }

  #lease(position: number, info: RecordInfo): Taken {
    const lease = new OpenLease(position, info, this);
    this.#leases.set(position, lease);
    this.#leasedProfiles += info.profiles;
    const record = this.#store.read(position);
    if (record instanceof Promise) return this.#opened(lease, record);
    if (record === undefined) throw new Error(`record ${position} is in the index and cannot be read`);
    this.#failedReads = 0;
    return lease.opened(record);
  }

  async #opened(lease: OpenLease, reading: Promise<LogRecord | undefined>): Promise<OpenLease | undefined> {
    let record: LogRecord | undefined;
    try {
      record = await reading;
    } catch {
      this.#rest(lease); // the store has said what is wrong
      return undefined;
    }
    this.#failedReads = 0;
    if (lease.state === 'ended') return undefined; // the cursor was closed meanwhile
    if (record !== undefined) return lease.opened(record);
    this.release(lease, 0);
    return undefined;
  }

  /** Out of line for a while: a record that cannot be read now must not stand before those that can, whatever the order. */
  #rest(lease: OpenLease): void {
    this.#failedReads += 1;
    if (this.#failedReads >= mostUnreadable) this.#restUntilMs = this.#clock.monotonic() + restMs;
    if (lease.state === 'ended') return;
    lease.state = 'resting';
    if (lease.lost !== undefined) this.release(lease, 0);
    else lease.cancelRest = this.#clock.after(unreadableMs, () => this.release(lease, 0));
  }

  /** What is leased, waits or is held stands free in line again. */
  #vacate(): void {
    this.#state = 'closed';
    this.onFree = undefined;
    this.#timer?.cancel();
    this.#timer = undefined;
    for (const lease of [...this.#leases.values()]) this.release(lease, 0);
    this.#line.reset();
  }

  #end({ position, info }: OpenLease): void {
    this.#leases.delete(position);
    this.#leasedProfiles -= info.profiles;
  }

  #drop(position: number, info: RecordInfo, loss: Loss): void {
    this.#account.dropped[loss] += info.profiles;
    this.#pass(position, info);
  }

  #pass(position: number, info: RecordInfo): void {
    this.#pending.delete(position);
    this.#profiles -= info.profiles;
    this.#sizeBytes -= info.sizeBytes;
    this.#store.passed(this, position, info.profiles);
  }
}

function addTo(account: Account, counts: Account): void {
  account.accepted += counts.accepted;
  account.recovered += counts.recovered;
  account.dropped.overflow += counts.dropped.overflow;
  account.dropped.damaged += counts.dropped.damaged;
}

import { type Account, emptyAccount } from '../core/account.ts';
import type { Clock } from '../core/clock.ts';
import { type LeaseOwner, OpenLease } from './lease.ts';
import { Line } from './line.ts';
import type { CursorOptions, CursorStats, Lease, LogRecord } from './log.ts';
import { PositionSet } from './position-set.ts';
import type { RecordInfo, Store, StoreCursor } from './store.ts';

/** Why the log loses a record that a cursor has not passed; the drop reasons that the log itself writes. */
export type Loss = 'overflow' | 'damaged';

/** Out of the line: being read, or in its taker's hands. */
interface Taken {
  readonly info: RecordInfo;
  lease: OpenLease | undefined;
  lost: Loss | undefined;
  /** Of one that could not be read: ends its rest. */
  cancelRest: (() => void) | undefined;
}

// A disk that cannot be read now may come back; until then it must not be asked in a loop. Others pass a record that cannot be read, unless
// so many could not in a row: then it is not about records.
const unreadableMs = 1000;
const mostUnreadable = 4;
const restMs = 500;

/**
 * One cursor as the log knows it, for as long as it exists, whoever holds it (held-cursor.ts). What it has not passed is pending; what is
 * pending stands in line or is taken.
 */
export class LogCursor implements StoreCursor {
  readonly #clock: Clock;
  readonly #store: Store;
  readonly #line: Line;
  readonly #pending = new PositionSet();
  readonly #taken = new Map<number, Taken>();
  /** Losses before anybody opened it: then there are no books to write them in. */
  readonly #unbooked = emptyAccount();
  #name: string;
  #retired: boolean;
  #paused: boolean;
  #profiles = 0;
  #sizeBytes = 0;
  #account: Account | undefined;
  /** Changes when a holder comes or goes, so that whatever outlives one notices. */
  #tenure = 0;
  /** The tenure whose take() is under way. */
  #taking: number | undefined;
  /** Reads that failed since one succeeded, and until when nothing is read because of them, monotonic milliseconds. */
  #failedReads = 0;
  #restUntilMs = 0;
  /** Wakes the take() that waits. */
  #wake: (() => void) | undefined;

  constructor(name: string, store: Store, clock: Clock, state: { readonly retired: boolean; readonly paused: boolean }) {
    this.#name = name;
    this.#store = store;
    this.#clock = clock;
    this.#retired = state.retired;
    this.#paused = state.paused;
    this.#line = new Line(
      clock,
      (position) => store.info(position),
      () => this.#wake?.(),
    );
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

  /** What it has not passed: to read, not to change. */
  get pending(): PositionSet {
    return this.#pending;
  }

  get stats(): CursorStats {
    let oldestReceivedAt = this.#line.oldest?.receivedAt;
    for (const { info } of this.#taken.values()) oldestReceivedAt = Math.min(oldestReceivedAt ?? info.receivedAt, info.receivedAt);
    return {
      records: this.#pending.size,
      profiles: this.#profiles,
      sizeBytes: this.#sizeBytes,
      leased: this.#taken.size,
      oldestReceivedAt,
    };
  }

  /** Whether a record that is appended now is its own. */
  wants(record: { readonly only: string | undefined }): boolean {
    return record.only === undefined ? !this.#retired : record.only === this.#name;
  }

  /** A stored record that it has not passed: a new one, one that moved within the log, one found at open. */
  arrive(position: number, info: RecordInfo, how: 'accepted' | 'moved' | 'found'): void {
    this.#pending.add(position);
    this.#profiles += info.profiles;
    this.#sizeBytes += info.sizeBytes;
    if (how === 'accepted' && this.#account !== undefined) this.#account.accepted += info.profiles;
    this.#line.add(position, info);
    this.#wake?.();
  }

  /** The store loses the record and still knows it. One that is taken stays readable, and its verdict decides what it counts as. */
  lose(position: number, info: RecordInfo, loss: Loss): void {
    const taken = this.#taken.get(position);
    if (taken !== undefined) {
      taken.lost ??= loss;
      if (taken.cancelRest !== undefined) this.#giveBack(position, 0);
    } else if (this.#line.remove(position)) this.#drop(position, info, loss);
  }

  /** Records that were damaged before it could know them: one profile each, for want of knowledge. */
  loseUnknown(records: number): void {
    this.#unbooked.dropped.damaged += records;
  }

  /** A holder comes. Its books get the losses of before, and what they do not explain yet: as accepted at a cursor that begins with old
   *  records, as recovered at one that an earlier process left. */
  async open(options: CursorOptions, unexplained: 'accepted' | 'recovered'): Promise<void> {
    const account = options.account;
    const changed = this.#retired !== options.retired;
    this.#tenure += 1;
    this.#account = account;
    this.#retired = options.retired;
    for (const loss of ['overflow', 'damaged'] as const) {
      account.dropped[loss] += this.#unbooked.dropped[loss];
      this.#unbooked.dropped[loss] = 0;
    }
    account[unexplained] += Math.max(0, this.#profiles - balanceOf(account));
    if (changed) await this.#store.save(this);
  }

  /** The holder goes: what is taken, waits or is held stands free in line again. */
  async vacate(): Promise<void> {
    this.#tenure += 1;
    this.#wake?.();
    for (const [position, { lease, cancelRest }] of [...this.#taken]) {
      if (lease === undefined && cancelRest === undefined) continue; // being read, and given back after that
      lease?.revoke();
      this.#giveBack(position, 0);
    }
    this.#line.reset();
    await this.#store.save(this);
  }

  async take(order: 'oldest' | 'newest', signal: AbortSignal): Promise<Lease> {
    const tenure = this.#tenure;
    if (this.#taking === tenure) throw new Error(`cursor ${this.#name} has a take() already`);
    this.#taking = tenure;
    try {
      for (;;) {
        if (signal.aborted) throw signal.reason;
        if (tenure !== this.#tenure) throw new Error(`cursor ${this.#name} was closed`);
        const position = this.#paused || this.#restsMs > 0 ? undefined : this.#line.next(order);
        const lease = position === undefined ? await this.#change(signal) : await this.#read(position);
        if (lease === undefined || tenure !== this.#tenure) continue;
        if (!signal.aborted) return lease;
        lease.release(0);
      }
    } finally {
      if (this.#taking === tenure) this.#taking = undefined;
    }
  }

  async takeExpired(receivedBefore: number): Promise<Lease | undefined> {
    const tenure = this.#tenure;
    while (tenure === this.#tenure && this.#restsMs <= 0) {
      const oldest = this.#line.oldest;
      if (oldest === undefined || oldest.receivedAt >= receivedBefore) return undefined;
      this.#line.remove(oldest.position);
      const lease = await this.#read(oldest.position);
      if (lease !== undefined && tenure === this.#tenure) return lease;
    }
    return undefined;
  }

  async takeAt(position: number): Promise<Lease | undefined> {
    const tenure = this.#tenure;
    const lease = this.#line.remove(position) ? await this.#read(position) : undefined;
    return tenure === this.#tenure ? lease : undefined;
  }

  hold(tenant: string, ms: number): void {
    this.#line.hold(tenant, ms);
    this.#wake?.();
  }

  async pause(paused: boolean): Promise<void> {
    if (this.#paused === paused) return;
    this.#paused = paused;
    this.#wake?.();
    await this.#store.save(this);
  }

  async rename(to: string): Promise<void> {
    const before = this.#name;
    this.#name = to;
    try {
      await this.#store.rename(this);
    } catch (why) {
      this.#name = before;
      throw why;
    }
  }

  /** Resolves when the line may have changed; rejects with signal.reason. */
  #change(signal: AbortSignal): Promise<undefined> {
    return new Promise((resolve, reject) => {
      const end = (): void => {
        cancelTimer?.();
        signal.removeEventListener('abort', onAbort);
        if (this.#wake === wake) this.#wake = undefined;
      };
      const wake = (): void => {
        end();
        resolve(undefined);
      };
      const onAbort = (): void => {
        end();
        reject(signal.reason);
      };
      const restsMs = this.#restsMs;
      const untilMs = this.#paused ? undefined : restsMs > 0 ? restsMs : this.#line.untilChangeMs;
      const cancelTimer = untilMs === undefined ? undefined : this.#clock.after(untilMs, wake);
      signal.addEventListener('abort', onAbort, { once: true });
      this.#wake = wake;
    });
  }

  /** The lease of a position that was in line; undefined when it is damaged, cannot be read now, or the holder has gone. */
  async #read(position: number): Promise<OpenLease | undefined> {
    const tenure = this.#tenure;
    const info = this.#store.info(position);
    if (info === undefined) throw new Error(`record ${position} is in line and not in the store`);
    const taken: Taken = { info, lease: undefined, lost: undefined, cancelRest: undefined };
    this.#taken.set(position, taken);
    let record: LogRecord | undefined;
    try {
      const read = this.#store.read(position);
      record = read instanceof Promise ? await read : read;
    } catch {
      this.#rest(position, taken, tenure); // the store has said what is wrong
      return undefined;
    }
    this.#failedReads = 0;
    if (record === undefined || tenure !== this.#tenure) {
      this.#giveBack(position, 0);
      return undefined;
    }
    taken.lease = new OpenLease(position, record, this.#leaseOwner);
    return taken.lease;
  }

  /** For how long nothing is read. */
  get #restsMs(): number {
    return this.#restUntilMs - this.#clock.monotonic();
  }

  /** Out of line for a while: a record that cannot be read now must not stand before those that can, whatever the order. */
  #rest(position: number, taken: Taken, tenure: number): void {
    this.#failedReads += 1;
    if (this.#failedReads >= mostUnreadable) this.#restUntilMs = this.#clock.monotonic() + restMs;
    if (taken.lost !== undefined || tenure !== this.#tenure) this.#giveBack(position, 0);
    else taken.cancelRest = this.#clock.after(unreadableMs, () => this.#giveBack(position, 0));
  }

  readonly #leaseOwner: LeaseOwner = {
    done: (position) => {
      const taken = this.#taken.get(position);
      this.#taken.delete(position);
      if (taken !== undefined) this.#pass(position, taken.info);
    },
    move: (record) => this.#store.move(record.only === this.#name ? record : { ...record, only: this.#name }),
    release: (position, afterMs, wake) => this.#giveBack(position, afterMs, wake),
  };

  #giveBack(position: number, afterMs: number, wake?: AbortSignal): void {
    const taken = this.#taken.get(position);
    this.#taken.delete(position);
    if (taken === undefined) return;
    taken.cancelRest?.();
    if (taken.lost !== undefined) {
      this.#drop(position, taken.info, taken.lost);
      return;
    }
    this.#line.wait(position, taken.info, afterMs, wake);
    this.#wake?.();
  }

  #drop(position: number, info: RecordInfo, loss: Loss): void {
    (this.#account ?? this.#unbooked).dropped[loss] += info.profiles;
    this.#pass(position, info);
  }

  #pass(position: number, info: RecordInfo): void {
    this.#pending.delete(position);
    this.#profiles -= info.profiles;
    this.#sizeBytes -= info.sizeBytes;
    this.#store.passed(this, position);
  }
}

/** What an account says is still in the queue. */
function balanceOf(account: Account): number {
  let balance = account.accepted + account.recovered - account.delivered;
  for (const profiles of Object.values(account.dropped)) balance -= profiles;
  for (const profiles of Object.values(account.deadLettered)) balance -= profiles;
  return balance;
}

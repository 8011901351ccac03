import type { Lease, LogRecord } from './log.ts';
import type { RecordInfo } from './store.ts';

/** Why the log loses a record that a cursor has not passed; the drop reasons that the log itself writes. */
export type Loss = 'overflow' | 'damaged';

/** The cursor's side of a lease. */
export interface LeaseOwner {
  ageMs(info: RecordInfo): number;
  done(lease: OpenLease): void;
  move(record: LogRecord, bornAt: number): Promise<void>;
  release(lease: OpenLease, afterMs: number): void;
  wake(position: number): void;
}

/** A record out of the line: being read, in its taker's hands, or resting because it could not be read. */
export class OpenLease implements Lease {
  readonly position: number;
  readonly info: RecordInfo;
  state: 'reading' | 'resting' | 'open' | 'moving' | 'ended' = 'reading';
  /** Set when the log has lost it meanwhile. */
  lost: Loss | undefined = undefined;
  /** While it rests: ends that. */
  cancelRest: (() => void) | undefined = undefined;
  readonly #owner: LeaseOwner;
  #record: LogRecord | undefined = undefined;

  constructor(position: number, info: RecordInfo, owner: LeaseOwner) {
    this.position = position;
    this.info = info;
    this.#owner = owner;
  }

  get record(): LogRecord {
    if (this.#record === undefined) throw new Error(`record ${this.position} has not been read yet`);
    return this.#record;
  }

  /** It has been read: the lease is its taker's. */
  opened(record: LogRecord): this {
    this.#record = record;
    this.state = 'open';
    return this;
  }

  ageMs(): number {
    return this.#owner.ageMs(this.info);
  }

  done(): void {
    this.#end('ended');
    this.#owner.done(this);
  }

  /** When storing fails the lease is as before. */
  async replace(record: LogRecord): Promise<void> {
    this.#end('moving');
    try {
      await this.#owner.move(record, this.info.bornAt);
    } catch (why) {
      if (this.#isMoving) this.state = 'open';
      throw why;
    }
    if (!this.#isMoving) return; // given back by close(): the record is sent again, and what was left of it too
    this.state = 'ended';
    this.#owner.done(this);
  }

  release(afterMs: number): void {
    this.#end('ended');
    this.#owner.release(this, afterMs);
  }

  wake(): void {
    this.#owner.wake(this.position);
  }

  get #isMoving(): boolean {
    return this.state === 'moving';
  }

  #end(state: 'moving' | 'ended'): void {
    if (this.state !== 'open') throw new Error(`the lease of record ${this.position} has ended already`);
    this.state = state;
  }
}

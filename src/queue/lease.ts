import type { Lease, LogRecord } from './log.ts';

/** The cursor's side of a lease. */
export interface LeaseOwner {
  done(position: number): void;
  move(record: LogRecord): Promise<void>;
  release(position: number, afterMs: number, wake: AbortSignal | undefined): void;
}

/** A lease that ends once, by one of its verbs or by its cursor's close(). */
export class OpenLease implements Lease {
  readonly position: number;
  readonly record: LogRecord;
  readonly #owner: LeaseOwner;
  #state: 'open' | 'moving' | 'ended' = 'open';

  constructor(position: number, record: LogRecord, owner: LeaseOwner) {
    this.position = position;
    this.record = record;
    this.#owner = owner;
  }

  done(): void {
    this.#end('ended');
    this.#owner.done(this.position);
  }

  /** When storing fails the lease is as before. */
  async replace(record: LogRecord): Promise<void> {
    this.#end('moving');
    try {
      await this.#owner.move(record);
    } catch (why) {
      if (this.#state === 'moving') this.#state = 'open';
      throw why;
    }
    if (this.#state !== 'moving') return; // given back by close(): the record is sent again, and what was left of it too
    this.#state = 'ended';
    this.#owner.done(this.position);
  }

  release(afterMs: number, wake?: AbortSignal): void {
    this.#end('ended');
    this.#owner.release(this.position, afterMs, wake);
  }

  /** Its cursor closes and takes the record back. */
  revoke(): void {
    this.#state = 'ended';
  }

  #end(state: 'moving' | 'ended'): void {
    if (this.#state !== 'open') throw new Error(`the lease of record ${this.position} has ended already`);
    this.#state = state;
  }
}

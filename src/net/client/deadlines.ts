import type { Clock } from '../../core/clock.ts';

/** What must be over by a time. */
export interface Expiring {
  /** Its time has come; it is no longer waited for. */
  expire(): void;
}

/** Deadlines that are all the same time away: the first to come in is the first to fall due, so one timer of the clock serves them all. */
export class Deadlines {
  readonly #clock: Clock;
  readonly #ms: number;
  /** In the order in which they fall due; monotonic milliseconds. */
  readonly #due = new Map<Expiring, number>();
  #cancelTimer: (() => void) | undefined;

  constructor(clock: Clock, ms: number) {
    this.#clock = clock;
    this.#ms = ms;
  }

  /** Begins to wait; what is waited for already begins anew. */
  add(one: Expiring): void {
    this.#due.delete(one);
    this.#due.set(one, this.#clock.monotonic() + this.#ms);
    // It goes on when nothing is left: cheaper than one timer for each that comes alone.
    this.#cancelTimer ??= this.#clock.after(this.#ms, () => this.#fire());
  }

  delete(one: Expiring): void {
    this.#due.delete(one);
  }

  close(): void {
    this.#cancelTimer?.();
    this.#cancelTimer = undefined;
  }

  #fire(): void {
    this.#cancelTimer = undefined;
    for (const [one, at] of this.#due) {
      // Timers may come a fraction of a millisecond early.
      const leftMs = at - this.#clock.monotonic();
      if (leftMs >= 1) {
        this.#cancelTimer ??= this.#clock.after(leftMs, () => this.#fire());
        return;
      }
      this.#due.delete(one);
      one.expire();
    }
  }
}

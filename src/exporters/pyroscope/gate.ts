import type { Clock } from '../../core/clock.ts';
import type { BackoffPeriods } from './backoff.ts';
import { Breaker } from './breaker.ts';
import type { Outcome } from './outcome.ts';
import { Window } from './window.ts';

/** The right to one attempt, and to what has to be sent at once because of its answer. */
export interface Pass {
  /** Whether it would still be given: a pass may wait long for something to carry. */
  readonly valid: boolean;
  /** How much it carries. */
  load(bytes: number): void;
  /** What the attempt came to: counts at once, while the place is kept. */
  tell(outcome: Outcome): void;
  /** The place is free, and with it what it carried; once, however often it is called. An attempt that nobody has told of came to `nothing`. */
  leave(): void;
}

/** Lets the attempts of one endpoint through. Whoever gets a pass leaves it, whatever happens. */
export interface Gate {
  /** Waits for a free slot, and for the breaker. One caller at a time; rejects with signal.reason. */
  enter(signal: AbortSignal): Promise<Pass>;
  /** Nothing passes for so long: the endpoint asked for rest. */
  rest(ms: number): void;
  /** An attempt would have to wait for more than a slot. */
  readonly closed: boolean;
  /** The endpoint counts as down. */
  readonly open: boolean;
  /** Attempts that may be under way together. */
  readonly concurrency: number;
}

/** With `ack: delivered` pushes stand alone: everything passes, the bound is what the receiver admits. */
export const alwaysOpen: Gate = {
  enter: (signal) => (signal.aborted ? Promise.reject(signal.reason) : Promise.resolve({ valid: true, load() {}, tell() {}, leave() {} })),
  rest() {},
  closed: false,
  open: false,
  concurrency: 0,
};

/** Adaptive concurrency behind a breaker. */
export class AdaptiveGate implements Gate {
  readonly #clock: Clock;
  readonly #breaker: Breaker;
  readonly #window: Window;
  #restUntil = 0;
  #wake: (() => void) | undefined;

  constructor(periods: BackoffPeriods, clock: Clock, random: () => number) {
    this.#clock = clock;
    this.#breaker = new Breaker(periods, clock, random);
    this.#window = new Window(clock);
  }

  get closed(): boolean {
    return this.#breaker.open || this.#restMs > 0;
  }

  get open(): boolean {
    return this.#breaker.open;
  }

  get concurrency(): number {
    return this.#breaker.open ? 1 : this.#window.requests;
  }

  async enter(signal: AbortSignal): Promise<Pass> {
    for (;;) {
      signal.throwIfAborted();
      const waitMs = Math.max(this.#breaker.waitMs, this.#restMs, this.#window.full ? Number.POSITIVE_INFINITY : 0);
      if (waitMs === 0) return this.#pass();
      await this.#change(waitMs, signal);
    }
  }

  rest(ms: number): void {
    this.#restUntil = Math.max(this.#restUntil, this.#clock.monotonic() + ms);
  }

  get #restMs(): number {
    return Math.max(0, this.#restUntil - this.#clock.monotonic());
  }

  #pass(): Pass {
    const probe = this.#breaker.enter();
    const slot = this.#window.enter();
    const isValid = (): boolean => this.#restMs === 0 && (probe || !this.#breaker.open);
    let told = false;
    const tell = (outcome: Outcome): void => {
      told = true;
      slot.tell(outcome);
      this.#tell(outcome, probe);
      this.#wake?.();
    };
    return {
      get valid() {
        return isValid();
      },
      load: (bytes) => slot.load(bytes),
      tell,
      leave: () => {
        if (!told) tell('nothing');
        slot.leave();
        this.#wake?.();
      },
    };
  }

  #tell(outcome: Outcome, probe: boolean): void {
    if (outcome === 'taken' || outcome === 'answered') this.#breaker.answered();
    else if (outcome === 'nothing') {
      if (probe) this.#breaker.withdrawn();
    } else this.#breaker.failed(probe, outcome === 'down');
  }

  /** Resolves when an attempt has ended, the time is over or the signal aborts. */
  #change(waitMs: number, signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      const done = (): void => {
        cancel?.();
        signal.removeEventListener('abort', done);
        this.#wake = undefined;
        resolve();
      };
      const cancel = waitMs === Number.POSITIVE_INFINITY ? undefined : this.#clock.after(waitMs, done);
      signal.addEventListener('abort', done, { once: true });
      this.#wake = done;
    });
  }
}

import type { Clock } from '../core/clock.ts';
import type { Logger } from '../core/component.ts';

const reportEveryMs = 60_000;

/** Says at most once a minute that telemetry was lost, with how much of it. */
export class Losses {
  readonly #what: 'spans' | 'metrics' | 'lines';
  readonly #message: string;
  readonly #clock: Clock;
  readonly #log: Logger;
  #lost = 0;
  #reportAt = Number.NEGATIVE_INFINITY;

  constructor(what: 'spans' | 'metrics' | 'lines', message: string, { clock, log }: { readonly clock: Clock; readonly log: Logger }) {
    this.#what = what;
    this.#message = message;
    this.#clock = clock;
    this.#log = log;
  }

  /** `error`: in words, without a secret. */
  report(count: number, error: string): void {
    this.#lost += count;
    const now = this.#clock.monotonic();
    if (now < this.#reportAt) return;
    this.#log.warn(this.#message, { [this.#what]: this.#lost, error });
    this.#lost = 0;
    this.#reportAt = now + reportEveryMs;
  }
}

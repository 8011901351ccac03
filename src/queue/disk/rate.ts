import type { Clock } from '../../core/clock.ts';

const windowSeconds = 60;

/** A rate over about the last minute: what is added fades with the age it has. */
export class Rate {
  readonly #clock: Clock;
  readonly #startMs: number;
  #atMs: number;
  #sum = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
    this.#startMs = clock.monotonic();
    this.#atMs = this.#startMs;
  }

  add(amount: number): void {
    this.#fade();
    this.#sum += amount;
  }

  get perSecond(): number {
    this.#fade();
    const age = (this.#atMs - this.#startMs) / 1000;
    return age === 0 ? 0 : this.#sum / (windowSeconds * (1 - Math.exp(-age / windowSeconds)));
  }

  #fade(): void {
    const nowMs = this.#clock.monotonic();
    this.#sum *= Math.exp(-(nowMs - this.#atMs) / 1000 / windowSeconds);
    this.#atMs = nowMs;
  }
}

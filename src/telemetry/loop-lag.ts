import type { Clock } from '../core/clock.ts';

const tickMs = 20;

/** How late the event loop runs a timer that is due every 20 ms. perf_hooks' monitor is blind from reset() to the tick after it, which is
 *  when a large /metrics would show. */
export class LoopLag {
  readonly #clock: Clock;
  #dueMs: number;
  #worstMs = 0;
  #cancel = (): void => {};

  constructor(clock: Clock) {
    this.#clock = clock;
    this.#dueMs = clock.monotonic() + tickMs;
    this.#wait();
  }

  /** The longest lateness since the last call, in seconds. */
  take(): number {
    this.#note();
    const seconds = this.#worstMs / 1e3;
    this.#worstMs = 0;
    return seconds;
  }

  stop(): void {
    this.#cancel();
  }

  #wait(): void {
    this.#cancel = this.#clock.after(tickMs, () => {
      this.#note();
      this.#dueMs = this.#clock.monotonic() + tickMs;
      this.#wait();
    });
  }

  #note(): void {
    this.#worstMs = Math.max(this.#worstMs, this.#clock.monotonic() - this.#dueMs);
  }
}

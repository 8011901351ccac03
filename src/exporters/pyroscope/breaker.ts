import type { Clock } from '../../core/clock.ts';
import { type BackoffPeriods, backoffMs } from './backoff.ts';

/** Failures in a row, with no attempt in between that was answered properly, after which an endpoint counts as down. */
const failuresToOpen = 5;
/** A dead endpoint gets at most 20 attempts a second, whatever the backoff says. */
const shortestProbeMs = 50;
/** What is back should not have to wait for as long as max_backoff_period may say: a probe costs next to nothing. */
export const longestProbeMs = 10_000;

/**
 * Keeps attempts from an endpoint that is down: closed, everything passes; open, one probe at a time passes when its time has come. The first
 * attempt that the endpoint answers properly closes it.
 */
export class Breaker {
  readonly #periods: BackoffPeriods;
  readonly #clock: Clock;
  readonly #random: () => number;
  #failures = 0;
  /** Probes that failed since it opened, the failures that opened it counting as one; 0 while it is closed. */
  #rounds = 0;
  #nextProbeAt = 0;
  #probing = false;

  constructor(periods: BackoffPeriods, clock: Clock, random: () => number) {
    this.#periods = periods;
    this.#clock = clock;
    this.#random = random;
  }

  get open(): boolean {
    return this.#rounds > 0;
  }

  /** Milliseconds until an attempt may start; Infinity while a probe is under way. */
  get waitMs(): number {
    if (!this.open) return 0;
    return this.#probing ? Number.POSITIVE_INFINITY : Math.max(0, this.#nextProbeAt - this.#clock.monotonic());
  }

  /** An attempt starts. True when it is a probe, which has to be told back to answered(), failed() or withdrawn(). */
  enter(): boolean {
    this.#probing = this.open;
    return this.#probing;
  }

  /** The endpoint works, whatever it said of the record. */
  answered(): void {
    this.#failures = 0;
    this.#rounds = 0;
    this.#probing = false;
  }

  /** `probe`: what enter() said of this attempt. `certain`: the endpoint said itself that it takes nothing, so it is open at once. */
  failed(probe: boolean, certain: boolean): void {
    this.#failures += 1;
    if (probe) this.#probing = false;
    const opens = !this.open && (certain || this.#failures >= failuresToOpen);
    // Attempts that were under way when it opened say nothing new.
    if (opens || probe) this.#schedule();
  }

  /** The probe came to nothing: another may go at once. */
  withdrawn(): void {
    this.#probing = false;
  }

  #schedule(): void {
    this.#rounds += 1;
    const longestMs = Math.min(this.#periods.maxMs, longestProbeMs);
    const afterMs = Math.min(backoffMs(this.#periods, this.#rounds, this.#random), longestMs);
    this.#nextProbeAt = this.#clock.monotonic() + Math.max(shortestProbeMs, afterMs);
  }
}

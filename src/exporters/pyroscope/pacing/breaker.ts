import type { Clock } from '../../../core/clock.ts';
import { type BackoffPeriods, backoffMs } from './backoff.ts';

/** Failures in a row, with nothing taken in between, after which an endpoint counts as down. */
const failuresToOpen = 5;
/** The same where the endpoint answers in its own words and took something lately: then profiles may be poisonous. */
const answersToOpen = 20;
/** What was taken in this time was taken lately. */
export const latelyMs = 30_000;
/** A dead endpoint gets at most 20 attempts a second, whatever the backoff says. */
const shortestProbeMs = 50;
/** What is back should not have to wait for as long as max_backoff_period may say: a probe costs next to nothing. */
export const longestProbeMs = 10_000;
/** An answer that took longer came from an endpoint in trouble. */
const soonMs = 2000;
const mostTogether = 20;
/** So many probes have found nothing: one good profile among a thousand would have been found. From then on fewer go out. */
const manyProbes = 1200;
const patientProbeMs = 500;

/** How an attempt ended, as far as the endpoint's state goes: in its own words, though not with a yes, or not at all. */
export type Failure = 'answered' | 'down';

/**
 * Keeps attempts from an endpoint that is down. Closed, everything passes. Open, probes go out in rounds: one at a time while the endpoint does
 * not answer, more each round while it answers soon and in its own words, because then the profiles that were tried may be what it cannot
 * take. The first profile that is taken closes it. docs/delivery.md states the rule.
 */
export class Breaker {
  readonly #clock: Clock;
  readonly #random: () => number;
  #periods: BackoffPeriods;
  #failures = 0;
  #takenAt = Number.NEGATIVE_INFINITY;
  #open = false;
  /** Rounds that waited for longer each time. */
  #patience = 0;
  #roundSize = 0;
  /** Of the round: probes that may still start, that are under way, and whether all that ended were answered soon. */
  #due = 0;
  #probing = 0;
  #answered = true;
  #probes = 0;
  #nextRoundAt = 0;

  constructor(periods: BackoffPeriods, clock: Clock, random: () => number) {
    this.#periods = periods;
    this.#clock = clock;
    this.#random = random;
  }

  /** A reload's periods. */
  configure(periods: BackoffPeriods): void {
    this.#periods = periods;
  }

  get open(): boolean {
    return this.#open;
  }

  /** Whether something was taken lately. */
  get takesLately(): boolean {
    return this.#clock.monotonic() - this.#takenAt < latelyMs;
  }

  /** How many probes may start now. */
  get due(): number {
    if (!this.#open) return 0;
    if (this.#due === 0 && this.#probing === 0 && this.#clock.monotonic() >= this.#nextRoundAt) {
      this.#due = this.#roundSize;
      this.#answered = true;
    }
    return this.#due;
  }

  /** Milliseconds until probes may start; undefined while those of a round are under way. */
  get waitMs(): number | undefined {
    return this.#probing > 0 ? undefined : Math.max(0, this.#nextRoundAt - this.#clock.monotonic());
  }

  /** A probe starts. */
  probe(): void {
    this.#due -= 1;
    this.#probing += 1;
    this.#probes += 1;
  }

  /** Nobody is left who has not been tried: the others of this round stay, and the next round is one probe after a longer wait. */
  nobodyNew(): void {
    this.#due = 0;
    this.#answered = false;
    if (this.#probing === 0) this.#nextRound();
  }

  /** The endpoint took something, or showed that it works. */
  works(taken: boolean): void {
    if (taken) this.#takenAt = this.#clock.monotonic();
    this.#failures = 0;
    this.#open = false;
    this.#probing = 0;
    this.#due = 0;
  }

  /** An attempt failed that took so long. `probe`: it began with probe(). `certain`: the endpoint said itself that it takes nothing. */
  failed(failure: Failure, ms: number, probe: boolean, certain: boolean): void {
    this.#failures += 1;
    const answered = failure === 'answered' && ms < soonMs;
    if (!this.#open) {
      const lately = failure === 'answered' && this.takesLately;
      if (this.#failures >= (lately ? answersToOpen : certain ? 1 : failuresToOpen)) this.#openUp(lately);
    } else if (probe && this.#probing > 0) {
      if (!answered) this.#answered = false;
      this.#ended();
    } // attempts that were under way when it opened say nothing new
  }

  /** A probe came to nothing. */
  withdrawn(): void {
    if (this.#open && this.#probing > 0) this.#ended();
  }

  #openUp(lately: boolean): void {
    this.#open = true;
    this.#patience = 1;
    this.#roundSize = 1;
    this.#due = 0;
    this.#probing = 0;
    this.#probes = 0;
    this.#nextRoundAt = this.#clock.monotonic() + (lately ? shortestProbeMs : this.#backoffMs(1));
  }

  #ended(): void {
    this.#probing -= 1;
    if (this.#probing === 0 && this.#due === 0) this.#nextRound();
  }

  #nextRound(): void {
    const together = this.#roundSize;
    if (this.#answered) {
      this.#patience = 1;
      this.#roundSize = Math.min(2 * together, mostTogether);
    } else {
      this.#patience += 1;
      this.#roundSize = 1;
    }
    // So many went out, and so much time has to pass for them.
    const paceMs = together * (this.#probes > manyProbes ? patientProbeMs : shortestProbeMs);
    this.#nextRoundAt = this.#clock.monotonic() + Math.max(paceMs, this.#backoffMs(this.#patience));
  }

  #backoffMs(rounds: number): number {
    const longestMs = Math.min(this.#periods.maxMs, longestProbeMs);
    return Math.max(shortestProbeMs, Math.min(backoffMs(this.#periods, rounds, this.#random), longestMs));
  }
}

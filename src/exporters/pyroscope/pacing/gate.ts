import type { Clock } from '../../../core/clock.ts';
import type { VerdictKind } from '../attempt/verdict.ts';
import type { BackoffPeriods } from './backoff.ts';
import { Breaker } from './breaker.ts';
import { Window } from './window.ts';

/** How an attempt goes out: with the others, as a probe of an endpoint that counts as down, or as a suspect, alone beside the others (poison/). */
export type Lane = 'line' | 'probe' | 'suspect';

/** Says when the attempts of one endpoint may start: adaptive concurrency behind a breaker, and rests that the endpoint asks for. */
export class Gate {
  readonly #clock: Clock;
  readonly #breaker: Breaker;
  readonly #window = new Window();
  #restUntil = 0;

  constructor(periods: BackoffPeriods, clock: Clock, random: () => number) {
    this.#clock = clock;
    this.#breaker = new Breaker(periods, clock, random);
  }

  /** A reload's periods. */
  configure(periods: BackoffPeriods): void {
    this.#breaker.configure(periods);
  }

  /** Another configuration: the endpoint counts as up, and does not rest. */
  reset(): void {
    this.#breaker.works(false);
    this.#restUntil = 0;
  }

  /** The endpoint counts as down. */
  get open(): boolean {
    return this.#breaker.open;
  }

  /** An attempt would have to wait for more than its turn. */
  get closed(): boolean {
    return this.#breaker.open || this.resting;
  }

  get resting(): boolean {
    return this.#restUntil > 0 && this.#clock.monotonic() < this.#restUntil;
  }

  /** Whether something was taken in the last half minute. */
  get takesLately(): boolean {
    return this.#breaker.takesLately;
  }

  /** Attempts that may be under way together. */
  get concurrency(): number {
    return this.#breaker.open ? 1 : this.#window.requests;
  }

  /** Whether another attempt may join the line now; `coming`: those that have a place already and have not begun. */
  hasRoom(coming: number): boolean {
    return !this.#breaker.open && !this.#window.isFull(coming) && !this.resting;
  }

  /** How many probes may start now. */
  get probesDue(): number {
    return this.resting ? 0 : this.#breaker.due;
  }

  /** A probe is being looked for; end it with withdrawn() when none is found. */
  probe(): void {
    this.#breaker.probe();
  }

  /** No probe was found. */
  withdrawn(): void {
    this.#breaker.withdrawn();
  }

  /** Whoever could be a probe has been one: see Breaker.nobodyNew. */
  nobodyNew(): void {
    this.#breaker.nobodyNew();
  }

  /** Milliseconds until time alone lets something through; undefined when only the end of an attempt does, or nothing keeps anything back. */
  get waitMs(): number | undefined {
    const restMs = this.#restUntil === 0 ? 0 : Math.max(0, this.#restUntil - this.#clock.monotonic());
    if (!this.#breaker.open) return restMs > 0 ? restMs : undefined;
    const waitMs = this.#breaker.waitMs;
    return waitMs === undefined ? undefined : Math.max(waitMs, restMs);
  }

  /** Nothing starts for so long: the endpoint asked for rest. */
  rest(ms: number): void {
    this.#restUntil = Math.max(this.#restUntil, this.#clock.monotonic() + ms);
  }

  begin(lane: Lane, bytes: number): void {
    if (lane !== 'suspect') this.#window.enter(bytes);
  }

  /** The attempt was taken. */
  taken(lane: Lane, bytes: number): void {
    this.#breaker.works(true);
    if (lane !== 'suspect') this.#window.grow(bytes);
  }

  /** The attempt was not taken. `isSuspect`: it looks like the record's own fault, which says nothing against the endpoint. */
  missed(lane: Lane, kind: Exclude<VerdictKind, 'taken'>, startedAt: number, isSuspect: boolean): void {
    const now = this.#clock.monotonic();
    switch (kind) {
      case 'rejected':
      case 'denied':
        this.#breaker.works(false);
        return;
      case 'canceled':
        if (lane === 'probe') this.#breaker.withdrawn();
        return;
      case 'unclear':
      case 'misdirected':
      case 'limited':
      case 'down': {
        const isAboutRecord = (lane === 'suspect' && kind !== 'down') || (isSuspect && lane === 'line');
        if (isAboutRecord) return;
        const answered = kind === 'unclear' || kind === 'misdirected';
        if (!answered || !this.#breaker.takesLately) this.#window.halve(startedAt, now);
        this.#breaker.failed(answered ? 'answered' : 'down', now - startedAt, lane === 'probe', kind === 'misdirected');
        return;
      }
      default:
        throw new Error(`unreachable: ${kind satisfies never}`);
    }
  }

  /** The place is free, and with it what it carried. */
  leave(lane: Lane, bytes: number): void {
    if (lane !== 'suspect') this.#window.leave(bytes);
  }
}

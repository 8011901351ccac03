import type { Clock } from '../../core/clock.ts';
import { Refused } from '../../core/errors.ts';
import { formatDuration, formatSize } from '../../core/units.ts';
import { Unserved } from './unserved.ts';

/** A body that is on its way. */
export interface Coming {
  /** Monotonic milliseconds, of the head. */
  readonly startedAt: number;
  /** Bytes that have come. */
  readonly receivedBytes: number;
  /** Bytes that are reserved for it. */
  readonly heldBytes: number;
  /** Ends it: it is refused with that. */
  cut(why: Refused | Unserved): void;
}

/** How long a body may take, and how slow it may be. */
export interface Pace {
  /** First byte to end of body. */
  readonly timeoutMs: number;
  /** On average since its head, once it has lasted graceMs; 0: any. */
  readonly minBytesPerSecond: number;
}

// contract, `min_rate`: per second, after 5 s.
const graceMs = 5000;
const longestTurnMs = 1000;
// Who has held room for so long and fills it so slowly gives it to others when there is none left.
const loseAfterMs = 1000;
const slowBytesPerSecond = 64 * 1024;
const rankedMs = 50;
const retryAfterMs = 1000;

/** All bodies that are on their way to one server, looked after together: one timer, whatever their number. */
export class Bodies {
  readonly #pace: Pace;
  readonly #clock: Clock;
  readonly #coming = new Set<Coming>();
  /** Those that may lose their room. */
  #slowestLast: Coming[] = [];
  #rankedUntil = Number.NEGATIVE_INFINITY;
  #cancel: (() => void) | undefined;

  constructor(pace: Pace, clock: Clock) {
    this.#pace = pace;
    this.#clock = clock;
  }

  add(body: Coming): void {
    this.#coming.add(body);
    this.#cancel ??= this.#clock.after(Math.min(longestTurnMs, this.#pace.timeoutMs), () => this.#look());
  }

  remove(body: Coming): void {
    this.#coming.delete(body);
    if (this.#coming.size === 0) this.#slowestLast = [];
  }

  cutAll(why: Refused): void {
    for (const body of this.#coming) body.cut(why);
  }

  /** Takes so many bytes, or as many as there are, from those that come slowest. */
  makeRoom(bytes: number): void {
    const now = this.#clock.monotonic();
    if (now >= this.#rankedUntil) this.#rank(now);
    let freed = 0;
    while (freed < bytes) {
      const body = this.#slowestLast.pop();
      if (body === undefined) return;
      if (!this.#coming.has(body) || !isSlow(body, now)) continue;
      freed += body.heldBytes;
      body.cut(new Refused('memory', 'the memory for requests is used up, and this body came slower than the others', retryAfterMs));
    }
  }

  /** Once for all who want room within a moment: there may be many of both. */
  #rank(now: number): void {
    this.#rankedUntil = now + rankedMs;
    this.#slowestLast = [...this.#coming].filter((body) => isSlow(body, now)).sort((a, b) => rate(b, now) - rate(a, now));
  }

  #look(): void {
    this.#cancel = undefined;
    this.#slowestLast = []; // it holds on to bodies that are over
    const now = this.#clock.monotonic();
    for (const body of this.#coming) {
      const why = this.#tooSlow(body, now);
      if (why !== undefined) body.cut(why);
    }
    if (this.#coming.size > 0) this.#cancel = this.#clock.after(Math.min(longestTurnMs, this.#pace.timeoutMs), () => this.#look());
  }

  #tooSlow(body: Coming, now: number): Unserved | undefined {
    const { timeoutMs, minBytesPerSecond } = this.#pace;
    const lastedMs = now - body.startedAt;
    const came = `${body.receivedBytes} bytes had come`;
    if (lastedMs >= timeoutMs) {
      return new Unserved('timeout', `the body was not complete after ${formatDuration(timeoutMs)} (timeouts.request), ${came}`);
    }
    if (lastedMs < graceMs || rate(body, now) >= minBytesPerSecond) return undefined;
    const expected = `${formatSize(minBytesPerSecond)} a second (timeouts.min_rate)`;
    return new Unserved('timeout', `the body came slower than ${expected}: ${came} after ${Math.round(lastedMs / 1000)} s`);
  }
}

function isSlow(body: Coming, now: number): boolean {
  return now - body.startedAt >= loseAfterMs && rate(body, now) < slowBytesPerSecond;
}

/** Bytes per second since the head. */
function rate({ startedAt, receivedBytes }: Coming, now: number): number {
  return (receivedBytes * 1000) / Math.max(1, now - startedAt);
}

import type { Clock } from '../core/clock.ts';
import { Heap } from './heap.ts';

// Less is the clock being slewed, or how exactly it is read.
const jumpMs = 1000;

/**
 * Tells when a record was received on the monotonic clock, so that its age from now on is right whatever the wall clock does. Between two
 * jumps of the wall clock the order of receipt is kept to the millisecond.
 */
export class Births {
  readonly #clock: Clock;
  /** What the wall clock is ahead of the monotonic one, milliseconds. */
  #aheadMs: number;

  constructor(clock: Clock) {
    this.#clock = clock;
    this.#aheadMs = clock.now() - clock.monotonic();
  }

  /** Monotonic milliseconds from milliseconds since the Unix epoch; now for what the wall clock has yet to reach. */
  bornAt(receivedAt: number): number {
    const nowMs = this.#look();
    const bornAt = receivedAt - this.#aheadMs;
    return bornAt > nowMs + jumpMs ? nowMs : bornAt;
  }

  /** The same for many, by one look at the clocks: `times` holds one, a little-endian f64, every `step` bytes from `from` on. */
  toBornAt(times: DataView, from: number, step: number): void {
    const nowMs = this.#look();
    for (let at = from; at < times.byteLength; at += step) {
      const bornAt = times.getFloat64(at, true) - this.#aheadMs;
      times.setFloat64(at, bornAt > nowMs + jumpMs ? nowMs : bornAt, true);
    }
  }

  /** The other way round: when that was by the wall clock of today. */
  toReceivedAt(times: DataView, from: number, step: number): void {
    for (let at = from; at < times.byteLength; at += step) times.setFloat64(at, times.getFloat64(at, true) + this.#aheadMs, true);
  }

  /** The monotonic time, after a look whether the wall clock has jumped. */
  #look(): number {
    const nowMs = this.#clock.monotonic();
    const aheadMs = this.#clock.now() - nowMs;
    if (Math.abs(aheadMs - this.#aheadMs) > jumpMs) this.#aheadMs = aheadMs;
    return nowMs;
  }
}

/**
 * Finds the oldest record of a line. Records mostly arrive in the order of their age, and then the lowest position is the oldest: only those
 * that are older than one before them (a replay, what is left of a split, requests that overtook each other) are kept in a heap. A record
 * that is not in it is no older than any such record at a lower position; so the oldest of all is either the first of the line or the first
 * of the heap. Times are monotonic milliseconds.
 */
export class Ages {
  readonly #late = new Heap<number>();
  #newest = Number.NEGATIVE_INFINITY;

  /** A position enters the line. */
  enter(position: number, bornAt: number): void {
    if (bornAt < this.#newest) this.#late.set(position, bornAt);
    else this.#newest = bornAt;
  }

  /** It leaves the line. */
  leave(position: number): void {
    if (this.#late.size > 0) this.#late.delete(position);
  }

  /** The oldest of the line, given its lowest position and when that was received. */
  oldest(first: number, bornAt: number): { readonly position: number; readonly bornAt: number } {
    const late = this.#late.first;
    const lateBornAt = this.#late.lowest;
    if (late === undefined || lateBornAt > bornAt || (lateBornAt === bornAt && late > first)) return { position: first, bornAt };
    return { position: late, bornAt: lateBornAt };
  }
}

import { Lru } from '../../core/lru.ts';

/**
 * At most so many numbers, each for as long as it was seen within the window. A number that is known is always taken; a new one when there is
 * room, or when the one not seen for longest has left the window.
 */
export class RecentSet {
  readonly #most: number;
  readonly #windowMs: number;
  /** Number -> when it was seen, monotonic milliseconds. */
  readonly #seen = new Lru<number, number>();

  constructor(most: number, windowMs: number) {
    this.#most = most;
    this.#windowMs = windowMs;
  }

  get size(): number {
    return this.#seen.size;
  }

  /** Whether it is in the set from now on. */
  add(member: number, now: number): boolean {
    if (!this.#seen.delete(member) && this.#seen.size >= this.#most && !this.#forgetOne(now)) return false;
    this.#seen.set(member, now);
    return true;
  }

  #forgetOne(now: number): boolean {
    const { oldest } = this.#seen;
    if (oldest === undefined || now - oldest.value <= this.#windowMs) return false;
    return this.#seen.delete(oldest.key);
  }
}

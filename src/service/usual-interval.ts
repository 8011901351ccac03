const fewestSeen = 3;
// A gap so many times shorter than the usual one belongs to the same sending: several pods, several requests one after the other.
const burstRatio = 10;
const weight = 0.3;

/**
 * How far apart the arrivals of one sender usually are. A moving average of the gaps; those within a burst are left out, unless the burst lasts
 * longer than the average: then the sender has become faster.
 */
export class UsualInterval {
  #lastAt: number | undefined;
  #seen = 0;
  #ms = 0;
  /** How long the burst has lasted. */
  #burstMs = 0;

  /** Milliseconds; undefined until there were three arrivals. */
  get ms(): number | undefined {
    return this.#seen < fewestSeen ? undefined : this.#ms;
  }

  /** An arrival, monotonic milliseconds. */
  seen(at: number): void {
    const gap = this.#lastAt === undefined ? 0 : at - this.#lastAt;
    this.#lastAt = at;
    this.#seen += 1;
    if (gap === 0) return;
    if (gap * burstRatio < this.#ms) {
      this.#burst(gap);
      return;
    }
    this.#burstMs = 0;
    this.#ms = gap > this.#ms * burstRatio ? gap : this.#ms + weight * (gap - this.#ms);
  }
  #burst(gap: number): void {
    this.#burstMs += gap;
    if (this.#burstMs <= this.#ms) return;
    this.#ms /= 2;
    this.#burstMs = 0;
  }
}

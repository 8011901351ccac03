import type { Arrival } from './arrival.ts';

/** Profiles that are kept to be looked at, all together. */
const maxKeptBytes = 64 * 2 ** 20;

/** The last arrivals, bounded in number and bytes. */
export class Recent {
  readonly #keep: number;
  readonly #arrivals: Arrival[] = [];
  #sizeBytes = 0;

  constructor(keep: number) {
    this.#keep = keep;
  }

  /** Oldest first. */
  get arrivals(): readonly Arrival[] {
    return this.#arrivals;
  }

  /** Takes it in and lets go of the oldest. */
  add(arrival: Arrival): void {
    this.#arrivals.push(arrival);
    this.#sizeBytes += sizeOf(arrival);
    while (this.#arrivals.length > this.#keep || this.#sizeBytes > maxKeptBytes) {
      const oldest = this.#arrivals.shift();
      if (oldest === undefined) break;
      this.#sizeBytes -= sizeOf(oldest);
    }
  }
}

function sizeOf({ series }: Arrival): number {
  let sizeBytes = 0;
  for (const { profiles } of series) for (const { bytes } of profiles) sizeBytes += bytes.length;
  return sizeBytes;
}

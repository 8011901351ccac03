/** What one scrape holds of a BodyRoom. */
export interface Lease {
  /** Whether so many more bytes may be held. */
  take(bytes: number): boolean;
  /** Gives all of it back. Once is enough, twice does no harm. */
  release(): void;
}

/**
 * How many bytes of answers all scrapes of a receiver may hold together. Who asks for what is not there gets nothing and is to let go, so that
 * those that are further go on: nobody waits for anybody.
 */
export class BodyRoom {
  #limit = 0;
  #used = 0;

  /** From now on; what is held stays. */
  set limit(bytes: number) {
    this.#limit = bytes;
  }

  /** Bytes that are held. */
  get used(): number {
    return this.#used;
  }

  get isFull(): boolean {
    return this.#used >= this.#limit;
  }

  lease(): Lease {
    let held = 0;
    return {
      take: (bytes) => {
        if (this.#used + bytes > this.#limit) return false;
        this.#used += bytes;
        held += bytes;
        return true;
      },
      release: () => {
        this.#used -= held;
        held = 0;
      },
    };
  }
}

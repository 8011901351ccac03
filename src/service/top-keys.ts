/** What is counted. */
export interface Counted {
  readonly key: string;
  count: number;
  /** False once it has had to make room. */
  held: boolean;
}

/**
 * At most so many keys, those that come most: space-saving (Metwally, Agrawal, El Abbadi 2005). A new key takes the place of the one with the
 * smallest count and goes on from there, so one that comes often is never pushed out by many that come once.
 */
export class TopKeys<T extends Counted> {
  readonly #most: number;
  readonly #byKey = new Map<string, T>();
  /** By the count they had when they were put there; looked at again only when room is needed. */
  readonly #byCount = new Map<number, Set<T>>();
  /** No count is smaller. */
  #smallest = 1;

  constructor(most: number) {
    this.#most = most;
  }

  get size(): number {
    return this.#byKey.size;
  }

  values(): Iterable<T> {
    return this.#byKey.values();
  }

  /** Without counting. */
  peek(key: string): T | undefined {
    return this.#byKey.get(key);
  }

  /** Counts one that is known. False when it has had to make room. */
  touch(one: T): boolean {
    if (!one.held) return false;
    one.count += 1;
    return true;
  }

  /** The one of this key, counted; made by `create` where it is new. */
  take(key: string, create: () => T): T {
    const known = this.#byKey.get(key);
    if (known !== undefined) {
      known.count += 1;
      return known;
    }
    const before = this.#byKey.size < this.#most ? 0 : this.#makeRoom();
    const fresh = create();
    fresh.count = before + 1;
    this.#byKey.set(key, fresh);
    this.#put(fresh);
    if (fresh.count < this.#smallest) this.#smallest = fresh.count;
    return fresh;
  }

  /** Returns the count of the one that went. */
  #makeRoom(): number {
    for (;;) {
      const [one] = this.#byCount.get(this.#smallest) ?? [];
      if (one === undefined) {
        this.#byCount.delete(this.#smallest);
        this.#smallest += 1;
        continue;
      }
      this.#byCount.get(this.#smallest)?.delete(one);
      if (one.count > this.#smallest) {
        this.#put(one); // it has come again since
        continue;
      }
      one.held = false;
      this.#byKey.delete(one.key);
      return one.count;
    }
  }

  #put(one: T): void {
    const others = this.#byCount.get(one.count);
    if (others === undefined) this.#byCount.set(one.count, new Set([one]));
    else others.add(one);
  }
}

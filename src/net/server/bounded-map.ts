import { Lru } from '../../core/lru.ts';

/** A map that forgets what was used longest ago. */
export class BoundedMap<V> {
  readonly #most: number;
  readonly #entries = new Lru<string, V>();

  constructor(most: number) {
    this.#most = most;
  }

  /** Counts as a use. */
  get(key: string): V | undefined {
    return this.#entries.get(key);
  }

  set(key: string, value: V): void {
    this.#entries.set(key, value);
    const { oldest } = this.#entries;
    if (this.#entries.size > this.#most && oldest !== undefined) this.#entries.delete(oldest.key);
  }

  delete(key: string): void {
    this.#entries.delete(key);
  }
}

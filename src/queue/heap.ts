/**
 * Keys by priority, the lowest first and of equal ones the lower key. Every key stands in it once: its priority can be changed and it can
 * be taken out of the middle, so nothing stale ever stays behind.
 */
export class Heap<K extends number | string> {
  readonly #keys: K[] = [];
  readonly #priorities: number[] = [];
  readonly #places = new Map<K, number>();

  get size(): number {
    return this.#keys.length;
  }

  /** The key with the lowest priority. */
  get first(): K | undefined {
    return this.#keys[0];
  }

  /** The lowest priority, Infinity when there is no key. */
  get lowest(): number {
    return this.#priorities[0] ?? Number.POSITIVE_INFINITY;
  }

  /** Undefined when the key is not there. */
  priority(key: K): number | undefined {
    const place = this.#places.get(key);
    return place === undefined ? undefined : this.#priorities[place];
  }

  set(key: K, priority: number): void {
    const place = this.#places.get(key) ?? this.#keys.length;
    this.#put(place, key, priority);
    this.#settle(place);
  }

  /** False when it was not there. */
  delete(key: K): boolean {
    const place = this.#places.get(key);
    if (place === undefined) return false;
    this.#places.delete(key);
    const lastKey = this.#keys.pop();
    const lastPriority = this.#priorities.pop();
    if (lastKey !== undefined && lastPriority !== undefined && lastKey !== key) {
      this.#put(place, lastKey, lastPriority);
      this.#settle(place);
    }
    return true;
  }

  #settle(place: number): void {
    let at = place;
    for (let parent = (at - 1) >> 1; at > 0 && this.#before(at, parent); parent = (at - 1) >> 1) {
      this.#swap(at, parent);
      at = parent;
    }
    for (;;) {
      const left = 2 * at + 1;
      if (left >= this.#keys.length) return;
      const child = left + 1 < this.#keys.length && this.#before(left + 1, left) ? left + 1 : left;
      if (!this.#before(child, at)) return;
      this.#swap(child, at);
      at = child;
    }
  }

  #before(a: number, b: number): boolean {
    const difference = this.#priorityAt(a) - this.#priorityAt(b);
    return difference === 0 ? this.#keyAt(a) < this.#keyAt(b) : difference < 0;
  }

  #swap(a: number, b: number): void {
    const [key, priority] = [this.#keyAt(a), this.#priorityAt(a)];
    this.#put(a, this.#keyAt(b), this.#priorityAt(b));
    this.#put(b, key, priority);
  }

  #put(place: number, key: K, priority: number): void {
    this.#keys[place] = key;
    this.#priorities[place] = priority;
    this.#places.set(key, place);
  }

  #keyAt(place: number): K {
    return this.#keys[place] as K; // places come from the heap's own arithmetic and are below its length
  }

  #priorityAt(place: number): number {
    return this.#priorities[place] as number; // as above
  }
}

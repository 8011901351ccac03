import { labelKey } from '../../core/label-key.ts';
import type { Labels } from '../../core/labels.ts';
import type { Relabel } from '../../core/relabel.ts';

interface Entry {
  readonly key: string;
  /** Undefined: dropped. */
  readonly result: Labels | undefined;
  /** Still in the cache. */
  live: boolean;
}

/** Counters of look-ups that found something, and that did not. */
export interface CacheCounts {
  readonly hits: { value: number };
  readonly misses: { value: number };
}

/** Characters. A set of labels as large as this is not kept: ten thousand of them would be most of the memory. */
const longestKey = 8_192;

/** What became of label sets, the last so many that were asked for. Sets are the same when their names and values are. */
export class RelabelCache {
  readonly #relabel: Relabel;
  readonly #maxSize: number;
  readonly #entries = new Map<string, Entry>();
  /** Saves the key for sets that the receiver hands out again. */
  readonly #byIdentity = new WeakMap<Labels, Entry>();
  readonly #counts: CacheCounts;

  constructor(relabel: Relabel, maxSize: number, counts: CacheCounts) {
    this.#relabel = relabel;
    this.#maxSize = maxSize;
    this.#counts = counts;
  }

  get size(): number {
    return this.#entries.size;
  }

  /** What the rules make of the labels, now or earlier; undefined when they drop them. */
  get(labels: Labels): Labels | undefined {
    const same = this.#byIdentity.get(labels);
    const known = same?.live ? same : this.#entries.get(same?.key ?? labelKey(labels));
    if (known === undefined) return this.#compute(labels);
    this.#counts.hits.value += 1;
    if (known !== same) this.#byIdentity.set(labels, known);
    this.#entries.delete(known.key);
    this.#entries.set(known.key, known);
    return known.result;
  }

  #compute(labels: Labels): Labels | undefined {
    this.#counts.misses.value += 1;
    const result = this.#relabel(labels);
    const key = labelKey(labels);
    if (key.length > longestKey) return result;
    const entry = { key, result, live: true };
    this.#entries.set(key, entry);
    this.#byIdentity.set(labels, entry);
    if (this.#entries.size > this.#maxSize) this.#evict();
    return result;
  }

  /** Of what was not asked for longest. */
  #evict(): void {
    const [oldest] = this.#entries.values();
    if (oldest === undefined) return;
    oldest.live = false;
    this.#entries.delete(oldest.key);
  }
}

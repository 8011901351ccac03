import { hashLabels } from '../../core/hash.ts';
import type { Labels } from '../../core/labels.ts';
import { Lru } from '../../core/lru.ts';
import type { Relabel } from '../../core/relabel.ts';

interface Entry {
  readonly hash: number;
  readonly labels: Labels;
  /** Undefined: dropped. */
  readonly result: Labels | undefined;
}

/** Counters of look-ups that found something, and that did not. */
export interface CacheCounts {
  readonly hits: { value: number };
  readonly misses: { value: number };
}

/** Characters. A set of labels as large as this is not kept: ten thousand of them would be most of the memory. */
const longest = 8_192;

/**
 * What became of label sets, the last so many that were asked for. Sets are the same when their names and values are; of two with one hash, of
 * which there are none in practice, the first is kept.
 */
export class RelabelCache {
  readonly #relabel: Relabel;
  readonly #maxSize: number;
  readonly #entries = new Lru<number, Entry>();
  /** Saves the hash for sets that the receiver hands out again: those that were asked for twice, since a WeakMap is dear to fill. */
  readonly #byIdentity = new WeakMap<Labels, Entry>();
  readonly #counts: CacheCounts;
  readonly #hashOf: (labels: Labels) => number;

  constructor(relabel: Relabel, maxSize: number, counts: CacheCounts, hashOf = hashLabels) {
    this.#hashOf = hashOf;
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
    const hash = same?.hash ?? this.#hashOf(labels);
    const known = this.#entries.get(hash);
    if (known === undefined || !(known === same || known.labels.equals(labels))) return this.#compute(labels, hash, known);
    this.#counts.hits.value += 1;
    if (known !== same) this.#byIdentity.set(labels, known);
    return known.result;
  }

  #compute(labels: Labels, hash: number, other: Entry | undefined): Labels | undefined {
    this.#counts.misses.value += 1;
    const result = this.#relabel(labels);
    if (other !== undefined || lengthOf(labels) > longest) return result;
    this.#entries.set(hash, { hash, labels, result });
    const { oldest } = this.#entries;
    if (this.#entries.size > this.#maxSize && oldest !== undefined) this.#entries.delete(oldest.key);
    return result;
  }
}

function lengthOf(labels: Labels): number {
  let length = 0;
  for (const { name, value } of labels) length += name.length + value.length;
  return length;
}

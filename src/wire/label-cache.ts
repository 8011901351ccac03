import type { Labels } from '../core/labels.ts';

/**
 * Raw label block -> Labels. An agent sends the same block every 10 to 15 s, so nearly every look-up hits, and then reading a series costs
 * the same whatever its labels. As long as a block is known its Labels are one object, which is what later caches key on.
 *
 * Bounded in bytes by two generations: a full young one becomes the old one, and what was not asked for since goes with the one before.
 */
export class LabelCache {
  hits = 0;
  misses = 0;
  readonly #generationBytes: number;
  #young = new Map<string, Labels>();
  #old = new Map<string, Labels>();
  #youngBytes = 0;
  #oldBytes = 0;

  /** Holds about as many bytes, the strings and objects of the labels included; 0 keeps nothing. */
  constructor(maxBytes: number) {
    this.#generationBytes = maxBytes / 2;
  }

  /** What parse() makes of the block, now or earlier. Keeps nothing when that throws. */
  get(block: Uint8Array, parse: (block: Uint8Array) => Labels): Labels {
    const cost = costOf(block);
    // A block that would push out many others is not worth it, and a key is a copy.
    if (cost > this.#generationBytes / 16) {
      this.misses++;
      return parse(block);
    }
    const key = latin1Of(block);
    const young = this.#young.get(key);
    if (young !== undefined) {
      this.hits++;
      return young;
    }
    const old = this.#old.get(key);
    if (old === undefined) this.misses++;
    else this.hits++;
    const labels = old ?? parse(block);
    this.#keep(key, labels, cost);
    return labels;
  }

  /** An estimate of what is held. */
  get sizeBytes(): number {
    return this.#youngBytes + this.#oldBytes;
  }

  #keep(key: string, labels: Labels, cost: number): void {
    if (this.#youngBytes + cost > this.#generationBytes) {
      this.#old = this.#young;
      this.#oldBytes = this.#youngBytes;
      this.#young = new Map();
      this.#youngBytes = 0;
    }
    this.#young.set(key, labels);
    this.#youngBytes += cost;
  }
}

/** The key once, the strings of the labels with their headers, the objects around them: 1.0 KB for 8 labels in 220 bytes. */
function costOf(block: Uint8Array): number {
  return 256 + 4 * block.length;
}

/** One character a byte: the cheapest key that no two blocks share. */
function latin1Of(block: Uint8Array): string {
  return Buffer.from(block.buffer, block.byteOffset, block.length).toString('latin1');
}

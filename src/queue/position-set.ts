const wordBits = 32;
const smallestWords = 32;
const isBigEndian = new Uint8Array(Uint32Array.of(1).buffer)[0] === 0;

/**
 * An ordered set of positions that lie close together: one bit each, and above the bits a tree of 32 branches a node whose bits say which
 * words are not empty, so that the lowest, the highest and the next position are found in a few steps whatever lies in between. The window
 * of bits moves and grows with what is in it.
 */
export class PositionSet {
  /** Position of the first bit. */
  #base = 0;
  /** The bits, then the summary of each level by the one above it; the last level is one word. */
  #levels = emptyLevels(smallestWords);
  #size = 0;

  get size(): number {
    return this.#size;
  }

  /** How many positions are in at least one of the sets. */
  static unionSize(sets: readonly PositionSet[]): number {
    let size = 0;
    let at = 0;
    for (;;) {
      const from = Math.min(...sets.map((set) => set.next(at) ?? Number.POSITIVE_INFINITY));
      if (from === Number.POSITIVE_INFINITY) return size;
      const word = wordStart(from);
      let union = 0;
      for (const set of sets) union |= set.#wordOf(word);
      size += bitCount(union);
      at = word + wordBits;
    }
  }

  /** The lowest position, undefined when there is none. */
  get first(): number | undefined {
    return this.#size === 0 ? undefined : this.#base + this.#descend(this.#levels.length - 1, 0, lowestBit);
  }

  /** The highest position, undefined when there is none. */
  get last(): number | undefined {
    return this.#size === 0 ? undefined : this.#base + this.#descend(this.#levels.length - 1, 0, highestBit);
  }

  has(position: number): boolean {
    const at = position - this.#base;
    return this.#covers(at) && (wordAt(this.#levels[0], at >>> 5) & (1 << at)) !== 0;
  }

  /** False when it was there already. */
  add(position: number): boolean {
    if (this.has(position)) return false;
    if (!this.#covers(position - this.#base)) this.#makeRoom(position);
    let at = position - this.#base;
    for (const level of this.#levels) {
      const before = wordAt(level, at >>> 5);
      level[at >>> 5] = before | (1 << at);
      if (before !== 0) break;
      at >>>= 5;
    }
    this.#size += 1;
    return true;
  }

  /** False when it was not there. */
  delete(position: number): boolean {
    if (!this.has(position)) return false;
    let at = position - this.#base;
    for (const level of this.#levels) {
      const left = wordAt(level, at >>> 5) & ~(1 << at);
      level[at >>> 5] = left;
      if (left !== 0) break;
      at >>>= 5;
    }
    this.#size -= 1;
    return true;
  }

  clear(): void {
    this.#size = 0;
    this.#levels = emptyLevels(smallestWords);
  }

  /** The lowest position that is not below `from`, undefined when there is none. */
  next(from: number): number | undefined {
    let at = Math.max(from - this.#base, 0);
    for (const [depth, level] of this.#levels.entries()) {
      if (this.#size === 0 || at >= level.length * wordBits) return undefined;
      const word = wordAt(level, at >>> 5) & (-1 << at);
      if (word !== 0) return this.#base + this.#descend(depth - 1, (at >>> 5) * wordBits + lowestBit(word), lowestBit);
      at = (at >>> 5) + 1;
    }
    return undefined;
  }

  /** The lowest position not below `from` that is not in the set. */
  gap(from: number): number {
    let at = from - this.#base;
    const bits = bitsOf(this.#levels);
    while (at >= 0 && at < bits.length * wordBits) {
      const missing = ~wordAt(bits, at >>> 5) & (-1 << at);
      if (missing !== 0) return this.#base + (at >>> 5) * wordBits + lowestBit(missing);
      at = ((at >>> 5) + 1) * wordBits;
    }
    return this.#base + at;
  }

  /** A bit for each position from `from`, a multiple of 32, up to `to`: 1 for those in the set, the lowest first. */
  bits(from: number, to: number): Uint8Array {
    const words = new Uint32Array(Math.max(0, Math.ceil((to - from) / wordBits)));
    const start = (from - this.#base) / wordBits;
    const kept = bitsOf(this.#levels).subarray(Math.max(0, start), Math.max(0, start + words.length));
    words.set(kept, Math.max(0, -start));
    const bytes = Buffer.from(words.buffer);
    if (isBigEndian) bytes.swap32();
    return bytes.subarray(0, Math.ceil((to - from) / 8));
  }

  /** In order; what is added or deleted behind the current position meanwhile is not noticed. */
  *[Symbol.iterator](): Generator<number> {
    for (let position = this.first; position !== undefined; position = this.next(position + 1)) yield position;
  }

  /** The bits of 32 positions, the first of which is a multiple of 32. */
  #wordOf(position: number): number {
    return position < this.#base ? 0 : wordAt(this.#levels[0], (position - this.#base) / wordBits);
  }

  #covers(at: number): boolean {
    return at >= 0 && at < bitsOf(this.#levels).length * wordBits;
  }

  /** From a word to the bit below it at the edge that `pick` names. */
  #descend(depth: number, word: number, pick: (word: number) => number): number {
    let at = word;
    for (let level = depth; level >= 0; level--) at = at * wordBits + pick(wordAt(this.#levels[level], at));
    return at;
  }

  /** Moves the window so that it covers the position, with as much free room on both sides as half of what is in it. */
  #makeRoom(position: number): void {
    const low = Math.min(this.first ?? position, position);
    const high = Math.max(this.last ?? position, position);
    const span = high - low + 1;
    const base = Math.max(0, wordStart(low) - wordStart(span / 2));
    const levels = emptyLevels(Math.max(smallestWords, Math.ceil((2 * span + 2 * wordBits) / wordBits)));
    if (this.#size > 0) {
      const words = bitsOf(this.#levels);
      const from = (wordStart(low) - this.#base) / wordBits;
      const kept = words.subarray(Math.max(0, from), (wordStart(high) - this.#base) / wordBits + 1);
      bitsOf(levels).set(kept, (this.#base - base) / wordBits + Math.max(0, from));
      summarize(levels);
    }
    this.#base = base;
    this.#levels = levels;
  }
}

function emptyLevels(words: number): Uint32Array[] {
  const levels = [new Uint32Array(words)];
  for (let length = words; length > 1; ) {
    length = Math.ceil(length / wordBits);
    levels.push(new Uint32Array(length));
  }
  return levels;
}

/** Sets the upper levels from the lowest. */
function summarize(levels: readonly Uint32Array[]): void {
  for (let depth = 1; depth < levels.length; depth++) {
    const [below, above] = [levels[depth - 1], levels[depth]];
    if (below === undefined || above === undefined) return;
    for (let word = 0; word < below.length; word++) if (below[word] !== 0) above[word >>> 5] = wordAt(above, word >>> 5) | (1 << word);
  }
}

function bitsOf(levels: readonly Uint32Array[]): Uint32Array {
  const [bits] = levels;
  if (bits === undefined) throw new Error('a position set has at least one level');
  return bits;
}

function wordAt(level: Uint32Array | undefined, index: number): number {
  return level?.[index] ?? 0;
}

function wordStart(position: number): number {
  return Math.floor(position / wordBits) * wordBits;
}

function lowestBit(word: number): number {
  return 31 - Math.clz32(word & -word);
}

function highestBit(word: number): number {
  return 31 - Math.clz32(word);
}

function bitCount(word: number): number {
  let count = 0;
  for (let rest = word; rest !== 0; rest &= rest - 1) count += 1;
  return count;
}

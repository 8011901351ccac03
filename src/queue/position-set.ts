const wordBits = 32;
const smallestWords = 4;
const isBigEndian = new Uint8Array(Uint32Array.of(1).buffer)[0] === 0;

/**
 * An ordered set of positions: the words of 32 bits that are not empty, in order, each with its number. Costs 12 bytes for each word that has
 * something in it, whatever lies between them: three bits a position where all are there, 12 bytes where one of 32 is. Both ends and, where
 * no word is missing, every position are found in one step; any other in a binary search.
 */
export class PositionSet {
  /** Numbers of the words, ascending, from #from up to #to. */
  #keys = new Float64Array(smallestWords);
  #words = new Uint32Array(smallestWords);
  #from = 0;
  #to = 0;
  #size = 0;

  get size(): number {
    return this.#size;
  }

  /** How many positions are in at least one of the sets. */
  static unionSize(sets: readonly PositionSet[]): number {
    const [first] = sets;
    if (first !== undefined && sets.length === 1) return first.#size;
    const places = sets.map((set) => set.#from);
    let size = 0;
    for (;;) {
      let key = Number.POSITIVE_INFINITY;
      for (const [at, set] of sets.entries()) key = Math.min(key, set.#keyAt(places[at] ?? 0));
      if (key === Number.POSITIVE_INFINITY) return size;
      let union = 0;
      for (const [at, set] of sets.entries()) {
        const place = places[at] ?? 0;
        if (set.#keyAt(place) !== key) continue;
        union |= set.#wordAt(place);
        places[at] = place + 1;
      }
      size += bitCount(union);
    }
  }

  /** The lowest position, undefined when there is none. */
  get first(): number | undefined {
    return this.#size === 0 ? undefined : this.#keyAt(this.#from) * wordBits + lowestBit(this.#wordAt(this.#from));
  }

  /** The highest position, undefined when there is none. */
  get last(): number | undefined {
    return this.#size === 0 ? undefined : this.#keyAt(this.#to - 1) * wordBits + highestBit(this.#wordAt(this.#to - 1));
  }

  has(position: number): boolean {
    const key = keyOf(position);
    const place = this.#find(key);
    return this.#keyAt(place) === key && (this.#wordAt(place) & (1 << (position & 31))) !== 0;
  }

  /** False when it was there already. */
  add(position: number): boolean {
    const key = keyOf(position);
    const bit = 1 << (position & 31);
    const place = this.#find(key);
    if (this.#keyAt(place) !== key) {
      this.#insert(place, key, bit);
    } else {
      const word = this.#wordAt(place);
      if ((word & bit) !== 0) return false;
      this.#words[place] = word | bit;
    }
    this.#size += 1;
    return true;
  }

  /** False when it was not there. */
  delete(position: number): boolean {
    const key = keyOf(position);
    const bit = 1 << (position & 31);
    const place = this.#find(key);
    if (this.#keyAt(place) !== key) return false;
    const word = this.#wordAt(place);
    if ((word & bit) === 0) return false;
    if (word >>> 0 === bit >>> 0) this.#remove(place);
    else this.#words[place] = word & ~bit;
    this.#size -= 1;
    return true;
  }

  /** The lowest position that is not below `from`, undefined when there is none. */
  next(from: number): number | undefined {
    const key = keyOf(from);
    let place = this.#find(key);
    if (this.#keyAt(place) === key) {
      const word = this.#wordAt(place) & (-1 << (from & 31));
      if (word !== 0) return key * wordBits + lowestBit(word);
      place += 1;
    }
    return place < this.#to ? this.#keyAt(place) * wordBits + lowestBit(this.#wordAt(place)) : undefined;
  }

  /** The highest position that is not above `from`, undefined when there is none. */
  previous(from: number): number | undefined {
    if (from < 0) return undefined;
    const key = keyOf(from);
    let place = this.#find(key);
    if (this.#keyAt(place) === key) {
      const shift = from & 31;
      const word = this.#wordAt(place) & (shift === 31 ? -1 : (1 << (shift + 1)) - 1);
      if (word !== 0) return key * wordBits + highestBit(word);
    }
    place -= 1;
    return place >= this.#from ? this.#keyAt(place) * wordBits + highestBit(this.#wordAt(place)) : undefined;
  }

  /** The lowest position not below `from` that is not in the set. */
  gap(from: number): number {
    let key = keyOf(from);
    let mask = -1 << (from & 31);
    for (let place = this.#find(key); this.#keyAt(place) === key; place++) {
      const missing = ~this.#wordAt(place) & mask;
      if (missing !== 0) return key * wordBits + lowestBit(missing);
      key += 1;
      mask = -1;
    }
    return mask === -1 ? key * wordBits : from;
  }

  /** How many are not below `from` and below `to`. */
  count(from: number, to: number): number {
    let count = 0;
    const lastKey = keyOf(to);
    for (let place = this.#find(keyOf(from)); this.#keyAt(place) <= lastKey; place++) {
      let word = this.#wordAt(place);
      if (this.#keyAt(place) === keyOf(from)) word &= -1 << (from & 31);
      if (this.#keyAt(place) === lastKey) word &= ~(-1 << (to & 31));
      count += bitCount(word);
    }
    return count;
  }

  /** A bit for each position from `from`, a multiple of 32, up to `to`: 1 for those in the set, the lowest first. */
  bits(from: number, to: number): Uint8Array {
    const words = new Uint32Array(Math.max(0, Math.ceil((to - from) / wordBits)));
    const low = keyOf(from);
    for (let place = this.#find(low); this.#keyAt(place) < low + words.length; place++)
      words[this.#keyAt(place) - low] = this.#wordAt(place);
    const bytes = Buffer.from(words.buffer);
    if (isBigEndian) bytes.swap32();
    return bytes.subarray(0, Math.ceil((to - from) / 8));
  }

  /** In order; what is added or deleted behind the current position meanwhile is not noticed. */
  *[Symbol.iterator](): Generator<number> {
    for (let position = this.first; position !== undefined; position = this.next(position + 1)) yield position;
  }

  /** Infinity behind the last one. */
  #keyAt(place: number): number {
    return place < this.#to ? (this.#keys[place] ?? 0) : Number.POSITIVE_INFINITY;
  }

  #wordAt(place: number): number {
    return this.#words[place] ?? 0;
  }

  /** Place of the first word whose number is not below this one. */
  #find(key: number): number {
    const [from, to] = [this.#from, this.#to];
    if (from === to || this.#keyAt(from) >= key) return from;
    const lastKey = this.#keyAt(to - 1);
    if (lastKey <= key) return lastKey === key ? to - 1 : to;
    const guess = from + (key - this.#keyAt(from));
    if (guess < to && this.#keyAt(guess) === key) return guess;
    let [low, high] = [from + 1, to - 1];
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.#keyAt(middle) < key) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  /** Makes room before a place by moving the shorter side; where that has none left, everything moves once to the middle of more room. */
  #insert(place: number, key: number, word: number): void {
    const toFront = place - this.#from < this.#to - place;
    let at = place;
    if (toFront ? this.#from === 0 : this.#to === this.#keys.length) at += this.#spread();
    if (toFront) {
      this.#move(this.#from - 1, this.#from, at);
      this.#from -= 1;
      at -= 1;
    } else {
      this.#move(at + 1, at, this.#to);
      this.#to += 1;
    }
    this.#keys[at] = key;
    this.#words[at] = word;
  }

  #remove(place: number): void {
    if (place - this.#from < this.#to - place) {
      this.#move(this.#from + 1, this.#from, place);
      this.#from += 1;
    } else {
      this.#move(place, place + 1, this.#to);
      this.#to -= 1;
    }
    if (this.#from === this.#to) {
      this.#from = 0;
      this.#to = 0;
      if (this.#keys.length > smallestWords) this.#resize(smallestWords, 0);
    } else if (this.#to - this.#from < this.#keys.length >> 3 && this.#keys.length > 8 * smallestWords) {
      const words = this.#keys.length >> 1;
      this.#resize(words, words >> 2);
    }
  }

  #move(to: number, from: number, end: number): void {
    if (from === end) return;
    this.#keys.copyWithin(to, from, end);
    this.#words.copyWithin(to, from, end);
  }

  /** Leaves room on both sides, for one more at least; by how much everything moved. */
  #spread(): number {
    const before = this.#from;
    const count = this.#to - before;
    // With three of four in use, one side would have no room.
    const words = 4 * count >= 3 * this.#keys.length ? 2 * this.#keys.length : this.#keys.length;
    this.#resize(words, Math.max(1, (words - count) >> 2));
    return this.#from - before;
  }

  #resize(words: number, from: number): void {
    const [keys, bits] = [new Float64Array(words), new Uint32Array(words)];
    keys.set(this.#keys.subarray(this.#from, this.#to), from);
    bits.set(this.#words.subarray(this.#from, this.#to), from);
    this.#to += from - this.#from;
    this.#from = from;
    this.#keys = keys;
    this.#words = bits;
  }
}

function keyOf(position: number): number {
  return Math.floor(position / wordBits);
}

function lowestBit(word: number): number {
  return 31 - Math.clz32(word & -word);
}

function highestBit(word: number): number {
  return 31 - Math.clz32(word);
}

/** Adds up ever larger groups of bits side by side. */
function bitCount(word: number): number {
  const pairs = word - ((word >>> 1) & 0x55555555);
  const fours = (pairs & 0x33333333) + ((pairs >>> 2) & 0x33333333);
  return Math.imul((fours + (fours >>> 4)) & 0x0f0f0f0f, 0x01010101) >>> 24;
}

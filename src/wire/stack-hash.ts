/** 53 bits of two independent multiplicative hashes (constants of MurmurHash3's fmix32): equal stacks of 10,000 are one in 10^8 profiles. */
export class Hash {
  #a = 0x9747b28c;
  #b = 0x5bd1e995;

  /** The lower 32 bits of a number. */
  add(value: number): void {
    this.#a = Math.imul(rotate(this.#a ^ Math.imul(value, 0xcc9e2d51), 15), 0x85ebca6b) + 0x52dce729;
    this.#b = Math.imul(rotate(this.#b ^ Math.imul(value, 0x1b873593), 13), 0xc2b2ae35) + 0x38495ab5;
  }

  value(): number {
    return (mix(this.#a) >>> 11) * 2 ** 32 + mix(this.#b ^ this.#a);
  }
}

function rotate(value: number, by: number): number {
  return (value << by) | (value >>> (32 - by));
}

function mix(value: number): number {
  let mixed = Math.imul(value ^ (value >>> 16), 0x85ebca6b);
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35);
  return (mixed ^ (mixed >>> 16)) >>> 0;
}

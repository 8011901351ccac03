import type { Range } from './pprof-reader.ts';
import { ownMemory, varintSize, writeVarint } from './protobuf.ts';

/** Writes protobuf fields one behind the other, many of them copied from the bytes of another message. */
export class PprofWriter {
  readonly #source: Buffer;
  #bytes: Uint8Array;
  #at = 0;

  /** `sizeBytes` is what it will probably take. */
  constructor(source: Uint8Array, sizeBytes: number) {
    this.#source = Buffer.from(source.buffer, source.byteOffset, source.byteLength);
    this.#bytes = ownMemory(sizeBytes);
  }

  /** What has been written, in memory of its own. */
  bytes(): Uint8Array {
    return this.#bytes.slice(0, this.#at);
  }

  /** Bytes of the source as they are. */
  copy({ from, to }: Range): void {
    this.#room(to - from);
    this.#source.copy(this.#bytes, this.#at, from, to);
    this.#at += to - from;
  }

  /** The beginning of a length-delimited field, whose value comes next. */
  head(of: number, length: number): void {
    this.#room(11);
    this.#bytes[this.#at] = of * 8 + 2;
    this.#at = writeVarint(this.#bytes, this.#at + 1, length);
  }

  /** The beginning of a field that is a number. */
  tag(of: number): void {
    this.#room(1);
    this.#bytes[this.#at++] = of * 8;
  }

  /** The value of such a field, or one of a list. */
  int64(value: number): void {
    this.#room(10);
    if (Number.isSafeInteger(value) && value >= 0) {
      this.#at = writeVarint(this.#bytes, this.#at, value);
      return;
    }
    let left = BigInt.asUintN(64, BigInt(value));
    for (; left >= 128n; left >>= 7n) this.#bytes[this.#at++] = Number(left & 127n) + 128;
    this.#bytes[this.#at++] = Number(left);
  }

  #room(bytes: number): void {
    if (this.#at + bytes <= this.#bytes.length) return;
    const larger = ownMemory(2 * (this.#at + bytes));
    larger.set(this.#bytes.subarray(0, this.#at));
    this.#bytes = larger;
  }
}

/** How many bytes int64() takes. */
export function int64Size(value: number): number {
  return value < 0 ? 10 : varintSize(value);
}

import { malformed, wireType } from './protobuf.ts';

/** Where a length-delimited value lies in the bytes. */
export interface Range {
  readonly from: number;
  readonly to: number;
}

/**
 * Reads the fields of protobuf messages that lie in one piece, with 64-bit integers in two halves: what pprof has in every sample, and what
 * no number of JavaScript holds. Throws Invalid("malformed") when a value does not end within its message.
 */
export class PprofReader {
  readonly bytes: Uint8Array;
  at = 0;
  /** Of the last varint: its upper and lower 32 bits. */
  high = 0;
  low = 0;

  constructor(bytes: Uint8Array) {
    this.bytes = bytes;
  }

  /** Reads a varint into `high` and `low`; returns it as an unsigned number, which is rounded above 2^53. */
  varint(): number {
    const { bytes } = this;
    let low = 0;
    let high = 0;
    for (let shift = 0; shift < 70; shift += 7) {
      const byte = bytes[this.at++];
      if (byte === undefined) throw malformed('it ends within a number');
      const bits = byte & 0x7f;
      if (shift < 28) low |= bits << shift;
      else if (shift === 28) {
        low |= bits << 28;
        high |= bits >>> 4;
      } else high |= bits << (shift - 32);
      if (byte < 128) {
        this.low = low >>> 0;
        this.high = high >>> 0;
        return this.high * 2 ** 32 + this.low;
      }
    }
    throw malformed('a number has more than ten bytes');
  }

  /** Reads an int64, rounded beyond 2^53. */
  signed(): number {
    this.varint();
    return (this.high | 0) * 2 ** 32 + this.low;
  }

  /** Reads the length of what comes; it must lie within `end`. */
  range(end: number): Range {
    const length = this.varint();
    const from = this.at;
    if (from + length > end) throw malformed('a value is longer than what it stands in');
    return { from, to: from + length };
  }

  /** Passes a value. */
  skip(tag: number, end: number): void {
    switch (tag & 7) {
      case wireType.varint:
        this.varint();
        break;
      case wireType.fixed64:
        this.at += 8;
        break;
      case wireType.bytes:
        this.at = this.range(end).to;
        break;
      case wireType.fixed32:
        this.at += 4;
        break;
      default:
        throw malformed(`wire type ${tag & 7} is not used in pprof`);
    }
    if (this.at > end) throw malformed('a value is longer than what it stands in');
  }

  /** Each value of a repeated number, packed or not: calls `each` after the number stands in `high` and `low`. */
  numbers(tag: number, end: number, each: () => void): void {
    if ((tag & 7) !== wireType.bytes) {
      this.varint();
      each();
      return;
    }
    const { to } = this.range(end);
    while (this.at < to) {
      this.varint();
      each();
    }
    if (this.at !== to) throw malformed('a list of numbers is longer than what it stands in');
  }

  /** Each field of a message: `read` is given its number and tag, and reads or skips its value. */
  fields(range: Range, read: (number: number, tag: number) => void): void {
    this.at = range.from;
    while (this.at < range.to) {
      const tag = this.varint();
      read(tag >>> 3, tag);
    }
    if (this.at > range.to) throw malformed('a message is longer than what it stands in');
  }
}

import { appendBytes, bytesTag, wireType, writeVarint } from './protobuf.ts';

/** Collects the fields of a small message. */
export class WireWriter {
  #bytes: Buffer;
  #at = 0;

  constructor(sizeHint: number) {
    this.#bytes = Buffer.allocUnsafe(sizeHint);
  }

  /** A safe integer that is not negative. As in proto3, 0 is not written. */
  uint(field: number, value: number): void {
    if (value === 0) return;
    this.#reserve(20);
    this.#at = writeVarint(this.#bytes, this.#at, field * 8 + wireType.varint);
    this.#at = writeVarint(this.#bytes, this.#at, value);
  }

  double(field: number, value: number): void {
    if (value === 0) return;
    this.#reserve(18);
    this.#at = writeVarint(this.#bytes, this.#at, field * 8 + wireType.fixed64);
    this.#at = this.#bytes.writeDoubleLE(value, this.#at);
  }

  /** Also when empty: an element of a repeated field. */
  text(field: number, value: string): void {
    const size = Buffer.byteLength(value);
    this.#header(field, size);
    this.#at += this.#bytes.write(value, this.#at, size);
  }

  bytes(field: number, value: Uint8Array): void {
    this.#header(field, value.length);
    this.#at = appendBytes(this.#bytes, this.#at, value);
  }

  /** What stands before a length-delimited value of this size, which the caller writes elsewhere. */
  prefix(field: number, size: number): void {
    this.#header(field, size, 0);
  }

  /** Bytes that are whole fields already. */
  raw(fields: Uint8Array): void {
    this.#reserve(fields.length);
    this.#at = appendBytes(this.#bytes, this.#at, fields);
  }

  /** What was written, in memory of its own; up to 64 bytes stand in the heap of JavaScript, which costs next to nothing. */
  finish(): Uint8Array {
    return new Uint8Array(this.#bytes.subarray(0, this.#at));
  }

  #header(field: number, size: number, reserved = size): void {
    this.#reserve(20 + reserved);
    this.#at = writeVarint(this.#bytes, this.#at, bytesTag(field));
    this.#at = writeVarint(this.#bytes, this.#at, size);
  }

  #reserve(size: number): void {
    if (this.#at + size <= this.#bytes.length) return;
    const larger = Buffer.allocUnsafe(Math.max(this.#bytes.length * 2, this.#at + size));
    larger.set(this.#bytes);
    this.#bytes = larger;
  }
}

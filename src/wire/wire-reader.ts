import { isUtf8 } from 'node:buffer';
import { Invalid } from '../core/errors.ts';
import { concatBytes, malformed, totalBytes, wireType } from './protobuf.ts';

/** Fields in one message, those within others included. A push of ten thousand series with ten labels and a sample each has 350,000. */
const mostFields = 1_000_000;

/** How deep groups may nest in an unknown field; the generated decoders have the same limit. */
const deepestGroup = 100;

/** Bytes of a text that are looked at here, before isUtf8 is called for the whole of it. */
const looked = 64;

/**
 * Reads fields from a message that may lie in several pieces, without joining them: every position counted from the start
 * of the first piece. Throws Invalid("malformed") for whatever no encoder writes, Invalid("too_large") for more
 * fields than anybody sends: a field may be two bytes, and gzip makes hundreds of them from one.
 */
export class WireReader {
  /** Bytes in all pieces together. */
  readonly sizeBytes: number;
  readonly #pieces: readonly Uint8Array[];
  #index = 0;
  /** The piece being read, where it starts, and the next byte within it. */
  #piece: Uint8Array;
  #start = 0;
  #at = 0;
  #fields = 0;

  constructor(pieces: readonly Uint8Array[]) {
    this.#pieces = pieces;
    this.#piece = pieces[0] ?? new Uint8Array(0);
    this.sizeBytes = totalBytes(pieces);
  }

  get position(): number {
    return this.#start + this.#at;
  }

  /** A field's number and wire type: number * 8 + type. */
  tag(): number {
    if (++this.#fields > mostFields) throw new Invalid('too_large', `a message may hold at most ${mostFields} fields, found more`);
    const first = this.#piece[this.#at];
    if (first !== undefined && first < 128 && first >= 8) {
      this.#at++;
      return first;
    }
    const at = this.position;
    const tag = this.varint();
    // A tag is a uint32, and the generated decoders count its bytes as well.
    if (tag < 8 || tag >= 2 ** 32 || this.position - at > 5) throw malformed(`no field starts at byte ${at}`);
    return tag;
  }

  /** The end of the length-delimited value that starts here; it must lie within what encloses it. */
  valueEnd(enclosingEnd: number): number {
    const size = this.varint();
    const end = this.position + size;
    if (end > enclosingEnd) throw malformed(`a field of ${size} bytes at byte ${this.position} ends after the message around it`);
    return end;
  }

  /** An unsigned integer; one above 2^53 comes out rounded. */
  varint(): number {
    const at = this.position;
    let value = 0;
    let scale = 1;
    for (let bytes = 0; bytes < 10; bytes++) {
      const byte = this.#nextByte();
      value += (byte & 127) * scale;
      if (byte < 128) return value;
      scale *= 128;
    }
    throw malformed(`the number at byte ${at} has more than 10 bytes`);
  }

  /** Goes on at a position that is not behind this one. */
  skipTo(position: number): void {
    while (position - this.#start > this.#piece.length && this.#index + 1 < this.#pieces.length) this.#nextPiece();
    this.#at = position - this.#start;
  }

  /** Passes the value of a field that is not ours. */
  skipValue(tag: number, enclosingEnd: number): void {
    this.#skip(tag, enclosingEnd, 0);
    if (this.position > enclosingEnd) throw malformed(`a field ends at byte ${this.position}, after the message around it`);
  }

  /** Passes a text, which protobuf wants to be UTF-8. */
  skipText(end: number, what: string): void {
    const limit = Math.min(end - this.#start, this.#piece.length, this.#at + looked);
    let at = this.#at;
    // Most texts are short and ASCII: cheaper to look than to call.
    while (at < limit && (this.#piece[at] ?? 128) < 128) at++;
    if (at + this.#start < end && !isUtf8(this.slice(this.position, end))) throw malformed(`${what} is not UTF-8`);
    this.skipTo(end);
  }

  /** The bytes between two positions as one piece: a view, or a copy when a border runs through them. */
  slice(from: number, to: number): Uint8Array {
    const views: Uint8Array[] = [];
    this.views(from, to, views);
    const [first] = views;
    return views.length > 1 ? concatBytes(views) : (first ?? new Uint8Array(0));
  }

  /** The bytes between two positions as views, added to a list. */
  views(from: number, to: number, into: Uint8Array[]): void {
    let index = this.#index;
    let start = this.#start;
    while (start > from) start -= this.#pieces[--index]?.length ?? 0;
    for (let at = from; at < to; index++) {
      const piece = this.#pieces[index];
      if (piece === undefined) throw malformed(`the message ends at byte ${this.sizeBytes}, in the middle of a field`);
      const pieceEnd = start + piece.length;
      if (pieceEnd > at) into.push(piece.subarray(at - start, Math.min(to, pieceEnd) - start));
      at = Math.max(at, pieceEnd);
      start = pieceEnd;
    }
  }

  #skip(tag: number, enclosingEnd: number, depth: number): void {
    switch (tag & 7) {
      case wireType.varint:
        this.varint();
        break;
      case wireType.fixed64:
        this.skipTo(this.position + 8);
        break;
      case wireType.bytes:
        this.skipTo(this.valueEnd(enclosingEnd));
        break;
      case wireType.fixed32:
        this.skipTo(this.position + 4);
        break;
      case wireType.startGroup:
        this.#skipGroup(tag, enclosingEnd, depth + 1);
        break;
      default:
        throw malformed(`a field with wire type ${tag & 7} at byte ${this.position}, where no group is open that it could end`);
    }
  }

  #skipGroup(tag: number, enclosingEnd: number, depth: number): void {
    if (depth > deepestGroup) throw malformed(`groups nest deeper than ${deepestGroup}`);
    const endTag = tag - wireType.startGroup + wireType.endGroup;
    for (let inner = this.tag(); inner !== endTag; inner = this.tag()) this.#skip(inner, enclosingEnd, depth);
  }

  #nextByte(): number {
    let byte = this.#piece[this.#at];
    while (byte === undefined) {
      if (this.#index + 1 >= this.#pieces.length) throw malformed(`the message ends at byte ${this.sizeBytes}, in the middle of a field`);
      this.#nextPiece();
      byte = this.#piece[this.#at];
    }
    this.#at++;
    return byte;
  }

  #nextPiece(): void {
    this.#start += this.#piece.length;
    this.#at = Math.max(0, this.#at - this.#piece.length);
    this.#piece = this.#pieces[++this.#index] ?? new Uint8Array(0);
  }
}

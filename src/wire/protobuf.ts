import { Invalid } from '../core/errors.ts';

/** Wire types of the protobuf encoding (protobuf.dev/programming-guides/encoding). */
export const wireType = { varint: 0, fixed64: 1, bytes: 2, startGroup: 3, endGroup: 4, fixed32: 5 } as const;

/** The tag of a length-delimited field: every field that we look into is one. */
export function bytesTag(field: number): number {
  return field * 8 + wireType.bytes;
}

/** The field number of a tag. Tags have 32 bits, so the shift must not see a sign. */
export function fieldOf(tag: number): number {
  return tag >>> 3;
}

/** Throws Invalid for a field that we know in a form that no encoder gives it: decoders differ on what to make of it. */
export function expectBytes(tag: number, message: string): void {
  if ((tag & 7) === wireType.bytes) return;
  throw malformed(`field ${fieldOf(tag)} of ${message} has wire type ${tag & 7}, expected ${wireType.bytes}`);
}

/** How many bytes a varint takes. */
export function varintSize(value: number): number {
  let size = 1;
  for (let left = value; left >= 128; left = Math.floor(left / 128)) size++;
  return size;
}

/** Writes a varint and says where the next byte goes. Exact for every safe integer. */
export function writeVarint(into: Uint8Array, at: number, value: number): number {
  let next = at;
  let left = value;
  for (; left >= 128; left = Math.floor(left / 128)) into[next++] = (left % 128) + 128;
  into[next++] = left;
  return next;
}

/** Copies bytes in and says where the next ones go. */
export function appendBytes(into: Uint8Array, at: number, bytes: Uint8Array): number {
  into.set(bytes, at);
  return at + bytes.length;
}

/** What a small piece of memory is zeroed in is less than what it costs to ask for memory that is not: 0.9 against 2.2 us for 2 KB. */
const zeroedBelowBytes = 4096;

/** Memory in which nothing else lives, so that it is free when its holder is. Its content may be anything. */
export function ownMemory(sizeBytes: number): Uint8Array {
  return sizeBytes < zeroedBelowBytes ? new Uint8Array(sizeBytes) : Buffer.allocUnsafeSlow(sizeBytes);
}

/** Pieces as one, in memory of its own. */
export function concatBytes(pieces: readonly Uint8Array[]): Uint8Array {
  const whole = ownMemory(totalBytes(pieces));
  let at = 0;
  for (const piece of pieces) at = appendBytes(whole, at, piece);
  return whole;
}

/** Bytes in all pieces together. */
export function totalBytes(pieces: readonly Uint8Array[]): number {
  let sizeBytes = 0;
  for (const piece of pieces) sizeBytes += piece.length;
  return sizeBytes;
}

/** The refusal of bytes that do not parse. */
export function malformed(what: string): Invalid {
  return new Invalid('malformed', `not a valid protobuf message: ${what}`);
}

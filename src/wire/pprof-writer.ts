import { concatBytes, varintSize, writeVarint } from './protobuf.ts';

/** A length-delimited field of these bytes. */
export function message(of: number, pieces: readonly Uint8Array[]): Uint8Array {
  const length = pieces.reduce((sum, piece) => sum + piece.length, 0);
  const bytes = new Uint8Array(1 + varintSize(length) + length);
  bytes[0] = of * 8 + 2;
  let at = writeVarint(bytes, 1, length);
  for (const piece of pieces) {
    bytes.set(piece, at);
    at += piece.length;
  }
  return bytes;
}

/** A list of int64. */
export function packed(of: number, values: readonly number[]): Uint8Array {
  return message(of, values.map(int64));
}

/** A field that is an int64. */
export function number(of: number, value: number): Uint8Array {
  return concatBytes([Uint8Array.of(of * 8), int64(value)]);
}

function int64(value: number): Uint8Array {
  if (Number.isSafeInteger(value) && value >= 0) {
    const bytes = new Uint8Array(varintSize(value));
    writeVarint(bytes, 0, value);
    return bytes;
  }
  const bytes: number[] = [];
  let left = BigInt.asUintN(64, BigInt(value));
  for (; left >= 128n; left >>= 7n) bytes.push(Number(left & 127n) + 128);
  bytes.push(Number(left));
  return Uint8Array.from(bytes);
}

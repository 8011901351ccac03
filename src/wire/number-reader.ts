/** What a protobufjs reader has, as far as numbers go. */
interface Bytes {
  readonly buf: Uint8Array;
  readonly len: number;
  pos: number;
}

/**
 * Makes the 64-bit integers of a protobufjs reader numbers, as the generated code declares them; those above 2^53 come out rounded. Left to
 * itself protobufjs makes objects of them as soon as the package `long` is installed, whatever the generator was told.
 */
export function withNumbers<R extends Bytes>(reader: R): R & { int64(): number; uint64(): number } {
  return Object.assign(reader, {
    uint64: () => readVarint(reader, false),
    int64: () => readVarint(reader, true),
  });
}

/** In three parts, lowest first, put together from the top: so no step rounds a number that fits, negative ones included. */
function readVarint(reader: Bytes, signed: boolean): number {
  let low = 0;
  let middle = 0;
  let high = 0;
  for (let at = 0; at < 10; at++) {
    if (reader.pos >= reader.len) throw new RangeError(`the number at byte ${reader.pos - at} is cut off`);
    const byte = reader.buf[reader.pos++] ?? 0;
    const bits = byte & 127;
    if (at < 4) low |= bits << (7 * at);
    else if (at < 8) middle |= bits << (7 * (at - 4));
    else high |= bits << (7 * (at - 8));
    if (byte >= 128) continue;
    // 64 - 56 bits are left for the high part; the top one is the sign.
    const top = signed ? (high << 24) >> 24 : high & 255;
    return (top * 2 ** 28 + middle) * 2 ** 28 + low;
  }
  throw new RangeError(`the number at byte ${reader.pos - 10} has more than 10 bytes`);
}

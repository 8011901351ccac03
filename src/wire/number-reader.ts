import protobuf from 'protobufjs/minimal.js';

/**
 * A protobufjs reader whose 64-bit integers are numbers, as the generated code declares them; those above 2^53 come out rounded. Left to
 * itself protobufjs makes objects of them as soon as the package `long` is installed, whatever the generator was told.
 */
export function numberReader(bytes: Uint8Array): protobuf.Reader {
  return Object.assign(protobuf.Reader.create(bytes), {
    uint64(this: protobuf.Reader): number {
      return readVarint(this, false);
    },
    int64(this: protobuf.Reader): number {
      return readVarint(this, true);
    },
  });
}

/** In three parts, lowest first, put together from the top: so no step rounds a number that fits, negative ones included. */
function readVarint(reader: protobuf.Reader, signed: boolean): number {
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

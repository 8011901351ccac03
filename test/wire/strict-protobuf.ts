/** Messages that a message may hold, by field number; 'text' and 'bytes' are leaves. */
export interface Shape {
  readonly [field: number]: Shape | 'text' | 'bytes';
}

const labelPair: Shape = { 1: 'text', 2: 'text' };

/** push.v1.PushRequest. */
export const pushShape: Shape = { 1: { 1: labelPair, 2: { 1: 'bytes', 2: 'text' }, 3: { 1: 'text', 2: 'text' } } };

/**
 * Whether bytes are a message as the specification has it, told as plainly as possible. Decoders are more lenient, each in its own way:
 * the generated one reads over the end of an inner message, and a known field by its declared type, whatever its wire type says.
 */
export function isStrict(bytes: Uint8Array, shape: Shape): boolean {
  let rest = bytes;
  while (rest.length > 0) {
    const tag = varint(rest);
    if (tag === undefined || tag.bytes > 5 || tag.value >= 2n ** 32n || tag.value < 8n) return false;
    rest = rest.subarray(tag.bytes);
    const field = shape[Number(tag.value >> 3n)];
    const type = Number(tag.value & 7n);
    if (field !== undefined && type !== 2) return false;
    const size = valueSize(rest, type, tag.value, 0);
    if (size === undefined || size > rest.length) return false;
    const value = type === 2 ? rest.subarray(varint(rest)?.bytes, size) : rest;
    if (field === 'text' && !isText(value)) return false;
    if (typeof field === 'object' && !isStrict(value, field)) return false;
    rest = rest.subarray(size);
  }
  return true;
}

function valueSize(bytes: Uint8Array, type: number, tag: bigint, depth: number): number | undefined {
  const number = varint(bytes);
  switch (type) {
    case 0:
      return number?.bytes;
    case 1:
      return 8;
    case 2:
      return number === undefined ? undefined : number.bytes + Number(number.value);
    case 3:
      return depth < 100 ? groupSize(bytes, tag + 1n, depth + 1) : undefined;
    case 5:
      return 4;
    default:
      return undefined;
  }
}

function groupSize(bytes: Uint8Array, endTag: bigint, depth: number): number | undefined {
  for (let at = 0; ; ) {
    const tag = varint(bytes.subarray(at));
    if (tag === undefined || tag.bytes > 5 || tag.value >= 2n ** 32n || tag.value < 8n) return undefined;
    at += tag.bytes;
    if (tag.value === endTag) return at;
    const size = valueSize(bytes.subarray(at), Number(tag.value & 7n), tag.value, depth);
    if (size === undefined || at + size > bytes.length) return undefined;
    at += size;
  }
}

function varint(bytes: Uint8Array): { readonly value: bigint; readonly bytes: number } | undefined {
  let value = 0n;
  for (const [at, byte] of bytes.subarray(0, 10).entries()) {
    value |= BigInt(byte & 127) << BigInt(at * 7);
    if (byte < 128) return { value, bytes: at + 1 };
  }
  return undefined;
}

function isText(bytes: Uint8Array): boolean {
  try {
    new TextDecoder('utf-8', { fatal: true }).decode(bytes);
    return true;
  } catch {
    return false;
  }
}

import { createHash } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import type { Body, Facts, Pairs, SeriesSpec } from './case.ts';

/** The bytes of a description. */
export function bytesOf(body: Body): Buffer {
  if (body === undefined || body === null) return Buffer.alloc(0);
  if (typeof body === 'string') return Buffer.from(body);
  if ('base64' in body) return Buffer.from(body.base64, 'base64');
  if ('hex' in body) return Buffer.from(body.hex.replaceAll(' ', ''), 'hex');
  if ('gzip' in body) return gzipSync(bytesOf(body.gzip));
  if ('text' in body) return Buffer.from(body.text);
  return pattern(body.size);
}

/** The same bytes each time, that no compressor makes small: the recordings hold their hashes. */
function pattern(size: number): Buffer {
  const tile = Buffer.alloc(Math.min(size, 65_537));
  let state = 1;
  for (let at = 0; at < tile.length; at += 1) {
    state = (state * 1103515245 + 12345) & 0x7fffffff;
    tile[at] = state >> 16;
  }
  return Buffer.alloc(size, tile);
}

/** What is recorded of bytes. */
export function factsOf(bytes: Uint8Array): Facts {
  return { bytes: bytes.length, sha256: createHash('sha256').update(bytes).digest('hex').slice(0, 16) };
}

const usualSamples = [{ id: 'sample-1', data: 'profile' }];

/** A PushRequest on the wire, written here so that the gateway's own encoder is not its judge. */
export function encodePush(series: readonly SeriesSpec[]): Buffer {
  return Buffer.concat(
    series.map(({ labels, samples = usualSamples, annotations }) => {
      const fields = [
        ...pairsOf(labels).map(([name, value]) => field(1, pair(name, value))),
        ...samples.map(({ id, data }) =>
          field(2, Buffer.concat([field(1, bytesOf(data)), ...(id === undefined ? [] : [field(2, bytesOf(id))])])),
        ),
        ...pairsOf(annotations).map(([name, value]) => field(3, pair(name, value))),
      ];
      return field(1, Buffer.concat(fields));
    }),
  );
}

/** The same as Connect's JSON. */
export function jsonPush(series: readonly SeriesSpec[]): Buffer {
  const message = series.map(({ labels, samples = usualSamples }) => ({
    labels: pairsOf(labels).map(([name, value]) => ({ name, value })),
    samples: samples.map(({ id, data }) => ({ rawProfile: bytesOf(data).toString('base64'), ID: id })),
  }));
  return Buffer.from(JSON.stringify({ series: message }));
}

/** A PushRequest as facts: labels as name=value in order, samples as id, length and hash. Throws when it is none. */
export function decodePush(bytes: Buffer): Facts[] {
  return [...fieldsOf(bytes)].map(([number, series]) => {
    if (number !== 1) throw new Error(`field ${number} is not of a push`);
    const labels: string[] = [];
    const samples: Facts[] = [];
    const annotations: string[] = [];
    for (const [kind, value] of fieldsOf(series)) {
      if (kind === 1) labels.push(textsOf(value).join('='));
      else if (kind === 3) annotations.push(textsOf(value).join('='));
      else samples.push(sampleOf(value));
    }
    return { labels, samples, ...(annotations.length > 0 ? { annotations } : {}) };
  });
}

/** A gRPC message with its five bytes in front. */
export function grpcFrame(message: Uint8Array, flags = 0): Buffer {
  const head = Buffer.alloc(5);
  head[0] = flags;
  head.writeUInt32BE(message.length, 1);
  return Buffer.concat([head, message]);
}

function pairsOf(pairs: Pairs = []): readonly (readonly [string, Body])[] {
  return Array.isArray(pairs) ? pairs : Object.entries(pairs);
}

function pair(name: string, value: Body): Buffer {
  return Buffer.concat([field(1, bytesOf(name)), field(2, bytesOf(value))]);
}

function field(number: number, value: Uint8Array): Buffer {
  return Buffer.concat([varint(number * 8 + 2), varint(value.length), value]);
}

function varint(value: number): Buffer {
  const bytes: number[] = [];
  let left = value;
  for (; left > 127; left = Math.floor(left / 128)) bytes.push((left % 128) | 128);
  return Buffer.from([...bytes, left]);
}

function* fieldsOf(bytes: Buffer): Generator<[number, Buffer]> {
  let at = 0;
  const read = (): number => {
    let value = 0;
    for (let scale = 1; ; scale *= 128) {
      const byte = bytes[at];
      if (byte === undefined) throw new Error('the message is cut');
      at += 1;
      value += (byte & 127) * scale;
      if (byte < 128) return value;
    }
  };
  while (at < bytes.length) {
    const key = read();
    if (key % 8 !== 2) throw new Error(`wire type ${key % 8} is not of a push`);
    const size = read();
    if (at + size > bytes.length) throw new Error('the message is cut');
    yield [key >>> 3, bytes.subarray(at, at + size)];
    at += size;
  }
}

function textsOf(bytes: Buffer): [string, string] {
  const texts: [string, string] = ['', ''];
  for (const [number, value] of fieldsOf(bytes)) texts[number === 1 ? 0 : 1] = value.toString('utf8');
  return texts;
}

function sampleOf(bytes: Buffer): Facts {
  let profile = Buffer.alloc(0);
  let id = '';
  for (const [number, value] of fieldsOf(bytes)) {
    if (number === 1) profile = Buffer.from(value);
    else id = value.toString('utf8');
  }
  return { id, ...factsOf(profile) };
}

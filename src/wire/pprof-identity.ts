import type { PprofReader, Range } from './pprof-reader.ts';
import { Hash } from './stack-hash.ts';

/** The lists of a pprof that say where a sample was taken. */
export interface Places {
  readonly reader: PprofReader;
  readonly locations: readonly Range[];
  readonly functions: readonly Range[];
  readonly texts: readonly Range[];
}

/** One location. */
export interface Location {
  readonly id: number;
  readonly low: number;
  readonly high: number;
  readonly lines: readonly { readonly function: number; readonly line: number }[];
}

/** Reads one. */
export function readLocation(reader: PprofReader, range: Range): Location {
  let id = 0;
  let low = 0;
  let high = 0;
  const lines: { function: number; line: number }[] = [];
  reader.fields(range, (number, tag) => {
    if (number === 1 && (tag & 7) === 0) id = reader.varint();
    else if (number === 3 && (tag & 7) === 0) {
      reader.varint();
      ({ low, high } = reader);
    } else if (number === 4 && (tag & 7) === 2) {
      const line = reader.range(range.to);
      const found = { function: 0, line: 0 };
      reader.fields(line, (inner, innerTag) => {
        if (inner === 1 && (innerTag & 7) === 0) found.function = reader.varint();
        else if (inner === 2 && (innerTag & 7) === 0) found.line = reader.varint();
        else reader.skip(innerTag, line.to);
      });
      lines.push(found);
    } else reader.skip(tag, range.to);
  });
  return { id, low, high, lines };
}

/** The id of a function, which is its first field. */
export function idOf(reader: PprofReader, range: Range): number {
  let id = 0;
  reader.fields(range, (number, tag) => {
    if (number === 1 && (tag & 7) === 0) id = reader.varint();
    else reader.skip(tag, range.to);
  });
  return id;
}

/** By id: a hash that the same place in the program has in every profile. That is its address, or the lines where it has none. */
export function hashLocations({ reader, locations, functions, texts }: Places): (id: number) => number {
  let names: Map<number, number> | undefined;
  const nameOf = (id: number): number => {
    names ??= new Map(functions.map((range) => [idOf(reader, range), hashRange(reader.bytes, texts[nameIndex(reader, range)])]));
    return names.get(id) ?? 0;
  };
  const hashes = new Map<number, number>();
  for (const range of locations) {
    const { id, low, high, lines } = readLocation(reader, range);
    const hash = new Hash();
    hash.add(low);
    hash.add(high);
    if (low === 0 && high === 0)
      for (const line of lines) {
        hash.add(nameOf(line.function));
        hash.add(line.line);
      }
    hashes.set(id, hash.value() % 2 ** 32);
  }
  return (id) => hashes.get(id) ?? 0;
}

function nameIndex(reader: PprofReader, range: Range): number {
  let index = 0;
  reader.fields(range, (number, tag) => {
    if (number === 2 && (tag & 7) === 0) index = reader.varint();
    else reader.skip(tag, range.to);
  });
  return index;
}

/** Of a label of a sample, the same whatever numbers its texts have. */
export function hashLabel(reader: PprofReader, range: Range, texts: (index: number) => number): number {
  const hash = new Hash();
  const parts = [0, 0, 0, 0, 0];
  reader.fields(range, (number, tag) => {
    if ((tag & 7) !== 0 || number > 4) return reader.skip(tag, range.to);
    const value = reader.varint();
    if (number === 3) {
      parts[3] = reader.low;
      parts[4] = reader.high;
    } else parts[number === 4 ? 2 : number - 1] = texts(value);
  });
  for (const part of parts) hash.add(part);
  return hash.value() % 2 ** 32;
}

/** Of the bytes of a text. */
export function hashRange(bytes: Uint8Array, range: Range | undefined): number {
  const hash = new Hash();
  if (range !== undefined) for (let at = range.from; at < range.to; at++) hash.add(bytes[at] ?? 0);
  return hash.value() % 2 ** 32;
}

/** Remembers what was computed for each key. */
export function memo(compute: (key: number) => number): (key: number) => number {
  const known = new Map<number, number>();
  return (key) => {
    const hit = known.get(key);
    if (hit !== undefined) return hit;
    const result = compute(key);
    known.set(key, result);
    return result;
  };
}

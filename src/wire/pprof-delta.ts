import { hashLabel, hashLocations, hashRange, idOf, memo, readLocation } from './pprof-identity.ts';
import { PprofReader, type Range } from './pprof-reader.ts';
import { int64Size, PprofWriter } from './pprof-writer.ts';
import { malformed, varintSize } from './protobuf.ts';
import { Hash } from './stack-hash.ts';

/*
 * What happened between two profiles of one process that count from its start, as Go's heap, mutex and block profiles do. Works on the wire
 * bytes: messages that stay are copied, not decoded. Fields of perftools.profiles.Profile: proto/perftools/profiles/profile.proto.
 */

const field = { sampleType: 1, sample: 2, location: 4, function: 5, text: 6, timeNanos: 9, durationNanos: 10 } as const;
// Indices of texts stand in these: drop_frames, keep_frames, comment, default_sample_type.
const textFields: ReadonlySet<number> = new Set([7, 8, 13, 14]);
// Messages that hold indices of texts: ValueType of sample_type and period_type, Mapping, Function.
const textsIn: ReadonlyMap<number, ReadonlySet<number>> = new Map([
  [1, new Set([1, 2])],
  [11, new Set([1, 2])],
  [3, new Set([5, 6])],
  [5, new Set([2, 3, 4])],
]);

/** What counts from the start of the process, by the profile's name (alloy-behaviour 5.6): everything else passes as it is. */
export const cumulativeTypes: ReadonlyMap<string, ReadonlySet<string>> = new Map([
  ['memory', new Set(['alloc_objects/count', 'alloc_space/bytes'])],
  ['mutex', new Set(['contentions/count', 'delay/nanoseconds'])],
  ['block', new Set(['contentions/count', 'delay/nanoseconds'])],
]);

/** What is remembered of a profile: its counts by stack. */
export interface Baseline {
  /** Hashes of stacks with their labels, ascending. */
  readonly keys: Float64Array;
  /** So many for each key: the columns that count from the start. */
  readonly values: Float64Array;
  readonly timeNanos: bigint;
}

/** A profile without what was there before. */
export interface Subtracted {
  /** Undefined when there is nothing to subtract from: without an earlier profile, and when the process has started anew since. */
  readonly delta: Uint8Array | undefined;
  /** What the next one is subtracted from. */
  readonly baseline: Baseline;
}

/**
 * Subtracts an earlier profile (not gzipped) of the same process. Stacks of which nothing is left go, and with them the locations, functions
 * and texts that only they used; texts keep their numbers. Throws Invalid("malformed") for what is no such profile.
 */
export function subtract(profile: Uint8Array, types: ReadonlySet<string>, earlier: Baseline | undefined): Subtracted {
  const parts = scan(profile);
  const columns = columnsOf(parts, types);
  const samples = aggregate(parts, columns.length);
  const baseline = baselineOf(parts, samples, columns);
  if (earlier === undefined || startedAnew(baseline, earlier, columns.filter(Boolean).length)) return { delta: undefined, baseline };
  return { delta: render(parts, samples, columns, earlier), baseline };
}

interface Parts {
  readonly reader: PprofReader;
  readonly types: readonly Range[];
  readonly samples: readonly Range[];
  readonly locations: readonly Range[];
  readonly functions: readonly Range[];
  readonly texts: readonly Range[];
  /** Everything else, tag included, but the duration. */
  readonly others: readonly { readonly field: number; readonly range: Range; readonly value: Range }[];
  readonly timeNanos: bigint;
}

function scan(bytes: Uint8Array): Parts {
  const reader = new PprofReader(bytes);
  const lists: Record<number, Range[]> = { 1: [], 2: [], 4: [], 5: [], 6: [] };
  const others: { field: number; range: Range; value: Range }[] = [];
  let timeNanos = 0n;
  while (reader.at < bytes.length) {
    const from = reader.at;
    const tag = reader.varint();
    const number = tag >>> 3;
    const list = lists[number];
    if (list !== undefined) {
      if ((tag & 7) !== 2) throw malformed(`field ${number} of a profile has wire type ${tag & 7}, expected 2`);
      const range = reader.range(bytes.length);
      reader.at = range.to;
      list.push(range);
      continue;
    }
    const value = reader.at;
    if (number === field.timeNanos && (tag & 7) === 0) {
      reader.varint();
      timeNanos = BigInt.asIntN(64, (BigInt(reader.high) << 32n) | BigInt(reader.low));
    } else reader.skip(tag, bytes.length);
    if (number !== field.durationNanos)
      others.push({ field: number, range: { from, to: reader.at }, value: { from: value, to: reader.at } });
  }
  const [types = [], samples = [], locations = [], functions = [], texts = []] = [1, 2, 4, 5, 6].map((number) => lists[number] ?? []);
  return { reader, types, samples, locations, functions, texts, others, timeNanos };
}

/** For each column whether it counts from the start. */
function columnsOf({ reader, types, texts }: Parts, wanted: ReadonlySet<string>): boolean[] {
  const text = (index: number): string => {
    const range = texts[index];
    if (range === undefined) throw malformed(`there is no text ${index}`);
    return Buffer.from(reader.bytes.buffer, reader.bytes.byteOffset + range.from, range.to - range.from).toString('utf8');
  };
  const columns = types.map((range) => {
    let type = '';
    let unit = '';
    reader.fields(range, (number, tag) => {
      if (number > 2) return reader.skip(tag, range.to);
      const value = text(reader.varint());
      if (number === 1) type = value;
      else unit = value;
    });
    return wanted.has(`${type}/${unit}`);
  });
  if (!columns.includes(true)) throw malformed(`it has none of the sample types ${[...wanted].join(', ')}`);
  return columns;
}

interface Samples {
  readonly keys: readonly number[];
  /** Of each key the first message with it. */
  readonly ranges: readonly Range[];
  /** All columns of all keys, those of equal stacks summed. */
  readonly values: readonly number[][];
}

/** Samples by stack and labels, equal ones added up. */
function aggregate(parts: Parts, columns: number): Samples {
  const { reader, samples } = parts;
  const locationHash = hashLocations(parts);
  const texts = memo((index) => hashRange(reader.bytes, parts.texts[index]));
  const places = new Map<number, number>();
  const keys: number[] = [];
  const ranges: Range[] = [];
  const values: number[][] = [];
  for (const range of samples) {
    const found: number[] = [];
    const hash = new Hash();
    let labels = 0;
    reader.fields(range, (number, tag) => {
      if (number === 1) {
        reader.numbers(tag, range.to, () => hash.add(locationHash(reader.high * 2 ** 32 + reader.low)));
      } else if (number === 2) {
        reader.numbers(tag, range.to, () => found.push((reader.high | 0) * 2 ** 32 + reader.low));
      } else if (number === 3 && (tag & 7) === 2) {
        const label = reader.range(range.to);
        reader.at = label.from;
        labels = (labels + hashLabel(reader, label, texts)) >>> 0; // a sum: in any order they are the same
        reader.at = label.to;
      } else reader.skip(tag, range.to);
    });
    if (found.length !== columns) throw malformed(`a sample has a value for each of the ${columns} types, found ${found.length}`);
    hash.add(labels);
    const key = hash.value();
    const known = places.get(key);
    if (known === undefined) {
      places.set(key, keys.length);
      keys.push(key);
      ranges.push(range);
      values.push(found);
    } else {
      const sum = values[known] as number[]; // as: `places` holds indices of these lists
      for (const [at, value] of found.entries()) sum[at] = (sum[at] ?? 0) + value;
    }
  }
  return { keys, ranges, values };
}

function baselineOf({ timeNanos }: Parts, { keys, values }: Samples, columns: readonly boolean[]): Baseline {
  const sorted = Float64Array.from(keys).sort();
  const counted = columns.flatMap((is, at) => (is ? [at] : []));
  const kept = new Float64Array(sorted.length * counted.length);
  for (const [at, key] of keys.entries()) {
    const row = placeOf(sorted, key) * counted.length;
    for (const [column, from] of counted.entries()) kept[row + column] = values[at]?.[from] ?? 0;
  }
  return { keys: sorted, values: kept, timeNanos };
}

/** Counts of one process never fall. */
function startedAnew(now: Baseline, earlier: Baseline, columns: number): boolean {
  if (earlier.values.length !== earlier.keys.length * columns) return true; // other sample types: another program
  for (const [at, key] of earlier.keys.entries()) {
    const place = placeOf(now.keys, key);
    for (let column = 0; column < columns; column++) {
      const then = earlier.values[at * columns + column] ?? 0;
      const value = place < 0 ? 0 : (now.values[place * columns + column] ?? 0);
      if (value < then) return true;
    }
  }
  return false;
}

function render(parts: Parts, { keys, ranges, values }: Samples, columns: readonly boolean[], before: Baseline): Uint8Array {
  const { reader } = parts;
  const counted = columns.filter(Boolean).length;
  // What goes is more than what is added, but for numbers that were not packed.
  const writer = new PprofWriter(reader.bytes, reader.bytes.length + 1024);
  const used = new Used(parts);
  const copy = (of: number, range: Range): void => {
    writer.head(of, range.to - range.from);
    writer.copy(range);
  };
  for (const range of parts.types) copy(field.sampleType, range);
  for (const [at, key] of keys.entries()) {
    const left = values[at] ?? [];
    subtractRow(left, columns, before.values, placeOf(before.keys, key) * counted);
    if (left.every((value) => value === 0)) continue;
    writeSample(writer, used.sample(ranges[at] as Range), left); // as: one of each key
  }
  for (const range of parts.locations) if (used.location(range)) copy(field.location, range);
  for (const range of parts.functions) if (used.function(range)) copy(field.function, range);
  used.rest();
  for (const [index, range] of parts.texts.entries()) {
    if (used.text(index)) copy(field.text, range);
    else writer.head(field.text, 0);
  }
  for (const { range } of parts.others) writer.copy(range);
  const duration = Number(parts.timeNanos - before.timeNanos);
  if (duration > 0) {
    writer.tag(field.durationNanos);
    writer.int64(duration);
  }
  return writer.bytes();
}

/** Takes off the columns that count what stood in a row of the earlier profile; a row below 0 is none. */
function subtractRow(values: number[], columns: readonly boolean[], earlier: Float64Array, row: number): void {
  if (row < 0) return;
  let at = row;
  for (const [column, counts] of columns.entries()) if (counts) values[column] = (values[column] ?? 0) - (earlier[at++] ?? 0);
}

function writeSample(writer: PprofWriter, kept: readonly Range[], values: readonly number[]): void {
  let packed = 0;
  for (const value of values) packed += int64Size(value);
  let length = 1 + varintSize(packed) + packed;
  for (const { from, to } of kept) length += to - from;
  writer.head(field.sample, length);
  for (const range of kept) writer.copy(range);
  writer.head(2, packed);
  for (const value of values) writer.int64(value);
}

/** What the samples that stay refer to. */
class Used {
  readonly #parts: Parts;
  readonly #locations = new Set<number>();
  readonly #functions = new Set<number>();
  readonly #texts = new Set<number>([0]);

  constructor(parts: Parts) {
    this.#parts = parts;
    for (const range of parts.types) this.#textsOf(range, field.sampleType);
  }

  text(index: number): boolean {
    return this.#texts.has(index);
  }

  /** Takes note of a sample; returns its fields without the values. */
  sample(range: Range): Range[] {
    const { reader } = this.#parts;
    const kept: Range[] = [];
    let from = range.from;
    reader.at = range.from;
    while (reader.at < range.to) {
      from = reader.at;
      const tag = reader.varint();
      if (tag >>> 3 === 1) reader.numbers(tag, range.to, () => this.#locations.add(reader.high * 2 ** 32 + reader.low));
      else if (tag >>> 3 === 3 && (tag & 7) === 2) {
        const label = reader.range(range.to);
        reader.fields(label, (number, inner) => {
          if (number === 3) return reader.skip(inner, label.to);
          this.#texts.add(reader.varint());
        });
      } else reader.skip(tag, range.to);
      if (tag >>> 3 !== 2) kept.push({ from, to: reader.at });
    }
    return kept;
  }

  location(range: Range): boolean {
    const { reader } = this.#parts;
    const { id, lines } = readLocation(reader, range);
    if (!this.#locations.has(id)) return false;
    for (const line of lines) this.#functions.add(line.function);
    return true;
  }

  function(range: Range): boolean {
    if (!this.#functions.has(idOf(this.#parts.reader, range))) return false;
    this.#textsOf(range, field.function);
    return true;
  }

  rest(): void {
    const { reader, others } = this.#parts;
    for (const { field: name, value } of others) {
      reader.at = value.from;
      if (textFields.has(name)) {
        // `comment` is a list, packed or not.
        if (name === 13 && reader.bytes[value.from - 1] === ((13 << 3) | 2)) reader.numbers(2, value.to, () => this.#texts.add(reader.low));
        else this.#texts.add(reader.varint());
      } else if (textsIn.has(name)) this.#textsOf(reader.range(value.to), name);
    }
  }

  #textsOf(range: Range, of: number): void {
    const { reader } = this.#parts;
    const wanted = textsIn.get(of);
    reader.fields(range, (number, tag) => {
      if (wanted?.has(number) === true && (tag & 7) === 0) this.#texts.add(reader.varint());
      else reader.skip(tag, range.to);
    });
  }
}

/** Where a key stands in a sorted list; -1 when it does not. */
function placeOf(sorted: Float64Array, key: number): number {
  let low = 0;
  let high = sorted.length - 1;
  while (low <= high) {
    const middle = (low + high) >>> 1;
    const found = sorted[middle] ?? 0;
    if (found === key) return middle;
    if (found < key) low = middle + 1;
    else high = middle - 1;
  }
  return -1;
}

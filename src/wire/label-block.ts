import { isAscii, isUtf8 } from 'node:buffer';
import { Invalid } from '../core/errors.ts';
import { type Label, Labels, memoByLabels } from '../core/labels.ts';
import { bytesTag, expectBytes, fieldOf, varintSize, writeVarint } from './protobuf.ts';
import { WireReader } from './wire-reader.ts';

/** What a receiver makes of labels where protobuf leaves it open. */
export interface BlockRules {
  /** A label name that stands twice: today's Pyroscope refuses it, Alloy takes the last. */
  readonly duplicates: 'refuse' | 'last_wins';
  /** A label with an empty value: Alloy's label builder loses it. */
  readonly emptyValues: 'keep' | 'drop';
}

// Pyroscope takes 30 by default; a series of half a million labels, small as it is, would hold up everybody for seconds.
const mostLabels = 1000;

/** Field `labels` of RawProfileSeries; `name` and `value` of LabelPair (types.v1). */
export const labelTag = bytesTag(1);
const nameTag = bytesTag(1);
const valueTag = bytesTag(2);

/**
 * A run of `labels` fields as a label set. Throws Invalid("labels") for text that is not UTF-8 and for a name that stands twice where that
 * is refused, Invalid("too_large") for too many; which names and values may be sent is not asked here.
 */
export function parseLabelBlock(block: Uint8Array, rules: BlockRules): Labels {
  const reader = new WireReader([block]);
  const collected = new Collected(rules);
  const bytes = Buffer.from(block.buffer, block.byteOffset, block.length);
  // Then no text in it has to be looked at by itself: a third of the time.
  const textOf = isAscii(bytes) ? asciiOf : utf8Of;
  while (reader.position < block.length) {
    expectBytes(reader.tag(), 'RawProfileSeries');
    collected.add(readLabel(reader, bytes, reader.valueEnd(block.length), textOf));
  }
  return collected.labels();
}

/** Pairs as a label set, by the rules. Throws Invalid as parseLabelBlock() does. */
export function collectLabels(pairs: Iterable<Label>, rules: BlockRules): Labels {
  const collected = new Collected(rules);
  for (const { name, value } of pairs) collected.add({ name, value });
  return collected.labels();
}

/** Pairs that become a label set. */
class Collected {
  readonly #rules: BlockRules;
  readonly #byName = new Map<string, Label>();
  #count = 0;

  constructor(rules: BlockRules) {
    this.#rules = rules;
  }

  add(pair: Label): void {
    const { name } = pair;
    if (this.#rules.duplicates === 'refuse' && this.#byName.has(name)) {
      throw new Invalid('labels', `a label name may stand once in a series, found twice: ${shorten(name)}`);
    }
    this.#count += 1;
    if (this.#count > mostLabels) throw tooMany(this.#count);
    this.#byName.set(name, pair);
  }

  labels(): Labels {
    const pairs = this.#byName.values();
    return Labels.from(this.#rules.emptyValues === 'keep' ? pairs : pairs.filter(({ value }) => value !== ''));
  }
}

/** Labels as a run of `labels` fields. Rendered once for a label set: an agent's series goes out in the same bytes every time. */
export const labelBlock: (labels: Labels) => Uint8Array = memoByLabels(renderBlock);

type TextOf = (bytes: Buffer, from: number, to: number) => string;

function readLabel(reader: WireReader, bytes: Buffer, end: number, textOf: TextOf): Label {
  let name = '';
  let value = '';
  while (reader.position < end) {
    const tag = reader.tag();
    if (fieldOf(tag) > fieldOf(valueTag)) {
      reader.skipValue(tag, end);
      continue;
    }
    expectBytes(tag, 'LabelPair');
    const valueEnd = reader.valueEnd(end);
    const text = textOf(bytes, reader.position, valueEnd);
    reader.skipTo(valueEnd);
    if (tag === nameTag) name = text;
    else value = text;
  }
  return { name, value };
}

function asciiOf(bytes: Buffer, from: number, to: number): string {
  return bytes.toString('latin1', from, to);
}

function utf8Of(bytes: Buffer, from: number, to: number): string {
  const text = bytes.toString('utf8', from, to);
  if (isUtf8(bytes.subarray(from, to))) return text;
  throw new Invalid('labels', `label names and values must be UTF-8, found ${JSON.stringify(shorten(text))}`);
}

/** Written once, into memory of its own: two small buffers a label would cost more than all the rest. */
function renderBlock(labels: Labels): Uint8Array {
  const sizes: number[] = [];
  let sizeBytes = 0;
  for (const { name, value } of labels) {
    const [nameBytes, valueBytes] = [Buffer.byteLength(name), Buffer.byteLength(value)];
    sizes.push(nameBytes, valueBytes);
    sizeBytes += fieldSize(fieldSize(nameBytes) + fieldSize(valueBytes));
  }
  const block = Buffer.from(new ArrayBuffer(sizeBytes));
  let at = 0;
  let next = 0;
  for (const { name, value } of labels) {
    const [nameBytes = 0, valueBytes = 0] = [sizes[next++], sizes[next++]];
    block[at++] = labelTag;
    at = writeVarint(block, at, fieldSize(nameBytes) + fieldSize(valueBytes));
    at = appendText(block, at, nameTag, name, nameBytes);
    at = appendText(block, at, valueTag, value, valueBytes);
  }
  return block;
}

function fieldSize(valueBytes: number): number {
  return 1 + varintSize(valueBytes) + valueBytes;
}

function appendText(into: Buffer, at: number, tag: number, text: string, sizeBytes: number): number {
  into[at] = tag;
  const from = writeVarint(into, at + 1, sizeBytes);
  into.write(text, from);
  return from + sizeBytes;
}

function tooMany(found: number): Invalid {
  return new Invalid('too_large', `a series may have at most ${mostLabels} labels, found ${found} or more`);
}

function shorten(text: string): string {
  return text.length > 60 ? `${text.slice(0, 60)}…` : text;
}

import { isUtf8 } from 'node:buffer';
import { Invalid } from '../core/errors.ts';
import { type Label, Labels, memoByLabels } from '../core/labels.ts';
import { appendBytes, bytesTag, expectBytes, fieldOf, varintSize, writeVarint } from './protobuf.ts';
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
  const pairs: Label[] = [];
  while (reader.position < block.length) {
    expectBytes(reader.tag(), 'RawProfileSeries');
    if (pairs.length >= mostLabels) throw tooMany(pairs.length + 1);
    pairs.push(readLabel(reader, block, reader.valueEnd(block.length)));
  }
  return collectLabels(pairs, rules);
}

/** Pairs as a label set, by the rules. Throws Invalid as parseLabelBlock() does. */
export function collectLabels(pairs: readonly Label[], rules: BlockRules): Labels {
  if (pairs.length > mostLabels) throw tooMany(pairs.length);
  const byName = new Map<string, string>();
  for (const { name, value } of pairs) {
    if (rules.duplicates === 'refuse' && byName.has(name)) {
      throw new Invalid('labels', `a label name may stand once in a series, found twice: ${shorten(name)}`);
    }
    byName.set(name, value);
  }
  const kept: Label[] = [];
  for (const [name, value] of byName) if (value !== '' || rules.emptyValues === 'keep') kept.push({ name, value });
  return Labels.from(kept);
}

/** Labels as a run of `labels` fields. Rendered once for a label set: an agent's series goes out in the same bytes every time. */
export const labelBlock: (labels: Labels) => Uint8Array = memoByLabels(renderBlock);

function readLabel(reader: WireReader, block: Uint8Array, end: number): Label {
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
    const text = textOf(block.subarray(reader.position, valueEnd));
    reader.skipTo(valueEnd);
    if (tag === nameTag) name = text;
    else value = text;
  }
  return { name, value };
}

function textOf(bytes: Uint8Array): string {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  const text = buffer.toString('utf8');
  if (!isUtf8(bytes)) throw new Invalid('labels', `label names and values must be UTF-8, found ${JSON.stringify(shorten(text))}`);
  return text;
}

function renderBlock(labels: Labels): Uint8Array {
  const pairs = [...labels].map(({ name, value }) => ({ name: Buffer.from(name), value: Buffer.from(value) }));
  let sizeBytes = 0;
  for (const pair of pairs) sizeBytes += fieldSize(pairSize(pair));
  const block = new Uint8Array(sizeBytes);
  let at = 0;
  for (const pair of pairs) {
    block[at++] = labelTag;
    at = writeVarint(block, at, pairSize(pair));
    at = appendText(block, at, nameTag, pair.name);
    at = appendText(block, at, valueTag, pair.value);
  }
  return block;
}

function pairSize(pair: { readonly name: Uint8Array; readonly value: Uint8Array }): number {
  return fieldSize(pair.name.length) + fieldSize(pair.value.length);
}

function fieldSize(valueBytes: number): number {
  return 1 + varintSize(valueBytes) + valueBytes;
}

function appendText(into: Uint8Array, at: number, tag: number, text: Uint8Array): number {
  into[at] = tag;
  return appendBytes(into, writeVarint(into, at + 1, text.length), text);
}

function tooMany(found: number): Invalid {
  return new Invalid('too_large', `a series may have at most ${mostLabels} labels, found ${found} or more`);
}

function shorten(text: string): string {
  return text.length > 60 ? `${text.slice(0, 60)}…` : text;
}

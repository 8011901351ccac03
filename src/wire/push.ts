import { Invalid } from '../core/errors.ts';
import type { Labels } from '../core/labels.ts';
import type { PushPayload } from '../core/profile.ts';
import { type BlockRules, labelBlock, labelTag, parseLabelBlock } from './label-block.ts';
import type { LabelCache } from './label-cache.ts';
import { appendBytes, bytesTag, concatBytes, expectBytes, fieldOf, ownMemory, totalBytes, varintSize, writeVarint } from './protobuf.ts';
import { WireReader } from './wire-reader.ts';

/*
 * The binary form of push.v1.PushRequest (proto/push/v1/push.proto) without decoding it. Labels are parsed, by way of a cache; a payload
 * stays views into the request, whatever its size, and is copied once, into the outgoing body. Nothing here depends on the order that
 * encoders use: labels may stand between and behind the samples, and fields that this build does not know travel with them.
 */

/** One series of a push. */
export interface PushSeries {
  readonly labels: Labels;
  readonly payload: PushPayload;
}

/** What a receiver makes of a push where protobuf leaves it open. */
export interface PushRules extends BlockRules {
  /** Above it the request is too large. */
  readonly maxSeries: number;
}

/** What describePush() tells of one series. */
export interface PushDescription {
  readonly labels: Labels;
  readonly profiles: number;
  /** Sum of the raw_profile lengths. */
  readonly rawBytes: number;
}

/*
 * What a body may cost beside its bytes, which gzip makes cheap: each bound is far above what agents send, and together they keep a push
 * below a few dozen milliseconds and megabytes.
 */
// Ten in each of ten thousand series.
const mostLabels = 100_000;
const mostLabelBytes = 32 * 1024 * 1024;
const mostSamples = 100_000;
// Encoders write the labels of a series in one run and its samples in another.
const mostExtraRuns = 10_000;
// IDs and annotations, which have to be looked at byte by byte.
const mostTextBytes = 16 * 1024 * 1024;

const seriesTag = bytesTag(1);
const sampleTag = bytesTag(2);
const annotationTag = bytesTag(3);
const rawProfileTag = bytesTag(1);
const idTag = bytesTag(2);
const annotationValueTag = bytesTag(2);

/**
 * The series of a PushRequest that lies in pieces as they were read; none is an empty list. Payloads are views into them. Throws Invalid:
 * malformed, labels (not UTF-8, a name twice) or too_large (more series than allowed).
 */
export function parsePush(body: readonly Uint8Array[], cache: LabelCache, rules: PushRules): PushSeries[] {
  const parse = (block: Uint8Array): Labels => parseLabelBlock(block, rules);
  return readPush(body, (block) => cache.get(block, parse), rules.maxSeries);
}

/** The payload of a series with this one profile, which is not copied. */
export function payloadOf(profile: Uint8Array): PushPayload {
  const inner = 1 + varintSize(profile.length);
  const head = new Uint8Array(1 + varintSize(inner + profile.length) + inner);
  head[0] = sampleTag;
  let at = writeVarint(head, 1, inner + profile.length);
  head[at++] = rawProfileTag;
  at = writeVarint(head, at, profile.length);
  return { kind: 'push', fields: [head, profile], profiles: 1, rawBytes: profile.length };
}

/** A PushRequest of these series, in one piece of memory of its own. */
export function encodePush(series: readonly PushSeries[]): Uint8Array {
  const rendered = series.map(({ labels, payload }) => {
    const block = labelBlock(labels);
    return { block, fields: payload.fields, sizeBytes: block.length + totalBytes(payload.fields) };
  });
  let sizeBytes = 0;
  for (const one of rendered) sizeBytes += 1 + varintSize(one.sizeBytes) + one.sizeBytes;
  const body = ownMemory(sizeBytes);
  let at = 0;
  for (const one of rendered) {
    body[at++] = seriesTag;
    at = appendBytes(body, writeVarint(body, at, one.sizeBytes), one.block);
    for (const field of one.fields) at = appendBytes(body, at, field);
  }
  return body;
}

/** Each series as a PushRequest of its own: views into the body. */
export function splitPush(body: Uint8Array): Uint8Array[] {
  const reader = new WireReader([body]);
  const parts: Uint8Array[] = [];
  while (reader.position < reader.sizeBytes) {
    const from = reader.position;
    const tag = reader.tag();
    reader.skipValue(tag, reader.sizeBytes);
    if (tag === seriesTag) parts.push(body.subarray(from, reader.position));
  }
  return parts;
}

/** One PushRequest with the series of all of them: in protobuf, repeated fields of messages written one behind the other add up. */
export function joinPush(parts: readonly Uint8Array[]): Uint8Array {
  return concatBytes(parts);
}

/** What a body that we stored or send holds, without touching a payload. Throws Invalid when it is no PushRequest. */
export function describePush(body: Uint8Array): PushDescription[] {
  const rules: BlockRules = { duplicates: 'last_wins', emptyValues: 'keep' };
  const series = readPush([body], (block) => parseLabelBlock(block, rules), Number.POSITIVE_INFINITY);
  return series.map(({ labels, payload: { profiles, rawBytes } }) => ({ labels, profiles, rawBytes }));
}

function readPush(body: readonly Uint8Array[], labelsOf: (block: Uint8Array) => Labels, maxSeries: number): PushSeries[] {
  const reader = new WireReader(body);
  const spent: Spent = { labels: 0, labelBytes: 0, samples: 0, runs: 0, textBytes: 0 };
  const series: PushSeries[] = [];
  while (reader.position < reader.sizeBytes) {
    const tag = reader.tag();
    if (fieldOf(tag) !== fieldOf(seriesTag)) {
      reader.skipValue(tag, reader.sizeBytes);
      continue;
    }
    expectBytes(tag, 'PushRequest');
    if (series.length >= maxSeries) throw new Invalid('too_large', `a push may hold at most ${maxSeries} series, found more`);
    spent.runs -= 2;
    series.push(readSeries(reader, reader.valueEnd(reader.sizeBytes), labelsOf, spent));
  }
  return series;
}

/** What one push has cost so far. */
interface Spent {
  labels: number;
  labelBytes: number;
  samples: number;
  /** Above the two that each series may have. */
  runs: number;
  textBytes: number;
}

function spend(spent: Spent, on: keyof Spent, more: number, most: number, what: string): void {
  spent[on] += more;
  if (spent[on] > most) throw new Invalid('too_large', `a push may hold at most ${most} ${what}, found more`);
}

/** Parts it into runs of labels and runs of everything else: nearly always one of each. */
function readSeries(reader: WireReader, end: number, labelsOf: (block: Uint8Array) => Labels, spent: Spent): PushSeries {
  const blocks: Uint8Array[] = [];
  const fields: Uint8Array[] = [];
  let profiles = 0;
  let rawBytes = 0;
  let runFrom = reader.position;
  let inLabels = true;
  const endRun = (to: number): void => {
    if (to === runFrom) return;
    spend(spent, 'runs', 1, mostExtraRuns, 'runs of fields beside one of labels and one of samples in each series');
    if (inLabels) spend(spent, 'labelBytes', to - runFrom, mostLabelBytes, 'bytes of labels');
    reader.views(runFrom, to, inLabels ? blocks : fields);
  };
  while (reader.position < end) {
    const from = reader.position;
    const tag = reader.tag();
    if ((fieldOf(tag) === fieldOf(labelTag)) !== inLabels) {
      endRun(from);
      runFrom = from;
      inLabels = !inLabels;
    }
    if (fieldOf(tag) > fieldOf(annotationTag)) {
      reader.skipValue(tag, end);
      continue;
    }
    expectBytes(tag, 'RawProfileSeries');
    const valueEnd = reader.valueEnd(end);
    if (tag === sampleTag) {
      spend(spent, 'samples', 1, mostSamples, 'samples');
      profiles++;
      rawBytes += readSample(reader, valueEnd, spent);
    } else if (tag === annotationTag) readAnnotation(reader, valueEnd, spent);
    else reader.skipTo(valueEnd);
  }
  endRun(end);
  const [block] = blocks;
  const labels = labelsOf(blocks.length > 1 ? concatBytes(blocks) : (block ?? new Uint8Array(0)));
  spend(spent, 'labels', labels.size, mostLabels, 'labels');
  return { labels, payload: { kind: 'push', fields, profiles, rawBytes } };
}

/** The length of its raw_profile: of a field that is not repeated the last one counts. */
function readSample(reader: WireReader, end: number, spent: Spent): number {
  let rawBytes = 0;
  while (reader.position < end) {
    const tag = reader.tag();
    if (fieldOf(tag) > fieldOf(idTag)) {
      reader.skipValue(tag, end);
      continue;
    }
    expectBytes(tag, 'RawSample');
    const valueEnd = reader.valueEnd(end);
    if (tag === idTag) skipText(reader, valueEnd, 'the ID of a sample', spent);
    else {
      rawBytes = valueEnd - reader.position;
      reader.skipTo(valueEnd);
    }
  }
  return rawBytes;
}

function skipText(reader: WireReader, end: number, what: string, spent: Spent): void {
  spend(spent, 'textBytes', end - reader.position, mostTextBytes, 'bytes of sample IDs and annotations');
  reader.skipText(end, what);
}

function readAnnotation(reader: WireReader, end: number, spent: Spent): void {
  while (reader.position < end) {
    const tag = reader.tag();
    if (fieldOf(tag) > fieldOf(annotationValueTag)) {
      reader.skipValue(tag, end);
      continue;
    }
    expectBytes(tag, 'ProfileAnnotation');
    skipText(reader, reader.valueEnd(end), 'an annotation', spent);
  }
}

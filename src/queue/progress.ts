import type { PositionSet } from './position-set.ts';

/*
 * What a cursor is done with, as it is stored: all below `low`, and from there on either runs, varint pairs (not done, done), or bits, 1 for
 * what is not done, the lowest first. Runs are short while what is not done lies together; bits cost the same whatever it looks like, as when
 * one tenant of many is held. What lies behind is not known: whoever reads it takes that for not done, so that cutting repeats records and
 * never skips one.
 */

/** Half-open. */
export interface Range {
  readonly from: number;
  readonly to: number;
}

/** A cursor's progress. */
export interface Progress {
  /** All below is done. */
  readonly low: number;
  readonly form: 'runs' | 'bits';
  readonly bytes: Uint8Array;
}

// Bits may be some times longer than runs: they are copied, and runs are looked for one by one.
const leastRunsBytes = 1024;
const positionsPerRunsByte = 64;
const wordBits = 32;

/** The progress of a cursor that has passed every position below `end` but the pending ones; as much of it as fits. */
export function encodeProgress(pending: PositionSet, end: number, maxBytes: number): Progress {
  const low = pending.first ?? end;
  const bitsLow = low - (low % wordBits);
  const bitsEnd = Math.min(end, bitsLow + 8 * maxBytes);
  const mostRunsBytes = Math.min(maxBytes, Math.max(leastRunsBytes, (end - low) / positionsPerRunsByte));
  const runs = encodeRuns(pending, { from: low, to: end }, mostRunsBytes);
  if (runs.end >= bitsEnd) return { low, form: 'runs', bytes: runs.bytes };
  return { low: bitsLow, form: 'bits', bytes: pending.bits(bitsLow, bitsEnd) };
}

/** What is pending, and up to where that is known: not above `end`, the end of the log when it was stored. Throws a RangeError when runs are
 *  cut in the middle of a number. */
export function decodeProgress(progress: Progress, end: number): { readonly pending: Iterable<Range>; readonly end: number } {
  const { low, form, bytes } = progress;
  if (form === 'runs') return decodeRuns(low, bytes);
  const bitsEnd = Math.min(end, low + 8 * bytes.length);
  return { pending: rangesOf(bytes, low, bitsEnd), end: Math.max(low, bitsEnd) };
}

function encodeRuns(pending: PositionSet, { from, to }: Range, maxBytes: number): { readonly bytes: Uint8Array; readonly end: number } {
  const runs: number[] = [];
  let at = from;
  while (at < to) {
    const doneFrom = pending.gap(at);
    const doneTo = pending.next(doneFrom) ?? to;
    const length = runs.length;
    pushVarint(runs, doneFrom - at);
    pushVarint(runs, doneTo - doneFrom);
    if (runs.length > maxBytes) {
      runs.length = length;
      break;
    }
    at = doneTo;
  }
  return { bytes: Uint8Array.from(runs), end: at };
}

function decodeRuns(low: number, runs: Uint8Array): { readonly pending: readonly Range[]; readonly end: number } {
  const pending: Range[] = [];
  let position = low;
  let at = 0;
  const next = (): number => {
    let value = 0;
    for (let factor = 1; at < runs.length; factor *= 128) {
      const byte = runs[at] ?? 0;
      at += 1;
      value += (byte & 0x7f) * factor;
      if (byte < 0x80) return value;
    }
    throw new RangeError('the runs of a cursor end in the middle of a number');
  };
  while (at < runs.length) {
    const from = position;
    position += next();
    if (position > from) pending.push({ from, to: position });
    position += next();
  }
  return { pending, end: position };
}

/** Yielded one by one: there may be millions. */
function* rangesOf(bits: Uint8Array, low: number, end: number): Generator<Range> {
  let from: number | undefined;
  for (let position = low; position < end; position++) {
    const at = position - low;
    const isPending = ((bits[at >>> 3] ?? 0) & (1 << (at & 7))) !== 0;
    if (isPending) from ??= position;
    else if (from !== undefined) {
      yield { from, to: position };
      from = undefined;
    }
  }
  if (from !== undefined) yield { from, to: end };
}

function pushVarint(into: number[], value: number): void {
  let rest = value;
  for (; rest >= 0x80; rest = Math.floor(rest / 128)) into.push((rest % 128) | 0x80);
  into.push(rest);
}

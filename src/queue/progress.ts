import type { PositionSet } from './position-set.ts';

/*
 * What a cursor is done with, as it is stored: all below `low`, and from there on runs, varint pairs (not done, done). What lies behind the
 * last run is not known: whoever reads it takes that for not done, so that cutting runs repeats records and never skips one.
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
  readonly runs: Uint8Array;
}

/** The progress of a cursor that has passed every position below `end` but the pending ones; as many runs as fit. */
export function encodeProgress(pending: PositionSet, end: number, maxBytes: number): Progress {
  const low = pending.first ?? end;
  const runs: number[] = [];
  for (let at = low; at < end; ) {
    const doneFrom = pending.gap(at);
    const doneTo = pending.next(doneFrom) ?? end;
    const length = runs.length;
    pushVarint(runs, doneFrom - at);
    pushVarint(runs, doneTo - doneFrom);
    if (runs.length > maxBytes) {
      runs.length = length;
      break;
    }
    at = doneTo;
  }
  return { low, runs: Uint8Array.from(runs) };
}

/** What is pending, and up to where that is known. Throws a RangeError when the runs are cut in the middle of a number. */
export function decodeProgress(progress: Progress): { readonly pending: readonly Range[]; readonly end: number } {
  const { low, runs } = progress;
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

function pushVarint(into: number[], value: number): void {
  let rest = value;
  for (; rest >= 0x80; rest = Math.floor(rest / 128)) into.push((rest % 128) | 0x80);
  into.push(rest);
}

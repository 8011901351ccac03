import { gunzipSync } from 'node:zlib';
import protobuf from 'protobufjs/minimal.js';
import { Invalid, messageOf } from '../core/errors.ts';
import { perftools } from '../gen/pprof/index.js';
import { withNumbers } from './number-reader.ts';

/** What a pprof holds, in a few lines. */
export interface PprofSummary {
  /** Sample types in their order, each with the sum over all samples. */
  readonly types: readonly { readonly type: string; readonly unit: string; readonly total: number }[];
  /** Distinct stacks. */
  readonly samples: number;
  /** The functions with the largest self value of the default sample type, largest first. */
  readonly top: readonly { readonly name: string; readonly self: number; readonly unit: string }[];
  readonly durationNanos: number;
  /** Since the Unix epoch; rounded, as such numbers are above 2^53. */
  readonly timeNanos: number;
}

/** What a profile may inflate to; Pyroscope itself takes 4 MiB (-validation.max-profile-size-bytes). */
const maxInflatedBytes = 64 * 2 ** 20;

type Profile = perftools.profiles.Profile;

/**
 * Sums up a pprof, gzipped or not, with so many of its top functions. Takes 10 ms for a megabyte, so it has no place on the path of
 * profiles. Throws Invalid("malformed") for what is no pprof, by the checks that make Pyroscope refuse one.
 */
export function summarize(profile: Uint8Array, top: number): PprofSummary {
  const decoded = decode(inflate(profile));
  const texts = decoded.stringTable;
  if (texts[0] !== '') throw malformed(`the first string is empty, found ${JSON.stringify(texts[0])}`);
  const types = decoded.sampleType.map(({ type, unit }, at) => ({
    type: textOf(texts, type),
    unit: textOf(texts, unit),
    total: totalOf(decoded, at),
  }));
  if (types.length === 0) throw malformed('there is at least one sample type, found none');
  const chosen = types.findIndex(({ type }) => type === textOf(texts, decoded.defaultSampleType));
  const column = chosen < 0 ? types.length - 1 : chosen;
  const selves = [...selfByFunction(decoded, column)].sort(([, a], [, b]) => b - a);
  return {
    types,
    samples: decoded.sample.length,
    top: selves.slice(0, top).map(([name, self]) => ({ name, self, unit: types[column]?.unit ?? '' })),
    durationNanos: decoded.durationNanos,
    timeNanos: decoded.timeNanos,
  };
}

function inflate(profile: Uint8Array): Uint8Array {
  if (profile[0] !== 0x1f || profile[1] !== 0x8b) return profile;
  try {
    return gunzipSync(profile, { maxOutputLength: maxInflatedBytes });
  } catch (error) {
    throw malformed(`a gzipped one inflates, to at most ${maxInflatedBytes} bytes: ${messageOf(error)}`, error);
  }
}

function decode(bytes: Uint8Array): Profile {
  try {
    return perftools.profiles.Profile.decode(withNumbers(protobuf.Reader.create(bytes)));
  } catch (error) {
    throw malformed(`it decodes as perftools.profiles.Profile: ${messageOf(error)}`, error);
  }
}

function totalOf(profile: Profile, column: number): number {
  let total = 0;
  for (const { value } of profile.sample) {
    if (value?.length !== profile.sampleType.length) {
      throw malformed(`a sample has a value for each of the ${profile.sampleType.length} types, found ${value?.length ?? 0}`);
    }
    total += value[column] ?? 0;
  }
  return total;
}

/** A stack begins with its leaf, and the lines of a location with the function that was inlined into all others (pprof profile.proto). */
function selfByFunction(profile: Profile, column: number): Map<string, number> {
  const functions = new Map(profile.function.map(({ id, name }) => [id, textOf(profile.stringTable, name)]));
  const leaves = new Map(
    profile.location.map(({ id, line, address }) => [id, functions.get(line?.[0]?.functionId) ?? `0x${(address ?? 0).toString(16)}`]),
  );
  const selves = new Map<string, number>();
  for (const { locationId, value } of profile.sample) {
    const leaf = locationId?.[0];
    const name = leaf === undefined ? '(no stack)' : leaves.get(leaf);
    if (name === undefined) throw malformed(`the locations of a sample are listed, found the unlisted id ${leaf}`);
    selves.set(name, (selves.get(name) ?? 0) + (value?.[column] ?? 0));
  }
  return selves;
}

function textOf(texts: readonly string[], index: number | null | undefined): string {
  const text = texts[index ?? 0];
  if (text === undefined) throw malformed(`strings are among the ${texts.length} of the table, found index ${index}`);
  return text;
}

function malformed(expected: string, cause?: unknown): Invalid {
  return new Invalid('malformed', `not a pprof, of which is expected that ${expected}`, { cause });
}

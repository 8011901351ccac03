import { readFileSync } from 'node:fs';
import { messageOf } from '../../core/errors.ts';
import type { Payload } from '../../core/profile.ts';
import { payloadOf } from '../../wire/push.ts';
import { exitCode } from '../exit-code.ts';

/** The way a profile comes. */
export type Way = 'push' | 'ingest';

/** A profile as it would come. */
export function payloadFor(way: Way, profile: Uint8Array): Payload {
  if (way === 'push') return payloadOf(profile);
  return { kind: 'ingest', path: '/ingest', query: 'format=pprof', contentTypes: [], body: [profile] };
}

/** A file that a verb or a test names cannot be read. */
class UnreadableFile extends Error {
  readonly exitCode = exitCode.config;
}

/** The bytes of a profile in a file. Throws a sentence that names it. */
export function readProfile(file: string): Uint8Array {
  try {
    return readFileSync(file);
  } catch (why) {
    throw new UnreadableFile(`the profile cannot be read: ${messageOf(why)}`, { cause: why });
  }
}

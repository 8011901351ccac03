import path from 'node:path';
import type { StoredProfile } from './profiles.ts';

const longestPart = 100;

/** Where a profile goes below the directory: TENANT/SERVICE/TYPE/TIME-NUMBER.EXTENSION, without what it has not. `number` tells apart what
 *  came in the same millisecond. */
export function pathOf(profile: StoredProfile, receivedAt: number, number: number): string {
  const folders = [profile.tenant, profile.service === '' ? 'unknown_service' : profile.service, profile.type].filter(
    (part) => part !== '',
  );
  return path.join(...folders.map(safePart), `${timeOf(receivedAt)}-${String(number).padStart(6, '0')}${profile.extension}`);
}

/** When a file that pathOf() named was received, as a text that sorts by time; undefined for a file that is not ours. */
export function timeInName(name: string): string | undefined {
  return /^(\d{8}T\d{6}\.\d{3}Z-\d{6,})\.[a-z.]+$/.exec(name)?.[1];
}

/** A label value as one part of a path, whatever is in it: no separator, no way up, nothing a shell would have to quote. */
function safePart(text: string): string {
  const encoded = text.replace(/[^A-Za-z0-9._-]/gu, (character) =>
    [...Buffer.from(character)].map((byte) => `%${byte.toString(16).toUpperCase().padStart(2, '0')}`).join(''),
  );
  return encoded.replace(/^\.+/, (dots) => '%2E'.repeat(dots.length)).slice(0, longestPart);
}

/** "20261125T120000.000Z": as toISOString(), without what some file systems do not take. */
function timeOf(ms: number): string {
  // biome-ignore lint/style/noRestrictedGlobals: formats a time, asks no clock
  return new Date(ms).toISOString().replace(/[-:]/g, '');
}

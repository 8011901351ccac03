import { randomBytes } from 'node:crypto';
import { DirectoryError } from './directory-error.ts';
import { type Files, writeAll } from './files.ts';
import { logIdBytes } from './frame.ts';

/** The format of the directory as a whole that is written, and the newest that is read. */
export const formatVersion = 1;
/** The first release that reads this format. */
const neededRelease = '0.1.0';
const fileName = 'log.json';

/** A log's id, 16 random bytes that stand in every file of it. */
export type LogId = Uint8Array;

/** An id for a log that has none. */
export function newLogId(): LogId {
  return randomBytes(logIdBytes);
}

/** The id of the log in a directory; undefined when its file is missing or damaged. Throws DirectoryError when a later release wrote it. */
export async function readIdentity(files: Files, dir: string): Promise<LogId | undefined> {
  const bytes = await files.read(`${dir}/${fileName}`);
  const facts = bytes === undefined ? undefined : parse(bytes);
  if (facts === undefined) return undefined;
  if (typeof facts['version'] === 'number' && facts['version'] > formatVersion) {
    const needs = typeof facts['needs'] === 'string' ? facts['needs'] : 'a later release';
    throw new DirectoryError(
      dir,
      `it has format ${facts['version']} and this build knows format ${formatVersion}: it needs flamegate ${needs}; nothing was changed`,
    );
  }
  const id = typeof facts['id'] === 'string' ? Buffer.from(facts['id'], 'hex') : undefined;
  return id?.length === logIdBytes ? id : undefined;
}

/** Resolves when the id survives a power loss. */
export async function writeIdentity(files: Files, dir: string, id: LogId): Promise<void> {
  const path = `${dir}/${fileName}`;
  const facts = { format: 'flamegate queue', version: formatVersion, needs: neededRelease, id: Buffer.from(id).toString('hex') };
  await files.remove(`${path}.new`);
  const file = await files.open(`${path}.new`, 'new');
  try {
    await writeAll(file, [Buffer.from(`${JSON.stringify(facts, undefined, 2)}\n`)], 0);
    await file.sync();
  } finally {
    await file.close();
  }
  await files.rename(`${path}.new`, path);
  await files.syncDir(dir);
}

function parse(bytes: Uint8Array): Record<string, unknown> | undefined {
  try {
    const facts: unknown = JSON.parse(Buffer.from(bytes).toString());
    return typeof facts === 'object' && facts !== null ? { ...facts } : undefined;
  } catch {
    return undefined; // damaged: the segments know the id too
  }
}

import { randomBytes } from 'node:crypto';
import { DirectoryError } from './directory-error.ts';
import { type Files, isFull, writeAll } from './files.ts';
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

/** What a log says of itself. */
export interface Identity {
  readonly id: LogId;
  /** Names of the cursors that have a place in it: so that one whose file is gone is missed. Earlier builds said nothing of them. */
  readonly cursors: readonly string[];
}

/** What the log in a directory says of itself; undefined when its file is missing or damaged. Throws DirectoryError when a later release wrote
 *  it. */
export async function readIdentity(files: Files, dir: string): Promise<Identity | undefined> {
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
  if (id?.length !== logIdBytes) return undefined;
  const cursors = Array.isArray(facts['cursors']) ? facts['cursors'].filter((name) => typeof name === 'string') : [];
  return { id, cursors };
}

/** Resolves when it survives a power loss. */
export async function writeIdentity(files: Files, dir: string, { id, cursors }: Identity): Promise<void> {
  const path = `${dir}/${fileName}`;
  const facts = { format: 'flamegate queue', version: formatVersion, needs: neededRelease, id: Buffer.from(id).toString('hex'), cursors };
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

/** Whether the file can be written: it is, under another name. Resolves when the disk is full as well. */
export async function assertWritable(files: Files, dir: string): Promise<void> {
  const path = `${dir}/${fileName}.new`;
  try {
    await files.remove(path);
    await (await files.open(path, 'new')).close();
    await files.remove(path);
  } catch (why) {
    if (!isFull(why)) throw why;
  }
}

function parse(bytes: Uint8Array): Record<string, unknown> | undefined {
  try {
    const facts: unknown = JSON.parse(Buffer.from(bytes).toString());
    return typeof facts === 'object' && facts !== null ? { ...facts } : undefined;
  } catch {
    return undefined; // damaged: the segments know the id too
  }
}

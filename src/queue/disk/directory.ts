import { dirname } from 'node:path';
import { messageOf } from '../../core/errors.ts';
import type { Births } from '../ages.ts';
import { DirectoryError } from './directory-error.ts';
import { type Files, isFull } from './files.ts';
import { assertWritable, type Identity, newLogId, readIdentity } from './identity.ts';
import { ownerOf } from './owner.ts';
import { type Found, findLog } from './recovery.ts';

/** Where a log is. */
export interface Directory {
  readonly dir: string;
  readonly files: Files;
  /** False where something above it is locked already: the dead letters of a log. */
  readonly lock: boolean;
}

/** A directory that is ours, and what was found in it. */
export interface OpenDirectory extends Found {
  readonly id: Uint8Array;
  /** What log.json says; undefined when it is missing or damaged. */
  readonly identity: Identity | undefined;
  readonly unlock: () => void;
}

/**
 * Makes, locks and reads a directory. A full disk is no reason to fail: the first append that is stored writes what could not be written.
 * Rejects with DirectoryError when another process has it, when it cannot be written or read, or when a later release wrote it, and then
 * nothing was changed.
 */
export async function openDirectory({ dir, files, lock }: Directory, births: Births): Promise<OpenDirectory> {
  let unlock: (() => void) | undefined;
  try {
    await files.makeDir(dir);
    const identity = await readIdentity(files, dir);
    unlock = lock ? await lockDirectory(files, dir) : () => {};
    const found = await findLog({ files, dir, births }, identity);
    await assertWritable(files, dir);
    await syncAbove(files, dir, lock);
    return { ...found, id: found.id ?? newLogId(), identity, unlock };
  } catch (why) {
    unlock?.();
    if (why instanceof DirectoryError) throw why;
    throw new DirectoryError(dir, `${messageOf(why)}${await ownerOf(files, dir)}`, { cause: why });
  }
}

async function lockDirectory(files: Files, dir: string): Promise<() => void> {
  const unlock = await files.lock(`${dir}/LOCK`);
  if (unlock === undefined) throw new DirectoryError(dir, 'another process is using it; one process at a time may');
  return unlock;
}

/** A start that was cut short may have left the directory's name unsynced in the one above, and with dead letters that one's name too. */
async function syncAbove(files: Files, dir: string, lock: boolean): Promise<void> {
  const above = dirname(dir);
  if (lock) {
    await files.syncDir(above).catch(() => {}); // not ours to read, perhaps, and then not made by us
    return;
  }
  for (const ours of [above, dirname(above)]) {
    await files.syncDir(ours).catch((why: unknown) => {
      if (!isFull(why)) throw why;
    });
  }
}

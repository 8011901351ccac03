import { statfsSync } from 'node:fs';
import { type FileHandle, mkdir, open, readdir, readFile, realpath, rename, rmdir, stat, statfs, unlink } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { lockFile } from './lock.ts';

/**
 * The few file operations that a log on disk uses. Tests put a layer in their place that records, fails, tears and forgets. Every rejection
 * is an error with a `code` such as ENOSPC.
 */
export interface Files {
  /** `new`: to read and write, must not exist. `write`: to read and write, must exist. `read`: to read. */
  open(path: string, mode: 'new' | 'write' | 'read'): Promise<OpenFile>;
  /** The whole of a small file; undefined when there is none. */
  read(path: string): Promise<Uint8Array | undefined>;
  /** Names in a directory; none when there is no such directory. */
  list(dir: string): Promise<readonly string[]>;
  /** With the directories above it. Those that it makes survive a power loss. */
  makeDir(dir: string): Promise<void>;
  rename(from: string, to: string): Promise<void>;
  /** No error when it is gone already. */
  remove(path: string): Promise<void>;
  /** Only an empty one. */
  removeDir(dir: string): Promise<void>;
  /** Makes what appeared in, or went from, a directory survive a power loss. */
  syncDir(dir: string): Promise<void>;
  describe(dir: string): Promise<{ readonly uid: number; readonly mode: number; readonly device: number }>;
  /** Without links: two names of one directory are one. */
  realPath(dir: string): Promise<string>;
  /** Bytes of the volume that a directory is on. */
  space(dir: string): Promise<{ readonly freeBytes: number; readonly totalBytes: number }>;
  /** Bytes free on the volume of this directory at this moment. Throws when it does not say. */
  freeBytesNow(dir: string): number;
  /** Locks a file, made if need be, until the result is called or the process ends; undefined when another process has it. */
  lock(path: string): Promise<(() => void) | undefined>;
}

/** An open file. */
export interface OpenFile {
  /** Bytes that were written, fewer than asked for when the system could not take them all. */
  write(pieces: readonly Uint8Array[], at: number): Promise<number>;
  /** Bytes that were read, fewer than fit at the end of the file. */
  read(into: Uint8Array, at: number): Promise<number>;
  /** fdatasync: data, and what is needed to find it again. */
  sync(): Promise<void>;
  size(): Promise<number>;
  truncate(sizeBytes: number): Promise<void>;
  close(): Promise<void>;
}

/** What failed in an error of the file layer: ENOSPC, EIO, EACCES; empty when it says nothing. */
export function errorCode(why: unknown): string {
  return why instanceof Error && 'code' in why ? String(why.code) : '';
}

/** Whether there is no room left, on the volume or in a quota. */
export function isFull(why: unknown): boolean {
  return errorCode(why) === 'ENOSPC' || errorCode(why) === 'EDQUOT';
}

/** Whether the device says that it cannot give or take these bytes: a bad sector. */
export function isBadSector(why: unknown): boolean {
  return errorCode(why) === 'EIO';
}

/** Writes all of the pieces, however many calls it takes. */
export async function writeAll(file: OpenFile, pieces: readonly Uint8Array[], at: number): Promise<void> {
  let rest = pieces;
  let position = at;
  while (rest.length > 0) {
    const written = await file.write(rest, position);
    if (written === 0) throw Object.assign(new Error('a write took no bytes'), { code: 'EIO' });
    position += written;
    rest = without(rest, written);
  }
}

/** Reads as many bytes as fit; fewer only at the end of the file. */
export async function readAll(file: OpenFile, into: Uint8Array, at: number): Promise<number> {
  let filled = 0;
  while (filled < into.length) {
    const read = await file.read(into.subarray(filled), at + filled);
    if (read === 0) break;
    filled += read;
  }
  return filled;
}

const pageBytes = 4096;

/** As readAll(), with zeroes for pages that the device cannot give any more. */
export async function salvage(file: OpenFile, into: Uint8Array, at: number): Promise<number> {
  try {
    return await readAll(file, into, at);
  } catch (why) {
    if (!isBadSector(why)) throw why;
  }
  const length = Math.min(into.length, Math.max(0, (await file.size()) - at));
  for (let done = 0; done < length; ) {
    const page = into.subarray(done, Math.min(length, done + pageBytes - ((at + done) % pageBytes)));
    try {
      await readAll(file, page, at + done);
    } catch (why) {
      if (!isBadSector(why)) throw why;
      page.fill(0);
    }
    done += page.length;
  }
  return length;
}

/** The pieces less so many bytes at their start. */
function without(pieces: readonly Uint8Array[], bytes: number): readonly Uint8Array[] {
  let left = bytes;
  for (const [at, piece] of pieces.entries()) {
    if (left < piece.length) return [piece.subarray(left), ...pieces.slice(at + 1)];
    left -= piece.length;
  }
  return [];
}

// A directory's owner alone may read payloads.
const dirMode = 0o700;
const fileMode = 0o600;
const openFlags = { new: 'wx+', write: 'r+', read: 'r' } as const;

async function makeDir(dir: string): Promise<void> {
  for (const made of await makeDirectories(dir, dirMode)) await syncDir(dirname(made));
}

/**
 * Makes a directory and those above it; resolves to those that it made, the highest first. One level at a time: Node's own recursive mkdir never
 * returns where a file system makes no directories, as below /proc.
 */
export async function makeDirectories(dir: string, mode?: number): Promise<readonly string[]> {
  const whole = resolve(dir);
  try {
    return (await makeOne(whole, mode)) ? [whole] : [];
  } catch (why) {
    const above = dirname(whole);
    if (errorCode(why) !== 'ENOENT' || above === whole) throw why;
    const made = await makeDirectories(above, mode);
    return (await makeOne(whole, mode)) ? [...made, whole] : made;
  }
}

/** False when it is there already. */
async function makeOne(dir: string, mode: number | undefined): Promise<boolean> {
  try {
    await mkdir(dir, mode);
    return true;
  } catch (why) {
    if (errorCode(why) === 'ENOENT' || !(await isDirectory(dir))) throw why;
    return false;
  }
}

async function isDirectory(path: string): Promise<boolean> {
  try {
    return (await stat(path)).isDirectory();
  } catch {
    return false;
  }
}

async function syncDir(dir: string): Promise<void> {
  const handle = await open(dir, 'r');
  await handle.sync().finally(() => handle.close());
}

/** The file system itself. */
export const systemFiles: Files = {
  open: async (path, mode) => openFile(await open(path, openFlags[mode], fileMode)),
  read: (path) => readFile(path).catch(unlessMissing(undefined)),
  list: (dir) => readdir(dir).catch(unlessMissing([])),
  makeDir,
  rename,
  remove: (path) => unlink(path).catch(unlessMissing(undefined)),
  removeDir: (dir) => rmdir(dir),
  syncDir,
  describe: async (dir) => {
    const { uid, mode, dev } = await stat(dir);
    return { uid, mode: mode & 0o7777, device: dev };
  },
  realPath: (dir) => realpath(dir),
  space: async (dir) => {
    const { bavail, blocks, bsize } = await statfs(dir);
    return { freeBytes: bavail * bsize, totalBytes: blocks * bsize };
  },
  freeBytesNow: (dir) => {
    const { bavail, bsize } = statfsSync(dir);
    return bavail * bsize;
  },
  lock: async (path) => lockFile(path),
};

function openFile(handle: FileHandle): OpenFile {
  return {
    write: async (pieces, at) => (await handle.writev(pieces, at)).bytesWritten,
    read: async (into, at) => (await handle.read(into, 0, into.length, at)).bytesRead,
    sync: () => handle.datasync(),
    size: async () => (await handle.stat()).size,
    truncate: (sizeBytes) => handle.truncate(sizeBytes),
    close: () => handle.close(),
  };
}

function unlessMissing<T>(instead: T): (why: unknown) => T {
  return (why) => {
    if (errorCode(why) === 'ENOENT') return instead;
    throw why;
  };
}

import { readdir, rename, rm, rmdir, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { makeDirectories } from '../../queue/disk/files.ts';

/** The few file operations of this exporter; tests swap it for one whose disk is full. */
export interface Files {
  /** Makes a directory and those above it. */
  makeDirectory(dir: string): Promise<void>;
  /** Every file below, with its size. */
  list(dir: string): Promise<readonly FoundFile[]>;
  /** Writes a file that nobody sees before it is whole. */
  write(file: string, bytes: Uint8Array): Promise<void>;
  /** Removes a file, and the directories above it that are empty then, up to `dir`. A file that is gone is no failure. */
  remove(file: string, dir: string): Promise<void>;
}

/** A file below a directory. */
export interface FoundFile {
  readonly path: string;
  readonly sizeBytes: number;
}

/** The machine's. */
export const realFiles: Files = {
  async makeDirectory(dir) {
    await makeDirectories(dir);
  },
  async list(dir) {
    const found = await filesBelow(dir);
    return Promise.all(found.map(async (file) => ({ path: file, sizeBytes: (await stat(file)).size })));
  },
  async write(file, bytes) {
    const unfinished = `${file}.unfinished`;
    try {
      await writeFile(unfinished, bytes);
      await rename(unfinished, file);
    } catch (why) {
      await rm(unfinished, { force: true });
      throw why;
    }
  },
  async remove(file, dir) {
    await rm(file, { force: true });
    for (let parent = path.dirname(file); parent !== dir && parent.startsWith(dir); parent = path.dirname(parent)) {
      try {
        await rmdir(parent);
      } catch {
        return; // not empty: somebody else's profiles are in it
      }
    }
  },
};

/** Folders below that may not be read are somebody else's: the root of a volume holds a lost+found of root. */
async function filesBelow(dir: string): Promise<readonly string[]> {
  const files: string[] = [];
  const folders = [dir];
  for (const folder of folders) {
    const entries = await readdir(folder, { withFileTypes: true }).catch((why: NodeJS.ErrnoException) => {
      if (folder !== dir && (why.code === 'EACCES' || why.code === 'EPERM')) return [];
      throw why;
    });
    for (const entry of entries) {
      const name = path.join(folder, entry.name);
      if (entry.isFile()) files.push(name);
      else if (entry.isDirectory()) folders.push(name); // the loop goes on with what is added
    }
  }
  return files;
}

import { basename, dirname } from 'node:path';
import type { Files, OpenFile } from './files.ts';

/**
 * A file system on which a log can be opened and looked at while nothing in it is changed: what would be written, renamed or deleted is not.
 * Another process may not have the directory open; where nobody can write, nobody has to be kept out.
 */
export function readOnly(files: Files): Files {
  return {
    open: async (path, mode) => (mode === 'new' ? nowhere : withoutWrites(await files.open(path, 'read'))),
    read: (path) => files.read(path),
    list: (dir) => files.list(dir),
    makeDir: async () => {},
    rename: async () => {},
    remove: async () => {},
    removeDir: async () => {},
    syncDir: async () => {},
    describe: (dir) => files.describe(dir),
    realPath: (dir) => files.realPath(dir),
    space: (dir) => files.space(dir),
    freeBytesNow: (dir) => files.freeBytesNow(dir),
    async lock(path) {
      if (!(await files.list(dirname(path))).includes(basename(path))) return () => {};
      return files.lock(path).catch(() => () => {});
    },
  };
}

const nowhere: OpenFile = {
  write: async (pieces) => pieces.reduce((sum, { length }) => sum + length, 0),
  read: async () => 0,
  sync: async () => {},
  size: async () => 0,
  truncate: async () => {},
  close: async () => {},
};

function withoutWrites(file: OpenFile): OpenFile {
  return { ...nowhere, read: (into, at) => file.read(into, at), size: () => file.size(), close: () => file.close() };
}

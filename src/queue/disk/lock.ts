import { basename } from 'node:path';
import { DatabaseSync } from 'node:sqlite';

// sqlite.org/rescode.html
const busy = 5;
const notWritable = [8, 14]; // SQLITE_READONLY, SQLITE_CANTOPEN

/**
 * Holds a file for the life of this process: undefined when another process holds it. The kernel lets go when the process ends, however it
 * ends, and knows nothing of process ids, which are 1 in every container; Node has no flock, so the lock is the one that SQLite takes for an
 * exclusive transaction. Its journal stays in memory: no second file appears. Throws when the file cannot be made or read.
 */
export function lockFile(path: string): (() => void) | undefined {
  let database: DatabaseSync | undefined;
  try {
    database = new DatabaseSync(path, { timeout: 0 });
    database.exec('PRAGMA journal_mode = MEMORY');
    database.exec('BEGIN EXCLUSIVE');
  } catch (why) {
    database?.close();
    const code = why instanceof Error && 'errcode' in why ? Number(why.errcode) : 0;
    if (code === busy) return undefined;
    throw notWritable.includes(code) ? new Error(`its file ${basename(path)} cannot be opened for writing`, { cause: why }) : why;
  }
  const held = database;
  return () => held.close();
}

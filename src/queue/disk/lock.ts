import { DatabaseSync } from 'node:sqlite';

/** SQLITE_BUSY (sqlite.org/rescode.html). */
const busy = 5;

/**
 * Holds a file for the life of this process: undefined when another process holds it. The kernel lets go when the process ends, however it
 * ends, and knows nothing of process ids, which are 1 in every container; Node has no flock, so the lock is the one that SQLite takes for an
 * exclusive transaction. Its journal stays in memory: no second file appears. Throws when the file cannot be made or read.
 */
export function lockFile(path: string): (() => void) | undefined {
  const database = new DatabaseSync(path, { timeout: 0 });
  try {
    database.exec('PRAGMA journal_mode = MEMORY');
    database.exec('BEGIN EXCLUSIVE');
  } catch (why) {
    database.close();
    if (why instanceof Error && 'errcode' in why && why.errcode === busy) return undefined;
    throw why;
  }
  return () => database.close();
}

import { createHash } from 'node:crypto';
import { type FSWatcher, readdirSync, readFileSync, statSync, watch } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Clock } from '../core/clock.ts';
import type { Logger } from '../core/component.ts';
import { messageOf } from '../core/errors.ts';

// An editor writes a file in several steps and Kubernetes swaps a whole directory of links in three events (seen): wait until it is quiet.
const quietMs = 200;
// Where the system tells nothing of a change (a link into another directory, a network file system) it is found by looking.
const lookMs = 30_000;
const lookOftenMs = 2_000;

/** What to watch. */
export interface WatchOptions {
  /** Files or directories, as given to `run`. */
  readonly paths: readonly string[];
  /** contentOf() the paths when they were read: what changed since then is a change. Without it that of now. */
  readonly seen?: string;
  readonly clock: Clock;
  readonly log: Logger;
  /** The content of one of them is another one now. Not called for a touch, nor twice for one change. */
  readonly onChange: () => void;
}

/**
 * Watches files by their directories, since a file that is replaced (as Kubernetes' `..data` link does it) sends no event of its own, and
 * compares contents, since events tell little. When the system has no watch left it looks every 2 s and says so once. The result stops it.
 */
export function watchFiles({ paths, seen: given, clock, log, onChange }: WatchOptions): () => void {
  let seen = given ?? contentOf(paths);
  let cancelQuiet = (): void => {};
  const watchers: FSWatcher[] = [];
  const everyMs = tryWatch() ? lookMs : lookOftenMs;
  let cancelLook = clock.after(everyMs, lookAndGoOn);
  if (given !== undefined) cancelQuiet = clock.after(quietMs, look);

  return () => {
    cancelQuiet();
    cancelLook();
    for (const watcher of watchers) watcher.close();
  };

  function look(): void {
    const now = contentOf(paths);
    if (now === seen) return;
    seen = now;
    onChange();
  }

  function lookAndGoOn(): void {
    look();
    cancelLook = clock.after(everyMs, lookAndGoOn);
  }

  function tryWatch(): boolean {
    try {
      for (const directory of new Set(paths.map(directoryOf))) {
        const watcher = watch(directory, { persistent: false }, () => {
          cancelQuiet();
          cancelQuiet = clock.after(quietMs, look);
        });
        // The directory went, or its watch did: looking every now and then goes on.
        watcher.on('error', (why) =>
          log.warn('a watch on the configuration ended; its files are polled instead', { directory, reason: why.message }),
        );
        watchers.push(watcher);
      }
      return true;
    } catch (why) {
      log.warn('cannot watch the configuration; its files are polled instead', {
        every: `${lookOftenMs / 1000}s`,
        reason: messageOf(why),
      });
      return false;
    }
  }
}

function directoryOf(path: string): string {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() === true ? path : dirname(path);
}

/** A hash of all contents, in order; a file that cannot be read just now counts by its error. */
export function contentOf(paths: readonly string[]): string {
  const hash = createHash('sha256');
  for (const path of paths.flatMap(filesOf)) {
    hash.update(`\0${path}\0`);
    try {
      hash.update(readFileSync(path));
    } catch (why) {
      hash.update(messageOf(why));
    }
  }
  return hash.digest('hex');
}

function filesOf(path: string): readonly string[] {
  try {
    if (!statSync(path).isDirectory()) return [path];
    return readdirSync(path)
      .sort()
      .map((name) => join(path, name));
  } catch {
    return [path]; // reading it says why it cannot be read
  }
}

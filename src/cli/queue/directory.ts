import { systemClock } from '../../core/clock.ts';
import { deadDir } from '../../queue/dead-letters.ts';
import { cursorNameOf } from '../../queue/disk/cursor-file.ts';
import { DirectoryError } from '../../queue/disk/directory-error.ts';
import { type Files, systemFiles } from '../../queue/disk/files.ts';
import { readOnly } from '../../queue/disk/read-only-files.ts';
import type { DiskReport } from '../../queue/disk/report.ts';
import { DiskLog } from '../../queue/disk.ts';
import type { Limits } from '../../queue/log.ts';

/** The queue directory of a gateway that does not run. */
export interface QueueDirectory {
  readonly dir: string;
  readonly log: DiskLog;
  /** Dead letters by endpoint. */
  readonly dead: ReadonlyMap<string, DiskLog>;
  /** What opening and reading it brought to light. */
  readonly found: Findings;
  /** The dead letters of an endpoint, made if need be. */
  deadOf(endpoint: string): Promise<DiskLog>;
  close(): Promise<void>;
}

/** Damage, as it comes to light. */
export interface Findings {
  damagedRecords: number;
  readonly setAside: string[];
  readonly foreign: string[];
  /** Endpoints whose place was missing or damaged. */
  readonly lostPlaces: string[];
  readonly failures: string[];
}

// The gateway knows its max_size, the directory does not: nothing is dropped here.
const unlimited: Limits = { maxSizeBytes: Number.MAX_SAFE_INTEGER, overflow: 'refuse', fsync: 'group' };

/** The one cursor of a log of dead letters. */
export const deadCursor = 'dead';

/** Whether there is a queue in a directory. */
export async function isQueue(dir: string, files: Files = systemFiles): Promise<boolean> {
  return (await files.list(dir)).some((name) => name === 'log.json' || /^[0-9a-f]{16}\.seg$/.test(name));
}

/** Opens a directory: to look at, when nothing in it is changed, or to change, or to make if need be. Rejects with DirectoryError when there is
 *  no queue in it or when a gateway has it. */
export async function openQueue(dir: string, how: 'look' | 'change' | 'make'): Promise<QueueDirectory> {
  if (how !== 'make' && !(await isQueue(dir))) throw new DirectoryError(dir, 'there is no queue in it');
  const files = how === 'look' ? readOnly(systemFiles) : systemFiles;
  const found: Findings = { damagedRecords: 0, setAside: [], foreign: [], lostPlaces: [], failures: [] };
  const open = (path: string, lock: boolean): Promise<DiskLog> =>
    DiskLog.open({ dir: path, files, lock, limits: unlimited, clock: systemClock, report: reportTo(found, path) });
  const log = await open(dir, true);
  const dead = new Map<string, DiskLog>();
  const deadOf = async (endpoint: string): Promise<DiskLog> => {
    const known = dead.get(endpoint) ?? (await open(deadDir(dir, endpoint), false));
    dead.set(endpoint, known);
    return known;
  };
  const close = async (): Promise<void> => {
    for (const each of dead.values()) await each.close();
    await log.close();
  };
  try {
    for (const name of await endpointsWithDeadLetters(dir, files)) await deadOf(name);
  } catch (why) {
    await close();
    throw why;
  }
  return { dir, log, dead, found, deadOf, close };
}

/** Runs with an open directory and closes it, whatever the outcome. */
export async function withQueue<T>(dir: string, how: 'look' | 'change' | 'make', run: (queue: QueueDirectory) => Promise<T>): Promise<T> {
  const queue = await openQueue(dir, how);
  try {
    return await run(queue);
  } finally {
    await queue.close();
  }
}

/** Endpoints that have a directory of dead letters. */
export async function endpointsWithDeadLetters(dir: string, files: Files): Promise<string[]> {
  const names: string[] = [];
  for (const file of [...(await files.list(`${dir}/dead`))].sort()) {
    const name = cursorNameOf(`${file}.cur`);
    if (name !== undefined && (await isQueue(`${dir}/dead/${file}`, files))) names.push(name);
  }
  return names;
}

function reportTo(found: Findings, dir: string): DiskReport {
  return {
    opened({ setAside, foreign, lostPlaces }) {
      found.lostPlaces.push(...lostPlaces.map((name) => `${dir}: ${name}`));
      found.setAside.push(...setAside.map((text) => `${dir}/${text}`));
      found.foreign.push(...foreign.map((name) => `${dir}/${name}`));
    },
    damaged(records) {
      found.damagedRecords += records;
    },
    appended: () => {},
    synced: () => {},
    failed: (what, why) => found.failures.push(`${what}: ${why instanceof Error ? why.message : String(why)}`),
    stored: () => {},
  };
}

import { systemClock } from '../../core/clock.ts';
import { Invalid } from '../../core/errors.ts';
import { exitCode } from '../exit-code.ts';
import type { Io } from '../io.ts';
import { batchOf } from './batch.ts';
import { ensureCursor } from './cursors.ts';
import { deadCursor, type QueueDirectory, withQueue } from './directory.ts';
import { withExporter } from './exporter.ts';
import { ProgressLine } from './progress-line.ts';
import { type Selected, type Selection, select } from './selection.ts';

/** `flamegate queue export`. */
export interface ExportOptions extends Selection {
  readonly dir: string;
  /** Directory of what is written, made if need be. */
  readonly to: string;
  /** As a queue directory, for replay and adopt elsewhere, instead of one file a profile. */
  readonly queue: boolean;
  readonly json: boolean;
}

/** Takes a copy of a record. Throws Invalid when this build cannot read it. */
type Copy = (selected: Selected) => Promise<void>;

const never = new AbortController().signal;

/** Writes records as files that `go tool pprof` reads, each once however many endpoints have not passed it, or as a queue directory. Nothing
 *  leaves the queue. */
export async function runQueueExport(options: ExportOptions, io: Io): Promise<number> {
  const { dir, to } = options;
  const counts = await withQueue(dir, 'look', (queue) =>
    options.queue
      ? withQueue(to, 'make', (into) => copyAll(queue, options, intoQueue(into, options.dead), io))
      : withExporter('file', { dir: to, max_size: Number.MAX_SAFE_INTEGER }, (files) => {
          const write = async ({ record }: Selected): Promise<void> => files.prepare(batchOf(record)).commit({ signal: never });
          return copyAll(queue, options, once(write, options.dead), io);
        }),
  );
  const { records, profiles, unreadable } = counts;
  const rest = unreadable > 0 ? `; ${unreadable} cannot be read by this build` : '';
  io.stdout.write(options.json ? `${JSON.stringify(counts)}\n` : `exported ${records} records with ${profiles} profiles to ${to}${rest}\n`);
  return unreadable > 0 ? exitCode.damaged : exitCode.ok;
}

async function copyAll(queue: QueueDirectory, selection: Selection, copy: (selected: Selected) => Promise<boolean>, io: Io) {
  const progress = new ProgressLine('exported', io, systemClock);
  const counts = { records: 0, profiles: 0, unreadable: 0 };
  for await (const selected of select(queue, selection)) {
    try {
      if (!(await copy(selected))) continue;
      counts.records += 1;
      counts.profiles += selected.record.profiles;
    } catch (why) {
      if (!(why instanceof Invalid)) throw why;
      counts.unreadable += 1;
    }
    progress.update(`${counts.records} records`);
  }
  progress.end();
  return counts;
}

/** Of a record that several endpoints have not passed the first alone; positions of dead letters are each endpoint's own. */
function once(copy: Copy, dead: boolean): (selected: Selected) => Promise<boolean> {
  const seen = new Set<string>();
  return async (selected) => {
    const key = `${dead ? selected.endpoint : ''}\0${selected.position}`;
    if (seen.has(key)) return false;
    seen.add(key);
    await copy(selected);
    return true;
  };
}

function intoQueue(into: QueueDirectory, dead: boolean): (selected: Selected) => Promise<boolean> {
  return async ({ endpoint, record }) => {
    const log = dead ? await into.deadOf(endpoint) : into.log;
    const cursor = dead ? deadCursor : endpoint;
    await ensureCursor(log, cursor, false);
    await log.append([{ ...record, only: cursor }]);
    return true;
  };
}

import { systemClock } from '../../core/clock.ts';
import { Invalid } from '../../core/errors.ts';
import { exitCode } from '../exit-code.ts';
import type { Io } from '../io.ts';
import { batchOf } from './batch.ts';
import { withQueue } from './directory.ts';
import { withExporter } from './exporter.ts';
import { ProgressLine } from './progress-line.ts';
import { type Selection, select } from './selection.ts';

/** `flamegate queue export`. */
export interface ExportOptions extends Selection {
  readonly dir: string;
  /** Directory of the files, made if need be. */
  readonly to: string;
  readonly json: boolean;
}

const never = new AbortController().signal;

/** Writes records as files that `go tool pprof` reads, one a profile; nothing leaves the queue. A record that several endpoints have not
 *  passed is written once. */
export async function runQueueExport(options: ExportOptions, io: Io): Promise<number> {
  const counts = await withQueue(options.dir, 'look', (queue) =>
    withExporter('file', { dir: options.to, max_size: Number.MAX_SAFE_INTEGER }, async (files) => {
      const progress = new ProgressLine('exported', io, systemClock);
      const seen = new Set<string>();
      let [records, profiles, unreadable] = [0, 0, 0];
      for await (const { endpoint, position, record } of select(queue, options)) {
        const key = options.dead ? `${endpoint}\0${position}` : String(position);
        if (seen.has(key)) continue;
        seen.add(key);
        try {
          await files.prepare(batchOf(record)).commit({ signal: never });
        } catch (why) {
          if (!(why instanceof Invalid)) throw why;
          unreadable += 1;
          continue;
        }
        records += 1;
        profiles += record.profiles;
        progress.update(`${records} records`);
      }
      progress.end();
      return { records, profiles, unreadable };
    }),
  );
  const { records, profiles, unreadable } = counts;
  const text = `exported ${records} records with ${profiles} profiles to ${options.to}${unreadable > 0 ? `; ${unreadable} cannot be read by this build` : ''}`;
  io.stdout.write(`${options.json ? JSON.stringify(counts) : text}\n`);
  return unreadable > 0 ? exitCode.damaged : exitCode.ok;
}

import { systemClock } from '../../core/clock.ts';
import { exitCode } from '../exit-code.ts';
import type { Io } from '../io.ts';
import { withQueue } from './directory.ts';
import { ProgressLine } from './progress-line.ts';
import { type Selection, select, selectToTake } from './selection.ts';
import { UsageError } from './usage-error.ts';

/** `flamegate queue purge`. */
export interface PurgeOptions extends Selection {
  readonly dir: string;
  /** Without any other choice: everything. */
  readonly all: boolean;
  readonly dryRun: boolean;
  readonly json: boolean;
}

/** Forgets records for good. What is to go must be said: by a matcher, an age or `--all`. */
export async function runQueuePurge(options: PurgeOptions, io: Io): Promise<number> {
  if (!options.all && options.match === undefined && options.olderThanMs === undefined) {
    throw new UsageError('say what is to go: --match \'{service_name="x"}\', --older-than 1h, or --all');
  }
  const [records, profiles] = await withQueue(options.dir, options.dryRun ? 'look' : 'change', async (queue) => {
    const progress = new ProgressLine('purged', io, systemClock);
    let [records, profiles] = [0, 0];
    const count = (counted: number): void => {
      records += 1;
      profiles += counted;
      progress.update(`${records} records`);
    };
    if (options.dryRun) for await (const { record } of select(queue, options)) count(record.profiles);
    else {
      for await (const selected of selectToTake(queue, options)) {
        const lease = await selected.take();
        lease?.done();
        if (lease !== undefined) count(selected.record.profiles);
      }
    }
    progress.end();
    return [records, profiles];
  });
  const verb = options.dryRun ? 'would purge' : 'purged';
  io.stdout.write(
    options.json
      ? `${JSON.stringify({ records, profiles, dryRun: options.dryRun })}\n`
      : `${verb} ${records} records with ${profiles} profiles\n`,
  );
  return exitCode.ok;
}

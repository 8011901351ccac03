import { systemClock } from '../../core/clock.ts';
import { deadDir } from '../../queue/dead-letters.ts';
import { checkSegment, isSegmentDamaged, rewriteSegment, segmentFiles } from '../../queue/disk/check.ts';
import { systemFiles } from '../../queue/disk/files.ts';
import type { DiskLog } from '../../queue/disk.ts';
import { exitCode } from '../exit-code.ts';
import type { Io } from '../io.ts';
import { withQueue } from './directory.ts';
import { ProgressLine } from './progress-line.ts';

/**
 * `flamegate queue repair`: reads every record, drops damaged ones for the endpoints that wait for them, and rewrites damaged segments with
 * the intact records. A running gateway does the same, except that it rewrites no segment.
 */
export async function runQueueRepair(options: { readonly dir: string; readonly json: boolean }, io: Io): Promise<number> {
  const outcome = await withQueue(options.dir, 'change', async (queue) => {
    const progress = new ProgressLine('repaired', io, systemClock);
    let rewritten = 0;
    for (const [dir, log] of [
      [options.dir, queue.log],
      ...[...queue.dead].map(([endpoint, log]) => [deadDir(options.dir, endpoint), log]),
    ] as [string, DiskLog][]) {
      let records = 0;
      for await (const _ of log.records()) progress.update(`${++records} records of ${dir}`);
      for (const file of await segmentFiles(systemFiles, dir)) {
        if (!isSegmentDamaged(await checkSegment(systemFiles, dir, file))) continue;
        await rewriteSegment(systemFiles, dir, file);
        rewritten += 1;
      }
    }
    progress.end();
    const { damagedRecords, setAside } = queue.found;
    return { lostRecords: damagedRecords, rewrittenSegments: rewritten, setAside };
  });
  const { lostRecords, rewrittenSegments, setAside } = outcome;
  const aside = setAside.map((text) => `renamed to NAME.bad, as no use can be made of it: ${text}\n`).join('');
  const text = `${aside}${lostRecords} records were lost, ${rewrittenSegments} segments were written anew\n`;
  io.stdout.write(options.json ? `${JSON.stringify(outcome)}\n` : text);
  return exitCode.ok;
}

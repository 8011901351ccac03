import { systemClock } from '../../core/clock.ts';
import { deadDir } from '../../queue/dead-letters.ts';
import { checkSegment, isSegmentDamaged, type SegmentCheck, segmentFiles } from '../../queue/disk/check.ts';
import { systemFiles } from '../../queue/disk/files.ts';
import type { Log } from '../../queue/log.ts';
import { exitCode } from '../exit-code.ts';
import type { Io } from '../io.ts';
import { type Findings, withQueue } from './directory.ts';
import { ProgressLine } from './progress-line.ts';
import { sizeText } from './text.ts';

/** What a check of a directory brought to light. */
interface Verdict extends Findings {
  readonly segments: readonly (SegmentCheck & { readonly dir: string })[];
  /** Records that an endpoint has not passed and that can be read. */
  readonly neededRecords: number;
}

/** `flamegate queue verify`: every byte of every segment is read and compared; nothing is changed. Resolves to 65 when something is damaged. */
export async function runQueueVerify(options: { readonly dir: string; readonly json: boolean }, io: Io): Promise<number> {
  const verdict = await withQueue(options.dir, 'look', async (queue): Promise<Verdict> => {
    const progress = new ProgressLine('checked', io, systemClock);
    const segments: (SegmentCheck & { readonly dir: string })[] = [];
    for (const dir of [options.dir, ...[...queue.dead.keys()].map((endpoint) => deadDir(options.dir, endpoint))]) {
      const names = await segmentFiles(systemFiles, dir);
      for (const [at, name] of names.entries()) {
        progress.update(`${at} of ${names.length} segments of ${dir}`);
        segments.push({ dir, ...(await checkSegment(systemFiles, dir, name)) });
      }
    }
    let neededRecords = 0;
    for (const log of [queue.log, ...queue.dead.values()])
      neededRecords += await readAll(log, (count) => progress.update(`${count} records`));
    progress.end();
    return { ...queue.found, segments, neededRecords };
  });
  const damaged = isDamaged(verdict);
  io.stdout.write(options.json ? `${JSON.stringify({ damaged, ...verdict })}\n` : asText(options.dir, verdict, damaged));
  return damaged ? exitCode.damaged : exitCode.ok;
}

/** How many records can be read; those that cannot are among the findings then. */
async function readAll(log: Log, count: (records: number) => void): Promise<number> {
  let records = 0;
  for await (const _ of log.records()) count(++records);
  return records;
}

function isDamaged({ damagedRecords, setAside, segments }: Verdict): boolean {
  return damagedRecords > 0 || setAside.length > 0 || segments.some(isSegmentDamaged);
}

function asText(dir: string, verdict: Verdict, damaged: boolean): string {
  const { segments, neededRecords, damagedRecords, setAside, foreign, lostPlaces } = verdict;
  const lines: string[] = [];
  for (const segment of segments) {
    const path = `${segment.dir}/${segment.file}`;
    if (segment.headerDamaged) lines.push(`${path}: its header is damaged`);
    else if (isSegmentDamaged(segment))
      lines.push(`${path}: ${segment.damagedRecords} records damaged, ${segment.strayBytes} stray bytes, ${segment.records} records good`);
    if (segment.tailBytes > 0) lines.push(`${path}: ${segment.tailBytes} bytes behind the last record, as a crash leaves them`);
  }
  for (const text of setAside) lines.push(`no use can be made of ${text}`);
  for (const place of lostPlaces) lines.push(`${place} has no place that can be read: it begins at the oldest record`);
  for (const path of foreign) lines.push(`${path} is not the queue's`);
  const bytes = segments.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
  lines.push(
    `${dir}: ${segments.length} segments, ${sizeText(bytes)}, ${neededRecords} records still to be delivered or kept as dead letters`,
  );
  if (damagedRecords > 0) lines.push(`${damagedRecords} records that an endpoint has not passed are lost`);
  lines.push(damaged ? `damaged: flamegate queue repair ${dir}` : 'no damage');
  return lines.map((line) => `${line}\n`).join('');
}

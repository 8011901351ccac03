import { systemClock } from '../../core/clock.ts';
import type { CursorStats, Log } from '../../queue/log.ts';
import { exitCode } from '../exit-code.ts';
import type { Io } from '../io.ts';
import { asItIs } from './cursors.ts';
import { deadCursor, type QueueDirectory, withQueue } from './directory.ts';
import { ageText, sizeText, table } from './text.ts';

/** What one endpoint has in a queue. */
interface Holding extends CursorStats {
  readonly endpoint: string;
  readonly state: 'active' | 'paused' | 'retired';
}

/** `flamegate queue ls`: what is in a directory, by endpoint. */
export async function runQueueLs(options: { readonly dir: string; readonly json: boolean }, io: Io): Promise<number> {
  return withQueue(options.dir, 'look', async (queue) => {
    const holdings = await holdingsOf(queue.log);
    const dead = new Map<string, CursorStats>();
    for (const [endpoint, log] of queue.dead)
      for (const { endpoint: name, state: _, ...stats } of await holdingsOf(log)) if (name === deadCursor) dead.set(endpoint, stats);
    io.stdout.write(options.json ? asJson(queue, holdings, dead) : asText(queue, holdings, dead));
    return exitCode.ok;
  });
}

async function holdingsOf(log: Log): Promise<Holding[]> {
  const holdings: Holding[] = [];
  for (const { name, retired } of log.names()) {
    const cursor = await log.cursor(name, asItIs(log, name));
    holdings.push({ endpoint: name, state: retired ? 'retired' : cursor.paused ? 'paused' : 'active', ...cursor.stats });
    await cursor.close();
  }
  return holdings;
}

function asJson({ dir, log, found }: QueueDirectory, endpoints: readonly Holding[], dead: ReadonlyMap<string, CursorStats>): string {
  const { records, sizeBytes } = log.stats;
  const now = systemClock.now();
  const shown = ({ records, profiles, sizeBytes, oldestAgeMs }: CursorStats) => {
    const oldestReceivedAt = oldestAgeMs === undefined ? undefined : Math.round(now - oldestAgeMs);
    return { records, profiles, sizeBytes, oldestReceivedAt };
  };
  return `${JSON.stringify({
    dir,
    records,
    sizeBytes,
    damagedRecords: found.damagedRecords,
    setAside: found.setAside,
    endpoints: endpoints.map(({ endpoint, state, ...stats }) => ({ endpoint, state, ...shown(stats) })),
    dead: [...dead].map(([endpoint, stats]) => ({ endpoint, ...shown(stats) })),
  })}\n`;
}

function asText({ dir, log, found }: QueueDirectory, endpoints: readonly Holding[], dead: ReadonlyMap<string, CursorStats>): string {
  const cells = ({ records, profiles, sizeBytes, oldestAgeMs }: CursorStats): string[] => [
    String(records),
    String(profiles),
    sizeText(sizeBytes),
    ageText(oldestAgeMs),
  ];
  const numbers = [' RECORDS', ' PROFILES', ' SIZE', ' OLDEST'];
  const { records, sizeBytes } = log.stats;
  let text = `${dir}: ${records} records, ${sizeText(sizeBytes)} on disk\n`;
  text += table(
    ['ENDPOINT', ...numbers, 'STATE'],
    endpoints.map(({ endpoint, state, ...stats }) => [endpoint, ...cells(stats), state]),
  );
  if (dead.size > 0)
    text += `\n${table(
      ['DEAD LETTERS OF', ...numbers],
      [...dead].map(([endpoint, stats]) => [endpoint, ...cells(stats)]),
    )}`;
  if (found.damagedRecords > 0) text += `\n${found.damagedRecords} records are damaged: flamegate queue verify ${dir}\n`;
  return text;
}

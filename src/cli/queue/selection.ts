import { systemClock } from '../../core/clock.ts';
import type { Matcher } from '../../core/matcher.ts';
import type { Lease, Log, LogRecord } from '../../queue/log.ts';
import { asItIs } from './cursors.ts';
import { type Description, describe } from './describe.ts';
import { deadCursor, type QueueDirectory } from './directory.ts';
import { UsageError } from './usage-error.ts';

/** Which records a verb is about. */
export interface Selection {
  /** Dead letters instead of the queue. */
  readonly dead: boolean;
  /** Of this endpoint alone. */
  readonly endpoint: string | undefined;
  readonly match: Matcher | undefined;
  readonly olderThanMs: number | undefined;
  /** At most so many. */
  readonly limit: number | undefined;
}

/** A record that was selected, for one endpoint. */
export interface Selected {
  readonly endpoint: string;
  readonly position: number;
  readonly record: LogRecord;
  readonly description: Description;
}

/** Selected records, which can be taken. */
export interface Takeable extends Selected {
  /** Undefined when somebody else has taken it, or when it is damaged. */
  take(): Promise<Lease | undefined>;
}

/** Selected records, in order, each once for every endpoint that has not passed it. */
export async function* select(queue: QueueDirectory, selection: Selection): AsyncGenerator<Selected> {
  let left = selection.limit ?? Number.POSITIVE_INFINITY;
  const { olderThanMs } = selection;
  const before = olderThanMs === undefined ? Number.POSITIVE_INFINITY : systemClock.now() - olderThanMs;
  for (const { endpoint, log, cursor } of sourcesOf(queue, selection)) {
    for await (const { position, record, cursors } of log.records()) {
      if (left <= 0) return;
      if (!cursors.includes(cursor) || record.receivedAt > before) continue;
      const description = describe(record);
      if (selection.match !== undefined && !description.labels.some((labels) => selection.match?.matches(labels))) continue;
      left -= 1;
      yield { endpoint, position, record, description };
    }
  }
}

/** The same, to be ended or given back one by one. */
export async function* selectToTake(queue: QueueDirectory, selection: Selection): AsyncGenerator<Takeable> {
  const sources = new Map(sourcesOf(queue, selection).map((source) => [source.endpoint, source]));
  const cursors = new Map(
    await Promise.all(
      [...sources].map(async ([endpoint, { log, cursor }]) => [endpoint, await log.cursor(cursor, asItIs(log, cursor))] as const),
    ),
  );
  try {
    for await (const selected of select(queue, selection)) {
      yield { ...selected, take: async () => cursors.get(selected.endpoint)?.takeAt(selected.position) };
    }
  } finally {
    for (const cursor of cursors.values()) await cursor.close();
  }
}

interface Source {
  readonly endpoint: string;
  readonly log: Log;
  readonly cursor: string;
}

/** Throws UsageError when there is no such endpoint. */
function sourcesOf(queue: QueueDirectory, { dead, endpoint }: Selection): Source[] {
  const all = dead
    ? [...queue.dead].map(([name, log]) => ({ endpoint: name, log, cursor: deadCursor }))
    : queue.log.names().map(({ name }) => ({ endpoint: name, log: queue.log, cursor: name }));
  if (endpoint === undefined) return all;
  const chosen = all.filter((source) => source.endpoint === endpoint);
  const names = all.map((source) => source.endpoint).join(', ');
  if (chosen.length === 0)
    throw new UsageError(
      `there is no endpoint ${endpoint} with ${dead ? 'dead letters' : 'a place'} in ${queue.dir}; there is: ${names || 'none'}`,
    );
  return chosen;
}

import { type Clock, systemClock } from '../../core/clock.ts';
import type { Exporter } from '../../core/component.ts';
import { Failed, Invalid } from '../../core/errors.ts';
import { exitCode } from '../exit-code.ts';
import type { Io } from '../io.ts';
import { batchOf } from './batch.ts';
import { type QueueDirectory, withQueue } from './directory.ts';
import { withExporter } from './exporter.ts';
import { ProgressLine } from './progress-line.ts';
import { type Selection, selectToTake, type Takeable } from './selection.ts';
import { UsageError } from './usage-error.ts';

/** `flamegate queue replay`. */
export interface ReplayOptions extends Selection {
  readonly dir: string;
  /** URL of a Pyroscope; undefined: dead letters go back into the queue of their endpoint. */
  readonly to: string | undefined;
  /** "Name: value", sent with each request. */
  readonly headers: readonly string[];
  /** Back into the queue: for this endpoint instead of their own. */
  readonly as: string | undefined;
  /** Records a second. */
  readonly rate: number;
  readonly json: boolean;
}

/** Where a record goes. Resolves when it is there; rejects with Invalid or Failed when it never will be, with Refused when it is not now. */
type Target = (selected: Takeable) => Promise<void>;

const never = new AbortController().signal;

/** Sends records again, each forgotten here once it is taken there. Stops at the first that nobody can take now. */
export async function runQueueReplay(options: ReplayOptions, io: Io): Promise<number> {
  const { to } = options;
  if (to === undefined && !options.dead)
    throw new UsageError('say where to: --to URL; or --dead, to put dead letters back into their queue');
  return withQueue(options.dir, 'change', (queue) => {
    if (to === undefined) return replay(queue, intoQueue(queue, options.as), options, io);
    const settings = { ack: 'delivered', endpoints: [{ url: to, headers: headersOf(options.headers) }] };
    return withExporter('pyroscope', settings, (exporter) => replay(queue, toEndpoint(exporter), options, io));
  });
}

async function replay(queue: QueueDirectory, target: Target, options: ReplayOptions, io: Io): Promise<number> {
  const progress = new ProgressLine('replayed', io, systemClock);
  const pace = createPace(options.rate, systemClock);
  const counts = { replayed: 0, refused: 0 };
  let stopped: Error | undefined;
  for await (const selected of selectToTake(queue, options)) {
    await pace();
    const lease = await selected.take();
    if (lease === undefined) continue;
    try {
      await target(selected);
      lease.done();
      counts.replayed += 1;
    } catch (why) {
      lease.release(0);
      if (!(why instanceof Error) || why instanceof UsageError) throw why;
      if (isFinal(why)) {
        counts.refused += 1;
        if (!options.json) io.stderr.write(`record ${selected.position} is refused: ${why.message}\n`);
      } else {
        stopped = why;
        break;
      }
    }
    progress.update(`${counts.replayed} records`);
  }
  progress.end();
  const end = stopped === undefined ? '' : `; stopped: ${stopped.message}`;
  const text = `replayed ${counts.replayed} records, ${counts.refused} were refused and stay${end}`;
  io.stdout.write(`${options.json ? JSON.stringify({ ...counts, stopped: stopped?.message }) : text}\n`);
  return stopped === undefined ? exitCode.ok : exitCode.unavailable;
}

/** Whether the same record would be refused for ever. */
function isFinal(why: Error): boolean {
  return (
    why instanceof Invalid ||
    (why instanceof Failed && why.status >= 400 && why.status < 500 && ![401, 403, 404, 408, 429].includes(why.status))
  );
}

function toEndpoint(exporter: Exporter): Target {
  return async ({ record }) => exporter.prepare(batchOf(record)).commit({ signal: never });
}

function intoQueue({ log }: QueueDirectory, as: string | undefined): Target {
  return async ({ endpoint, record }) => {
    const only = as ?? endpoint;
    if (!log.names().some(({ name }) => name === only)) {
      const names = log.names().map(({ name }) => name);
      throw new UsageError(`the queue has no endpoint ${only}: choose one with --as; there is: ${names.join(', ') || 'none'}`);
    }
    await log.append([{ ...record, only, receivedAt: systemClock.now() }]);
  };
}

/** Resolves when the next one may go. */
function createPace(perSecond: number, clock: Clock): () => Promise<void> {
  let nextMs = clock.monotonic();
  return async () => {
    const waitMs = nextMs - clock.monotonic();
    nextMs = Math.max(nextMs, clock.monotonic()) + 1000 / perSecond;
    if (waitMs > 0) await clock.sleep(waitMs);
  };
}

function headersOf(lines: readonly string[]): Record<string, string> {
  return Object.fromEntries(
    lines.map((line) => {
      const colon = line.indexOf(':');
      if (colon <= 0) throw new UsageError(`a header is "Name: value", found ${JSON.stringify(line)}`);
      return [line.slice(0, colon).trim(), line.slice(colon + 1).trim()];
    }),
  );
}

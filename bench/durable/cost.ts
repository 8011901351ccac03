import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { cpuSecondsOf } from '../cpu.ts';
import type { LoadOrder } from '../load.ts';
import { pushBody } from '../payload.ts';
import type { Target } from '../targets.ts';
import { type QueueTarget, startQueueTarget } from './gateway.ts';
import { load, median } from './load.ts';
import { takenBy, untilTaken } from './sink.ts';

/** What a push costs with one queue, size and number in flight. */
export interface Cost {
  readonly queue: 'memory' | 'disk';
  readonly profileBytes: number;
  readonly inFlight: number;
  /** From the first push until the last one was delivered; NaN where CPU time cannot be read. */
  readonly cpuSecondsPer1000: number;
  readonly pushesPerSecond: number;
  /** Until the sender had its answer. */
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly fsyncsPerPush: number;
}

export interface CostEffort {
  readonly sizes: readonly number[];
  readonly inFlight: readonly number[];
  readonly rounds: number;
  readonly windows: number;
  readonly windowMs: number;
}

const queues = ['memory', 'disk'] as const;
// Code that has not run is not compiled: the round that does not count is longer before it begins.
const firstWarmupMs = 1000;
const warmupMs = 100;
// Sender and endpoint share two cores: what is answered early waits here, and must fit.
const maxSizeBytes = 2 ** 30;

/**
 * Both queues beside each other: their gateways live at the same time and get the load in turn, so that whatever else the machine does
 * meets both. A push costs what it costs until it is delivered, else the queue that answers first would look cheap. Medians of the rounds.
 */
export async function measureCosts(dir: string, sink: Target, effort: CostEffort): Promise<Cost[]> {
  const costs: Cost[] = [];
  for (const profileBytes of effort.sizes) costs.push(...(await measureSize(dir, sink, profileBytes, effort)));
  return costs;
}

async function measureSize(dir: string, sink: Target, profileBytes: number, effort: CostEffort): Promise<Cost[]> {
  const bodyFile = join(dir, 'body');
  writeFileSync(bodyFile, pushBody(profileBytes));
  const [dirs, targets]: [string[], QueueTarget[]] = [[], []];
  const seen: Cost[] = [];
  try {
    for (const queue of queues) {
      const own = mkdtempSync(join(dir, `${queue}-`));
      dirs.push(own);
      targets.push(await startQueueTarget({ dir: own, queue, queueDir: join(own, 'queue'), maxSizeBytes, endpointPort: sink.port }));
    }
    for (let round = 0; round <= effort.rounds; round++) {
      for (const inFlight of effort.inFlight) {
        for (const [at, queue] of queues.entries()) {
          const target = targets[at];
          if (target === undefined) continue;
          const cost = await measureOnce(
            target,
            sink,
            { queue, profileBytes, inFlight },
            { ...effort, bodyFile, warmupMs: round === 0 ? firstWarmupMs : warmupMs },
          );
          if (round > 0) seen.push(cost); // the first warms up
        }
      }
    }
  } finally {
    for (const target of targets) await target.kill();
    for (const own of dirs) rmSync(own, { recursive: true });
  }
  return effort.inFlight.flatMap((inFlight) =>
    queues.map((queue) => middleOf(seen.filter((c) => c.queue === queue && c.inFlight === inFlight))),
  );
}

async function measureOnce(
  target: QueueTarget,
  sink: Target,
  what: Pick<Cost, 'queue' | 'profileBytes' | 'inFlight'>,
  order: Pick<LoadOrder, 'bodyFile' | 'warmupMs' | 'windows' | 'windowMs'>,
): Promise<Cost> {
  const { pid } = target;
  const fsyncs = 'flamegate_queue_fsync_seconds_count';
  const [takenBefore, fsyncsBefore, cpuBefore] = [await takenBy(sink), await target.metric(fsyncs), cpuSecondsOf(pid)];
  const result = await load({ ...order, port: target.port, connections: what.inFlight, pid });
  await untilTaken(sink, takenBefore + result.answered);
  const cpuSeconds = (cpuSecondsOf(pid) ?? Number.NaN) - (cpuBefore ?? Number.NaN);
  return {
    ...what,
    cpuSecondsPer1000: (cpuSeconds / result.answered) * 1000,
    pushesPerSecond: median(result.windows.map(({ requests, seconds }) => requests / seconds)),
    p50Ms: median(result.windows.map(({ p50Ms }) => p50Ms)),
    p99Ms: median(result.windows.map(({ p99Ms }) => p99Ms)),
    fsyncsPerPush: ((await target.metric(fsyncs)) - fsyncsBefore) / result.answered,
  };
}

function middleOf(costs: readonly Cost[]): Cost {
  const [first] = costs;
  if (first === undefined) throw new Error('nothing was measured');
  const of = (value: (cost: Cost) => number): number => median(costs.map(value));
  return {
    ...first,
    cpuSecondsPer1000: of((cost) => cost.cpuSecondsPer1000),
    pushesPerSecond: of((cost) => cost.pushesPerSecond),
    p50Ms: of((cost) => cost.p50Ms),
    p99Ms: of((cost) => cost.p99Ms),
    fsyncsPerPush: of((cost) => cost.fsyncsPerPush),
  };
}

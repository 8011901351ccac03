import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as passed } from 'node:timers/promises';
import { cpuSecondsOf, peakBytesOf } from '../cpu.ts';
import { pushBody } from '../payload.ts';
import { run } from '../processes.ts';
import type { Target } from '../targets.ts';
import type { FillOrder } from './fill.ts';
import { endpointName, type QueueTarget, startQueueTarget } from './gateway.ts';
import { load, median } from './load.ts';
import { takenBy, untilTaken } from './sink.ts';

/** What a start after kill -9 is like with a backlog. */
export interface Backlog {
  readonly profileBytes: number;
  readonly records: number;
  /** Of the queue, as it says itself. */
  readonly bytes: number;
  readonly readySeconds: number;
  readonly readyCpuSeconds: number;
  /** Some seconds later, the endpoint still dead; NaN where it cannot be read, as is the peak. */
  readonly residentBytes: number;
  readonly peakBytes: number;
}

/** What delivering it is like. */
export interface Drain {
  readonly records: number;
  readonly bytes: number;
  readonly seconds: number;
  readonly cpuSeconds: number;
}

export interface BacklogEffort {
  /** Ascending; the queue grows from one to the next. */
  readonly stages: readonly number[];
  readonly profileBytes: number;
}

// Nobody listens there: it is reserved, and bound by root only.
const deadPort = 1;
const restMs = 2000;
const samples = 5;

/** Fills a queue step by step, kills its gateway and starts it again at each, and at last lets it deliver everything. */
export async function measureBacklogs(dir: string, sink: Target, effort: BacklogEffort): Promise<{ backlogs: Backlog[]; drain: Drain }> {
  const own = mkdtempSync(join(dir, 'backlog-'));
  try {
    return await measureIn(own, sink, effort);
  } finally {
    rmSync(own, { recursive: true });
  }
}

async function measureIn(
  dir: string,
  sink: Target,
  { stages, profileBytes }: BacklogEffort,
): Promise<{ backlogs: Backlog[]; drain: Drain }> {
  const queueDir = join(dir, 'queue');
  // Larger than any stage by what is pushed between them.
  const maxSizeBytes = Math.max(...stages) + 2 ** 30;
  const begin = (endpointPort: number): Promise<QueueTarget> =>
    startQueueTarget({ dir, queue: 'disk', queueDir, maxSizeBytes, endpointPort });
  const bodyFile = join(dir, 'body');
  writeFileSync(bodyFile, pushBody(profileBytes));
  const backlogs: Backlog[] = [];
  let bytes = 0;
  for (const stage of stages) {
    const records = Math.max(0, Math.floor((stage - bytes) / profileBytes));
    await fill({ queueDir, cursor: endpointName, records, profileBytes, maxSizeBytes });
    await crash(await begin(deadPort), bodyFile);
    const target = await begin(deadPort);
    try {
      const backlog = await look(target, profileBytes);
      backlogs.push(backlog);
      bytes = backlog.bytes;
    } finally {
      await target.kill();
    }
  }
  const records = backlogs.at(-1)?.records ?? 0;
  return { backlogs, drain: { records, bytes, ...(await drain(() => begin(sink.port), sink, records)) } };
}

async function fill(order: FillOrder): Promise<void> {
  await run(process.execPath, [join(import.meta.dirname, 'fill.ts'), JSON.stringify(order)], 'around');
}

/** kill -9 after some pushes, so that a segment is open. */
async function crash(target: QueueTarget, bodyFile: string): Promise<void> {
  try {
    const { port, pid } = target;
    await load({ port, bodyFile, connections: 4, warmupMs: 0, windows: 1, windowMs: 50, pid });
  } finally {
    await target.kill();
  }
}

async function look(target: QueueTarget, profileBytes: number): Promise<Backlog> {
  const { pid } = target;
  const resident: number[] = [];
  for (let sample = 0; sample < samples; sample++) {
    await passed(restMs / samples);
    resident.push(residentBytesOf(pid));
  }
  return {
    profileBytes,
    records: await target.metric('flamegate_endpoint_queued_profiles'),
    bytes: await target.metric('flamegate_queue_bytes'),
    readySeconds: target.readySeconds,
    readyCpuSeconds: target.readyCpuSeconds,
    residentBytes: median(resident),
    peakBytes: peakBytesOf(pid) ?? Number.NaN,
  };
}

/** From readiness until the sink has everything; what it gets before is little. */
async function drain(
  begin: () => Promise<QueueTarget>,
  sink: Target,
  records: number,
): Promise<{ readonly seconds: number; readonly cpuSeconds: number }> {
  const before = await takenBy(sink);
  const target = await begin();
  try {
    const from = performance.now();
    await untilTaken(sink, before + records);
    return {
      seconds: (performance.now() - from) / 1000,
      cpuSeconds: (cpuSecondsOf(target.pid) ?? Number.NaN) - target.readyCpuSeconds,
    };
  } finally {
    await target.kill();
  }
}

function residentBytesOf(pid: number): number {
  try {
    return Number(/VmRSS:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) * 1024;
  } catch {
    return Number.NaN;
  }
}

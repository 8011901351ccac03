import { join } from 'node:path';
import { peakBytesOf } from './cpu.ts';
import type { LoadOrder, LoadResult, Window } from './load.ts';
import { run } from './processes.ts';
import type { Target } from './targets.ts';

/** What is measured. */
export type Program = 'floor' | 'flamegate';

/** One program under one size of push. */
export interface Cell {
  readonly program: Program;
  readonly profileBytes: number;
  /** Of the quarter of the windows that were disturbed least; undefined where CPU time cannot be read. */
  readonly cpuSecondsPer1000: number | undefined;
  /** Medians of the windows, like the latencies and the cores. */
  readonly pushesPerSecond: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  /** How much of a core it used: far below 1 the load was too small, or the machine too busy, to say much. */
  readonly cores: number | undefined;
  readonly peakBytes: number | undefined;
}

/** How long and how hard each cell is measured. */
export interface Effort {
  readonly connections: number;
  readonly warmupMs: number;
  readonly windows: number;
  readonly windowMs: number;
}

/** What one cell is measured with. */
export interface Setup {
  readonly program: Program;
  readonly target: Target;
  readonly sink: Target;
  readonly body: { readonly file: string; readonly profileBytes: number };
  /** A file with a small push, to warm up with. */
  readonly warmFile: string;
  readonly effort: Effort;
}

/**
 * Small pushes before anything is measured: what a push costs falls by half on the way to there, while V8 compiles its path and collects
 * what the start has left.
 */
const warmRequests = 20_000;
const warmMs = 2000;

/** Puts load on what runs and says what it cost. Rejects when a push was refused, or the sink did not get every one of them. */
export async function measure({ program, target, sink, body, warmFile, effort }: Setup): Promise<Cell> {
  const order: LoadOrder = { ...effort, port: target.port, bodyFile: body.file, pid: target.running.pid };
  if (program === 'flamegate') await load({ ...order, bodyFile: warmFile, warmupMs: warmMs, warmRequests, windows: 0 });
  const before = await takenBy(sink);
  const { windows, answered, refused } = await load(order);
  if (Object.keys(refused).length > 0) throw new Error(`${program} refused pushes: ${JSON.stringify(refused)}`);
  const taken = (await takenBy(sink)) - before;
  if (taken !== answered) throw new Error(`${program} answered ${answered} pushes with 200, the sink has ${taken}`);
  const over = (share: number, of: (window: Window) => number): number => quantile(windows.map(of), share);
  const readable = windows.every(({ cpuSeconds }) => cpuSeconds !== undefined);
  return {
    program,
    profileBytes: body.profileBytes,
    cpuSecondsPer1000: readable ? over(0.25, ({ cpuSeconds = 0, requests }) => (cpuSeconds / requests) * 1000) : undefined,
    pushesPerSecond: over(0.5, ({ requests, seconds }) => requests / seconds),
    p50Ms: over(0.5, ({ p50Ms }) => p50Ms),
    p99Ms: over(0.5, ({ p99Ms }) => p99Ms),
    cores: readable ? over(0.5, ({ cpuSeconds = 0, seconds }) => cpuSeconds / seconds) : undefined,
    peakBytes: peakBytesOf(target.running.pid),
  };
}

async function load(order: LoadOrder): Promise<LoadResult> {
  return JSON.parse(await run(process.execPath, [join(import.meta.dirname, 'load.ts'), JSON.stringify(order)], 'around'));
}

/** Requests that the sink has taken. */
async function takenBy(sink: Target): Promise<number> {
  const answer = await fetch(`http://127.0.0.1:${sink.port}/stats`);
  return Number((await answer.text()).split(' ')[0]);
}

function quantile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.floor(sorted.length * share)] ?? 0;
}

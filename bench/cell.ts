import { join } from 'node:path';
import { usageOf } from './cpu.ts';
import type { LoadOrder, LoadResult } from './load.ts';
import { run } from './processes.ts';
import type { Target } from './targets.ts';

/** One program under one size of push. */
export interface Cell {
  readonly program: Program;
  readonly profileBytes: number;
  readonly pushesPerSecond: number;
  /** Medians of the windows. */
  readonly cpuSecondsPer1000: number | undefined;
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly peakBytes: number | undefined;
  /** Share of a core that it used: far below 1 the load was too small to say much. */
  readonly cores: number | undefined;
}

export type Program = 'floor' | 'flamegate';

/** How long and how hard each cell is measured. */
export interface Effort {
  readonly connections: number;
  readonly warmupMs: number;
  readonly windows: number;
  readonly windowMs: number;
}

/** Puts load on what runs and says what it cost. Rejects when a push was refused, or the sink did not get every one of them. */
export async function measure(
  program: Program,
  target: Target,
  sink: Target,
  body: { file: string; profileBytes: number },
  effort: Effort,
): Promise<Cell> {
  const before = await statsOf(sink);
  const order: LoadOrder = { ...effort, port: target.port, bodyFile: body.file, pid: target.running.pid };
  const result = await load(order);
  if (Object.keys(result.refused).length > 0) throw new Error(`${program} refused pushes: ${JSON.stringify(result.refused)}`);
  const taken = (await statsOf(sink)) - before;
  if (taken !== result.answered) throw new Error(`${program} answered ${result.answered} pushes with 200, the sink has ${taken}`);
  const { windows } = result;
  const cpu = windows.map(({ cpuSeconds }) => cpuSeconds).filter((seconds) => seconds !== undefined);
  const perWindow = (of: (at: number) => number): number | undefined =>
    cpu.length === windows.length ? median(windows.map((_, at) => of(at))) : undefined;
  return {
    program,
    profileBytes: body.profileBytes,
    pushesPerSecond: median(windows.map(({ requests, seconds }) => requests / seconds)),
    cpuSecondsPer1000: perWindow((at) => ((cpu[at] ?? 0) / (windows[at]?.requests ?? 1)) * 1000),
    p50Ms: median(windows.map(({ p50Ms }) => p50Ms)),
    p99Ms: median(windows.map(({ p99Ms }) => p99Ms)),
    peakBytes: usageOf(target.running.pid)?.peakBytes,
    cores: perWindow((at) => (cpu[at] ?? 0) / (windows[at]?.seconds ?? 1)),
  };
}

async function load(order: LoadOrder): Promise<LoadResult> {
  return JSON.parse(await run(process.execPath, [join(import.meta.dirname, 'load.ts'), JSON.stringify(order)], 'around'));
}

/** Requests that the sink has taken. */
async function statsOf(sink: Target): Promise<number> {
  const answer = await fetch(`http://127.0.0.1:${sink.port}/stats`);
  return Number((await answer.text()).split(' ')[0]);
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? 0;
}

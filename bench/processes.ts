import { type ChildProcess, execFile, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { availableParallelism } from 'node:os';
import { createInterface } from 'node:readline';
import { promisify } from 'node:util';

/** Which half of the machine, where there are two cores and taskset: what is measured, or everything around it. */
export type Side = 'measured' | 'around';

/** A process of the bench. */
export interface Running {
  readonly pid: number;
  /** What the pattern that was waited for found in a line of its output. */
  readonly found: string;
  stop(): Promise<void>;
}

export interface StartOptions {
  readonly command: string;
  readonly args: readonly string[];
  readonly side: Side;
  /** It is ready when a line of its standard output or error matches; the first group is kept. */
  readonly ready: RegExp;
}

const readyWithinMs = 15_000;
const stopWithinMs = 5_000;
const pinned = availableParallelism() > 1 && has('taskset', '--version');

/** Starts a process and waits until it says that it is ready; rejects with what it said instead. */
export async function start({ command, args, side, ready }: StartOptions): Promise<Running> {
  const [program, rest] = placed(command, args, side);
  const child = spawn(program, rest, { stdio: ['ignore', 'pipe', 'pipe'] });
  const said: string[] = [];
  const ended = once(child, 'exit');
  const tooSoon = ended.then(() => Promise.reject(new Error(`${command} ended at once:\n${said.slice(-20).join('\n')}`)));
  return {
    pid: child.pid ?? 0,
    found: await Promise.race([firstMatch(child, ready, said), tooSoon]),
    async stop() {
      // Gently, so that a profile that was asked for by --node-args is written.
      child.kill('SIGTERM');
      const timer = setTimeout(() => child.kill('SIGKILL'), stopWithinMs);
      await ended;
      clearTimeout(timer);
    },
  };
}

/** Runs a process to its end; resolves to what it printed, rejects when it failed. */
export async function run(command: string, args: readonly string[], side: Side): Promise<string> {
  const [program, rest] = placed(command, args, side);
  const { stdout } = await promisify(execFile)(program, rest);
  return stdout;
}

function placed(command: string, args: readonly string[], side: Side): [string, string[]] {
  return pinned ? ['taskset', ['-c', side === 'measured' ? '1' : '0', command, ...args]] : [command, [...args]];
}

/** Whether a program can be run here. */
export function has(program: string, ...args: string[]): boolean {
  try {
    execFileSync(program, args, { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

function firstMatch(child: ChildProcess, ready: RegExp, said: string[]): Promise<string> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error(`not ready after ${readyWithinMs / 1000} s:\n${said.join('\n')}`)), readyWithinMs);
    for (const stream of [child.stdout, child.stderr]) {
      if (stream === null) continue;
      createInterface({ input: stream }).on('line', (line) => {
        said.push(line);
        const match = ready.exec(line);
        if (match === null) return;
        clearTimeout(timer);
        resolve(match[1] ?? line);
      });
    }
  });
}

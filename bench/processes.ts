import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { availableParallelism } from 'node:os';
import { createInterface } from 'node:readline';

/** A process of the bench. */
export interface Running {
  readonly pid: number;
  /** What the pattern that was waited for found in a line of its output. */
  readonly found: string;
  /** Resolves with its output when it has ended by itself; rejects when it failed. */
  readonly ended: Promise<string>;
  stop(): Promise<void>;
}

export interface StartOptions {
  readonly command: string;
  readonly args: readonly string[];
  /** Which half of the machine, where there are two cores and taskset: what is measured, or everything around it. */
  readonly side: 'measured' | 'around';
  /** It is ready when a line of its standard output or error matches; the first group is kept. */
  readonly ready: RegExp;
}

const readyWithinMs = 15_000;
const pinned = availableParallelism() > 1 && has('taskset', '--version');

/** Starts a process and waits until it says that it is ready; rejects with what it said instead. */
export async function start({ command, args, side, ready }: StartOptions): Promise<Running> {
  const [program, ...rest] = pinned ? ['taskset', '-c', side === 'measured' ? '1' : '0', command, ...args] : [command, ...args];
  const child = spawn(program ?? command, rest, { stdio: ['ignore', 'pipe', 'pipe'] });
  const said: string[] = [];
  const ended = once(child, 'exit').then(([code]) => {
    if (code === 0 || code === null) return said.join('\n');
    throw new Error(`${command} ended with ${code}:\n${said.slice(-20).join('\n')}`);
  });
  ended.catch(() => undefined); // whoever waits for it hears of it
  const found = await Promise.race([
    firstMatch(child, ready, said),
    ended.then(() => Promise.reject(new Error(`${command} ended at once`))),
  ]);
  return {
    pid: child.pid ?? 0,
    found,
    ended,
    async stop() {
      child.kill('SIGKILL');
      await ended.catch(() => undefined);
    },
  };
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

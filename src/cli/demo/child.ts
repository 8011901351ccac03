import { spawn } from 'node:child_process';
import { extname } from 'node:path';
import { systemClock } from '../../core/clock.ts';

/** The profiled program, as a process of its own. */
export interface DemoApp {
  /** Resolves with what ended it: an exit code, or the name of a signal. */
  readonly exited: Promise<number | NodeJS.Signals>;
  /** Ends it; resolves when it is gone. */
  stop(): Promise<void>;
}

const graceMs = 2_000;

/** Starts it, pushing to this URL. */
export function startDemoApp(serverUrl: string, flushMs: number): DemoApp {
  const file = new URL(`./app${extname(import.meta.url)}`, import.meta.url); // .ts in a checkout, .js in the package
  const child = spawn(process.execPath, [file.pathname, serverUrl, String(flushMs)], { stdio: ['ignore', 'ignore', 'inherit'] });
  const { promise: exited, resolve } = Promise.withResolvers<number | NodeJS.Signals>();
  child.once('exit', (code, signal) => resolve(code ?? signal ?? 'SIGKILL'));
  child.once('error', () => resolve('SIGKILL')); // it could not be started at all
  return {
    exited,
    async stop() {
      child.kill('SIGTERM');
      const cancel = systemClock.after(graceMs, () => child.kill('SIGKILL'));
      await exited;
      cancel();
    },
  };
}

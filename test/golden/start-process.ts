import { type ChildProcess, spawn } from 'node:child_process';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { isReady, type Running, type StartOptions } from './gateway.ts';

const main = fileURLToPath(new URL('../../src/main.ts', import.meta.url));
const startTimeoutMs = 60_000; // a second on an idle machine
const proxyVariables = ['HTTP_PROXY', 'HTTPS_PROXY', 'NO_PROXY', 'ALL_PROXY'];

/** Starts `flamegate run` as a process of its own; resolves when it is ready, has ended, or has taken too long. */
export async function startProcess(options: StartOptions): Promise<Running> {
  const clean = Object.entries(process.env).filter(
    ([name]) => !proxyVariables.includes(name.toUpperCase()) && !name.startsWith('NODE_TEST'),
  );
  const child = spawn(process.execPath, [main, 'run', options.config, '--set', `service.admin.endpoint=127.0.0.1:${options.adminPort}`], {
    cwd: options.cwd,
    env: { NODE_COMPILE_CACHE: join(tmpdir(), 'flamegate-golden-cache'), ...Object.fromEntries(clean), ...options.env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  const keep = (piece: Buffer): void => {
    output += piece.toString();
  };
  child.stdout.on('data', keep);
  child.stderr.on('data', keep);
  const gone = new Promise<void>((resolve) => child.on('close', () => resolve()));
  const ready = await becomesReady(child, gone, options);
  return {
    ready,
    exitCode: () => (child.exitCode === null && child.signalCode === null ? undefined : (child.exitCode ?? -1)),
    output: () => output,
    async stop() {
      if (child.exitCode === null) child.kill('SIGKILL');
      await gone;
    },
  };
}

async function becomesReady(child: ChildProcess, gone: Promise<void>, options: StartOptions): Promise<boolean> {
  const limit = performance.now() + startTimeoutMs;
  while (performance.now() < limit) {
    if (child.exitCode !== null) {
      await gone; // the rest of what it prints
      return false;
    }
    if (await isReady(options)) return true;
    await Promise.race([sleep(20), gone]);
  }
  return false;
}

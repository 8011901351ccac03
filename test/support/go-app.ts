import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { TestContext } from 'node:test';
import { promisify } from 'node:util';

const source = join(import.meta.dirname, '..', 'e2e', 'go-app');

/** Builds the Go program whose profiles are known; a reason where that cannot be: without Go, or without the modules it needs. */
export async function buildGoApp(): Promise<{ readonly binary: string } | string> {
  // In one place for all: go builds nothing anew that it has.
  const directory = join(tmpdir(), `flamegate-go-app-${process.getuid?.() ?? 0}`);
  mkdirSync(directory, { recursive: true });
  const binary = join(directory, `app-${process.pid}`);
  try {
    await promisify(execFile)('go', ['build', '-o', binary, '.'], { cwd: source, timeout: 100_000 });
    return { binary };
  } catch (why) {
    return `the Go program cannot be built: ${why instanceof Error ? why.message.split('\n').slice(0, 3).join(' ') : String(why)}`;
  }
}

/** Runs it until the test ends; its address. */
export async function startGoApp(t: TestContext, binary: string, listen = '127.0.0.1:0'): Promise<string> {
  const child = spawn(binary, ['-listen', listen], { stdio: ['ignore', 'pipe', 'inherit'] });
  t.after(async () => {
    child.kill('SIGKILL');
    if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
  });
  const [address] = await once(createInterface({ input: child.stdout }), 'line');
  return String(address);
}

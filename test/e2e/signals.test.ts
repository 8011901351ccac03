import assert from 'node:assert/strict';
import { execFileSync, spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { type TestContext, test } from 'node:test';

const main = join(import.meta.dirname, '..', '..', 'src', 'main.ts');

/** A gateway whose start hangs in reading a file of its queue, until somebody writes to it. */
async function startHanging(t: TestContext) {
  const directory = mkdtempSync(join(tmpdir(), 'flamegate-signals-'));
  t.after(() => rmSync(directory, { recursive: true, force: true }));
  const queue = join(directory, 'queue');
  mkdirSync(queue);
  const pipe = join(queue, 'log.json');
  execFileSync('mkfifo', [pipe]);
  const run = runGateway(t, directory, queue);
  await run.line('admin endpoint listening');
  return { ...run, pipe };
}

function runGateway(t: TestContext, directory: string, queue: string) {
  const config = `
receivers: { pyroscope: { endpoint: "127.0.0.1:0" } }
exporters: { pyroscope: { endpoints: [ { url: "http://127.0.0.1:1", name: up } ], queue: { type: disk, dir: ${queue} } } }
service:
  pipelines: { profiles: { receivers: [pyroscope], exporters: [pyroscope] } }
  admin: { endpoint: "127.0.0.1:0" }
  shutdown: { timeout: 5s }
`;
  writeFileSync(join(directory, 'flamegate.yaml'), config);
  const child = spawn(process.execPath, [main, 'run', join(directory, 'flamegate.yaml')], { stdio: ['ignore', 'pipe', 'inherit'] });
  t.after(() => child.kill('SIGKILL'));
  const lines: string[] = [];
  const waiting = new Set<() => void>();
  createInterface({ input: child.stdout }).on('line', (line) => {
    lines.push(line);
    for (const look of waiting) look();
  });
  const exited = new Promise<number | null>((resolve) => child.once('exit', resolve));
  /** Resolves when a line has this text. */
  const line = (text: string): Promise<void> =>
    new Promise((resolve, reject) => {
      const look = (): void => {
        if (lines.some((one) => one.includes(text))) resolve();
      };
      waiting.add(look);
      look();
      void exited.then((code) => reject(new Error(`ended with ${code} before it said "${text}":\n${lines.join('\n')}`)));
    });
  return { child, exited, line, lines };
}

test('SIGTERM ends a start that hangs', { timeout: 30_000 }, async (t) => {
  const { child, exited } = await startHanging(t);
  const since = performance.now();
  child.kill('SIGTERM');
  assert.equal(await exited, 0);
  const tookMs = performance.now() - since;
  assert.ok(tookMs < 15_000, `${tookMs} ms with a shutdown.timeout of 5 s`);
});

test('SIGHUP before the gateway is ready does not end it: it reloads once it is', { timeout: 30_000 }, async (t) => {
  const { child, exited, line, lines, pipe } = await startHanging(t);
  child.kill('SIGHUP');
  const writer = await open(pipe, 'w');
  await writer.close();
  await line('"ready"');
  await line('unchanged');
  child.kill('SIGTERM');
  assert.equal(await exited, 0, lines.join('\n'));
});

test('a queue below a directory where none can be made ends the start with 73, soon', { timeout: 30_000 }, async (t) => {
  const directory = mkdtempSync(join(tmpdir(), 'flamegate-signals-'));
  t.after(() => rmSync(directory, { recursive: true, force: true }));
  const { exited, lines } = runGateway(t, directory, '/proc/flamegate/queue');
  assert.equal(await exited, 73, lines.join('\n'));
});

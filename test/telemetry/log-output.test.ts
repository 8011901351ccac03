import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { type TestContext, test } from 'node:test';

interface Report {
  readonly dropped: number;
  readonly worstMs: number;
  readonly after: boolean;
}

function start(t: TestContext, name: 'stdout' | 'stderr', ...args: readonly (number | string)[]): ChildProcess {
  const talker = new URL('./talker.ts', import.meta.url).pathname;
  const child = spawn(process.execPath, [talker, name, ...args.map(String)], { stdio: ['ignore', 'pipe', 'pipe', 'ipc'] });
  t.after(() => child.kill('SIGKILL'));
  return child;
}

async function reportOf(child: ChildProcess): Promise<Report> {
  const gone = once(child, 'exit').then(([code, signal]) => {
    throw new Error(`ended with ${code ?? signal} before it reported`);
  });
  gone.catch(() => {}); // it ends after the report as well
  const [report] = await Promise.race([once(child, 'message'), gone]);
  return report as Report; // written by talker.ts
}

test('every line arrives, in order, before close() resolves', async (t) => {
  const child = start(t, 'stderr', 200, 100);
  let text = '';
  child.stderr?.setEncoding('utf8').on('data', (piece: string) => {
    text += piece;
  });
  const report = await reportOf(child);
  await once(child, 'close');
  assert.equal(text.split('\n').length - 1, 200);
  assert.deepEqual(report, { ...report, dropped: 0, after: false });
});

for (const name of ['stdout', 'stderr'] as const) {
  test(`a reader of ${name} that goes away ends neither the process nor its work`, async (t) => {
    const child = start(t, name, 500, 1000, 'too');
    child[name]?.destroy();
    const report = await reportOf(child);
    const [code] = child.exitCode === null ? await once(child, 'exit') : [child.exitCode];
    assert.equal(code, 0);
    assert.ok(report.dropped > 400, `${report.dropped} dropped`);
  });
}

test('a reader that stops reading stalls nobody: lines above the bound are dropped and close() keeps its deadline', async (t) => {
  const child = start(t, 'stderr', 700, 10_000);
  const report = await reportOf(child);
  assert.ok(report.dropped > 100, `${report.dropped} dropped`);
  assert.ok(report.worstMs < 200, `a line took ${report.worstMs} ms`);
});

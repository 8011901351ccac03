import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';

/** Runs .ci/run with an npm that prints this and ends so. */
function runCi(t: TestContext, npm: { says: string; code: number }): { code: number | null; lines: string[] } {
  const dir = mkdtempSync(join(tmpdir(), 'flamegate-ci-'));
  t.after(() => rmSync(dir, { recursive: true }));
  const script = `#!/bin/sh\n[ "$*" = cit ] || exit 99\ncat <<'SAYS'\n${npm.says}\nSAYS\nexit ${npm.code}\n`;
  writeFileSync(join(dir, 'npm'), script, { mode: 0o755 });
  const ci = new URL('../.ci/run', import.meta.url).pathname;
  const { status, stdout } = spawnSync(ci, [], { encoding: 'utf8', env: { ...process.env, PATH: `${dir}:${process.env['PATH']}` } });
  return { code: status, lines: stdout.trimEnd().split('\n') };
}

const summary = (tests: number, pass: number, fail: number, cancelled = 0): string =>
  `ℹ tests ${tests}\nℹ suites 0\nℹ pass ${pass}\nℹ fail ${fail}\nℹ cancelled ${cancelled}\nℹ skipped 0`;

test('adds up every run of tests in the output', (t) => {
  const { code, lines } = runCi(t, { says: `${summary(6, 6, 0)}\n${summary(40, 40, 0)}`, code: 0 });
  assert.equal(lines.at(-1), '46 passed, 0 failed');
  assert.equal(code, 0);
});

test('a failed and a cancelled test are failures', (t) => {
  const { code, lines } = runCi(t, { says: summary(5, 3, 1, 1), code: 1 });
  assert.equal(lines.at(-1), '3 passed, 2 failed');
  assert.equal(code, 1);
});

test('is red when npm is content and no test ran', (t) => {
  const { code, lines } = runCi(t, { says: 'added 300 packages', code: 0 });
  assert.deepEqual(lines.slice(-2), ['no test ran', '0 passed, 1 failed']);
  assert.equal(code, 1);
});

test('is red when what failed is no test', (t) => {
  const { code, lines } = runCi(t, { says: summary(6, 6, 0), code: 2 });
  assert.equal(lines.at(-1), '6 passed, 1 failed');
  assert.equal(code, 1);
});

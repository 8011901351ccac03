import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';

const root = new URL('../', import.meta.url).pathname;
const readme = readFileSync(join(root, 'README.md'), 'utf8');
const { dependencies } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { dependencies: Record<string, string> };

test('the configuration of the README is valid and has ten lines', (t) => {
  const yaml = /```yaml\n([\s\S]*?)```/.exec(readme)?.[1] ?? '';
  assert.equal(yaml.trimEnd().split('\n').length, 10);
  const dir = mkdtempSync(join(tmpdir(), 'flamegate-readme-'));
  t.after(() => rmSync(dir, { recursive: true }));
  const file = join(dir, 'flamegate.yaml');
  writeFileSync(file, yaml);
  const { status, stdout, stderr } = spawnSync(process.execPath, [join(root, 'src/main.ts'), 'validate', file], { encoding: 'utf8' });
  assert.equal(status, 0, stdout + stderr);
});

for (const name of ['README.md', 'SECURITY.md', 'CHANGELOG.md']) {
  test(`every file that ${name} points to exists`, () => {
    for (const [, target = ''] of readFileSync(join(root, name), 'utf8').matchAll(/\]\((?!https?:)([^)#]+)/g)) {
      assert.ok(existsSync(join(root, target)), target);
    }
  });
}

test('every promise names a test', () => {
  const table = readme.slice(readme.indexOf('| promise | test |'), readme.indexOf('What a 200 means'));
  const rows = table.trim().split('\n').slice(2);
  assert.ok(rows.length > 5);
  for (const row of rows) assert.match(row, /\(test\/[\w/-]+\.test\.ts\)/);
});

test('every dependency has a reason', () => {
  const reasons = readme.slice(readme.indexOf('## Dependencies'));
  for (const name of Object.keys(dependencies)) assert.ok(reasons.includes(name.replace(/^@opentelemetry\/(?!api)/, '')), name);
});

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';

const root = new URL('../', import.meta.url).pathname;
const readme = readFileSync(join(root, 'README.md'), 'utf8');
const contributing = readFileSync(join(root, 'CONTRIBUTING.md'), 'utf8');
const { dependencies } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { dependencies: Record<string, string> };

/** The rows of the table that begins with this line. */
function rowsBelow(text: string, head: string): readonly string[] {
  const at = text.indexOf(head);
  assert.ok(at >= 0, head);
  return (text.slice(at).split('\n\n')[0] ?? '').split('\n').slice(2);
}

test('the configuration of the README has twelve lines', () => {
  const yaml = /```yaml\n([\s\S]*?)```/.exec(readme)?.[1] ?? '';
  assert.equal(yaml.trimEnd().split('\n').length, 12);
});

test('the README names the commands of a newcomer', () => {
  assert.match(readme, /^npm ci && npm start$/m);
  assert.match(readme, /`npm cit`/);
});

test('every promise names a test', () => {
  const rows = rowsBelow(contributing, '| promise | test |');
  assert.ok(rows.length > 5);
  for (const row of rows) assert.match(row, /\(test\/[\w/-]+\.test\.ts\)/);
});

test('what 200 means names its tests', () => {
  const rows = rowsBelow(readme, '| | `queued` (memory) | `durable` (disk) | `delivered` (memory) |');
  for (const row of rows.filter((each) => /crashes|power|full|dead/.test(each))) assert.match(row, /\(test\/[\w/-]+\.test\.ts\)/);
});

test('every dependency has a reason', () => {
  const reasons = contributing.slice(contributing.indexOf('## Dependencies'));
  for (const name of Object.keys(dependencies)) assert.ok(reasons.includes(name.replace(/^@opentelemetry\/(?!api)/, '')), name);
});

import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { cpSync, globSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { promisify } from 'node:util';

const root = new URL('../', import.meta.url).pathname;

test('src/gen is what `npm run gen` makes of proto/', async (t) => {
  const dir = mkdtempSync(join(tmpdir(), 'flamegate-gen-'));
  t.after(() => rmSync(dir, { recursive: true }));
  for (const name of ['proto', 'buf.gen.yaml']) cpSync(join(root, name), join(dir, name), { recursive: true });
  symlinkSync(join(root, 'node_modules'), join(dir, 'node_modules'));
  // The plugins of buf.gen.yaml are local: nothing is fetched. The caches are the test's own.
  const env = { ...process.env, HOME: dir, PATH: `${join(root, 'node_modules/.bin')}:${process.env['PATH']}` };
  await promisify(execFile)(join(root, 'node_modules/.bin/buf'), ['generate'], { cwd: dir, env });
  const generated = globSync('**/*.{ts,js}', { cwd: join(dir, 'src/gen') }).sort();
  assert.ok(generated.length > 0);
  assert.deepEqual(generated, globSync('**/*.{ts,js}', { cwd: join(root, 'src/gen') }).sort());
  for (const file of generated) {
    const same = readFileSync(join(dir, 'src/gen', file), 'utf8') === readFileSync(join(root, 'src/gen', file), 'utf8');
    assert.ok(same, `src/gen/${file} is stale: npm run gen`);
  }
});

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';

const bin = new URL('../src/bin.cjs', import.meta.url).pathname;

function run(file: string, args: readonly string[]): { code: number | null; stdout: string; stderr: string } {
  const { status, stdout, stderr } = spawnSync(process.execPath, [...args, file, 'version'], { encoding: 'utf8' });
  return { code: status, stdout, stderr };
}

for (const version of ['20.20.2', '8.17.0']) {
  test(`on Node ${version} it says what is needed and what was found, and exits 78`, (t) => {
    const dir = mkdtempSync(join(tmpdir(), 'flamegate-bin-'));
    t.after(() => rmSync(dir, { recursive: true }));
    const fake = join(dir, 'fake.cjs');
    writeFileSync(fake, `Object.defineProperty(process, 'versions', { value: { ...process.versions, node: '${version}' } });`);
    const { code, stdout, stderr } = run(bin, ['--require', fake]);
    assert.equal(code, 78);
    assert.equal(stdout, '');
    assert.match(stderr, new RegExp(`^flamegate needs Node 24 or newer, this is Node ${version} \\(`));
  });
}

test('in a checkout it runs the sources', () => {
  const { code, stdout } = run(bin, []);
  assert.equal(code, 0);
  assert.match(stdout, /^flamegate \d+\.\d+\.\d+ \(Node 24\.[^)]*\)$/m);
});

test('in the npm package, where there are no sources, it runs what was built', (t) => {
  const dir = mkdtempSync(join(tmpdir(), 'flamegate-bin-'));
  t.after(() => rmSync(dir, { recursive: true }));
  for (const name of ['src', 'dist']) mkdirSync(join(dir, name));
  cpSync(bin, join(dir, 'src/bin.cjs'));
  writeFileSync(join(dir, 'dist/main.js'), 'process.stdout.write(`built ${process.argv[2]}`);');
  writeFileSync(join(dir, 'package.json'), '{ "type": "module" }');
  const { code, stdout } = run(join(dir, 'src/bin.cjs'), []);
  assert.equal(code, 0);
  assert.equal(stdout, 'built version');
});

import assert from 'node:assert/strict';
import { readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import type { Io } from '../../src/cli/io.ts';
import { loadSources } from '../../src/cli/sources.ts';
import { emitTree } from '../../src/config/convert.ts';
import { diffConfigs, formatDiff, isUnchanged } from '../../src/config/diff.ts';
import { formatProblem } from '../../src/config/problems.ts';
import { directory } from '../config/fakes.ts';
import { loadCases, textOf } from '../golden/case.ts';
import { Names } from '../golden/names.ts';

const field = fileURLToPath(new URL('../config/alloy/configs', import.meta.url));

type Env = Readonly<Record<string, string>>;

function load(file: string, env: Env) {
  const nowhere = { isTty: false, write: () => {} };
  const io: Io = { stdout: nowhere, stderr: nowhere, cwd: field, env };
  return loadSources({ files: [file], sets: [], strict: false, secretsDir: undefined, queueDir: undefined }, io);
}

/** Asserts that a file and its conversion, written to the directory, mean the same. False when the file is none that runs. */
function compare(file: string, dir: string, env: Env): boolean {
  const { config, tree, foreign } = load(file, env);
  if (config === undefined || tree === undefined) return false;
  const converted = join(dir, 'converted.yaml');
  writeFileSync(converted, emitTree(tree, foreign));
  const again = load(converted, env);
  assert.ok(again.config, `${file}: ${again.problems.map(formatProblem).join('\n')}`);
  const diff = diffConfigs(config, again.config);
  assert.equal(isUnchanged(diff), true, `${file}: ${formatDiff(diff)}`);
  assert.deepEqual([...config.pipelines.keys()], [...again.config.pipelines.keys()]);
  return true;
}

test('files from the field and their conversions are the same configuration', (t) => {
  const dir = directory(t);
  const env = { FIELD_HOST: '127.0.0.1:14100', FIELD_TENANT: 'squad-1' };
  assert.ok(readdirSync(field).filter((name) => compare(join(field, name), dir, env)).length >= 3);
});

test('recorded configurations that run, and their conversions, are the same configuration', (t) => {
  const hosts = Array.from({ length: 10 }, (_, at) => `127.0.0.1:${14_100 + at}`);
  const upstreams = hosts.map((host) => ({ url: `http://${host}`, host }));
  const compared = loadCases().filter(({ config, files = {}, env = {} }) => {
    const dir = directory(t);
    const names = new Names(dir, upstreams, { LISTEN_PORT: 14_040, LISTEN2_PORT: 14_041 });
    for (const [name, body] of Object.entries(files)) if (typeof body === 'string') writeFileSync(join(dir, name), names.fill(body));
    writeFileSync(join(dir, 'c.alloy'), names.fill(textOf(config)));
    const filled = Object.entries(env).map(([name, value]) => [name, names.fill(value)]);
    return compare(join(dir, 'c.alloy'), dir, Object.fromEntries(filled));
  });
  assert.ok(compared.length > 100, `only ${compared.length} were compared`);
});

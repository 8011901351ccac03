import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { chmodSync, chownSync, mkdirSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { startGateway } from '../support/gateway.ts';
import { numbers, pushAll, temporary } from './field.ts';

// ClickHouse/ClickHouse#90027, cockroachdb/cockroach#20564: the root of a volume holds lost+found, which only root may read.
const nobody = 65_534;
const by = ['setpriv', `--reuid=${nobody}`, `--regid=${nobody}`, '--clear-groups'];
const canTry = process.getuid?.() === 0 && spawnSync('setpriv', ['--version']).status === 0;

test('a directory that is the root of a volume is used, and what is not ours in it left alone', { skip: !canTry }, async (t) => {
  const directory = temporary(t);
  const dirs = ['profiles', 'queue'].map((name) => join(directory, name));
  chownSync(directory, nobody, nobody);
  for (const dir of dirs) {
    mkdirSync(join(dir, 'lost+found'), { recursive: true });
    chmodSync(join(dir, 'lost+found'), 0o700);
    chownSync(dir, nobody, nobody);
  }
  const config = JSON.stringify({
    receivers: { pyroscope: { endpoint: '127.0.0.1:0' } },
    exporters: {
      file: { dir: 'profiles', max_size: '1KiB' },
      pyroscope: { queue: { type: 'disk', dir: 'queue' }, endpoints: [{ name: 'up', url: 'http://127.0.0.1:1' }] },
    },
    service: {
      pipelines: { p: { receivers: ['pyroscope'], exporters: ['file', 'pyroscope'] } },
      admin: { endpoint: '127.0.0.1:0' },
    },
  });
  const gateway = await startGateway({ config, directory, by });
  t.after(() => gateway.stop('SIGKILL'));
  await pushAll(gateway, numbers(0, 200)); // more than max_size: the oldest are removed
  assert.ok(readdirSync(join(directory, 'profiles')).length > 1);
  assert.equal(await gateway.stop(), 0);
  for (const dir of dirs) {
    const { uid, mode } = statSync(join(dir, 'lost+found'));
    assert.deepEqual([uid, mode & 0o777], [0, 0o700]);
  }
});

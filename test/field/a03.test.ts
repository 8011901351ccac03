import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { test } from 'node:test';
import { startCapture } from '../support/capture.ts';
import { startGateway } from '../support/gateway.ts';
import { balanced, configOf, flamegate, numbers, pushAll, temporary } from './field.ts';

// stellar/stellar-core PR#652, ipfs/kubo#1537: a lock file with a pid in it refuses every start after a crash in a container, where the pid is
// always 1.
const asPid1 = ['unshare', '--pid', '--fork', '--kill-child', '--mount-proc'];
const { status, stderr, error } = spawnSync(asPid1[0] ?? '', [...asPid1.slice(1), 'true'], { encoding: 'utf8' });
const skip = status === 0 ? false : `no pid name space of its own: ${error?.message ?? stderr.trim()}`;

test('a queue whose process was killed as pid 1 opens for the next pid 1, and for one at a time', { skip, timeout: 90_000 }, async (t) => {
  const upstream = await startCapture();
  t.after(() => upstream.close());
  upstream.answer(() => ({ status: 503 }));
  const directory = temporary(t);
  const config = configOf({ endpoints: [{ url: upstream.url }] });
  const killed = await startGateway({ directory, config, by: asPid1 });
  t.after(() => killed.stop('SIGKILL'));
  await pushAll(killed, numbers(0, 10));
  await killed.stop('SIGKILL');

  const started = performance.now();
  const next = await startGateway({ directory, config, by: asPid1 });
  t.after(() => next.stop('SIGKILL'));
  const tookMs = performance.now() - started;
  assert.ok(tookMs < 5000 + 10_000, `${tookMs} ms: 5 s, and room for a busy machine`);
  await balanced(next, 'up0', { recovered: 10, queued: 10 });

  const third = await flamegate(t, ['run', next.configFile], { directory, by: asPid1 });
  assert.equal(third.code, 73, third.text);
  assert.match(third.text, /another process is using it/);
  assert.ok(third.text.includes('queue'), 'the directory by its name');
  await pushAll(next, numbers(10, 5));
  await balanced(next, 'up0', { recovered: 10, accepted: 5, queued: 15 });
});

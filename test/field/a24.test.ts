import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Capture, startCapture } from '../support/capture.ts';
import type { GatewayProcess } from '../support/gateway.ts';
import { arrive, balanced, checkOnceEach, numberIn, numbers, pushAll, startField, temporary } from './field.ts';

// vectordotdev/vector#19155: endless 307s; after a restart the buffer is stuck.
function redirectToItself(upstream: Capture): void {
  upstream.answer(({ path }) => ({ status: 307, headers: { location: `${upstream.url}${path}` } }));
}

async function checkErrorLine(gateway: GatewayProcess, upstream: Capture): Promise<void> {
  const line = await gateway.line(({ level, endpoint }) => level === 'error' && endpoint === 'up0');
  const text = JSON.stringify(line);
  assert.ok(text.includes(`${upstream.url}/push.v1.PusherService/Push`), `Location in ${text}`);
  assert.match(text, /\burl\b/, 'what to change');
  assert.match(text, /307/);
}

test('memory queue: what a redirect loop held up arrives once it is over', async (t) => {
  const upstream = await startCapture();
  t.after(() => upstream.close());
  redirectToItself(upstream);
  const gateway = await startField(t, { endpoints: [{ url: upstream.url }], queue: { type: 'memory' } });
  await pushAll(gateway, numbers(0, 20));
  await checkErrorLine(gateway, upstream);
  await balanced(gateway, 'up0', { queued: 20, delivered: 0, dropped: 0, dead: 0 });
  upstream.answer(() => ({ status: 200, headers: { 'content-type': 'application/proto' } }));
  await balanced(gateway, 'up0', { queued: 0, delivered: 20, dropped: 0, dead: 0 });
});

test('disk queue: what a redirect loop held up arrives once each after a restart', async (t) => {
  const upstream = await startCapture();
  t.after(() => upstream.close());
  redirectToItself(upstream);
  const directory = temporary(t);
  const setup = { endpoints: [{ url: upstream.url }] };
  const before = await startField(t, setup, { directory });
  await pushAll(before, numbers(0, 20));
  await checkErrorLine(before, upstream);
  await balanced(before, 'up0', { queued: 20, delivered: 0, dropped: 0, dead: 0 });
  assert.equal(await before.stop(), 0, 'nothing is lost: the rest is on disk');

  // Each attempt in the loop was several requests.
  const loops = upstream.arrivals.length;
  upstream.answer(() => ({ status: 200, headers: { 'content-type': 'application/proto' } }));
  const after = await startField(t, setup, { directory });
  const ready = performance.now();
  await arrive(upstream, loops + 20);
  const tookMs = performance.now() - ready;
  assert.ok(tookMs < 3000, `${tookMs} ms after the start`);
  await balanced(after, 'up0', { recovered: 20, delivered: 20, queued: 0 });
  checkOnceEach(upstream.arrivals.slice(loops).map(numberIn), numbers(0, 20));
});

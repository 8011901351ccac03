import assert from 'node:assert/strict';
import { createServer } from 'node:net';
import { test } from 'node:test';
import { startCapture } from '../support/capture.ts';
import { arrive, configOf, push, reload, startField } from './field.ts';

// grafana/alloy#6701: a receiver's port is taken, and the process runs on without it.
test('a reload that adds a receiver on a busy port is refused with its address, and the old receivers serve on', async (t) => {
  const upstream = await startCapture();
  t.after(() => upstream.close());
  const endpoints = [{ url: upstream.url }];
  const gateway = await startField(t, { endpoints });
  const busy = createServer((socket) => socket.resume()); // whoever asks who is there is heard, and gets no answer
  await new Promise<void>((resolve) => busy.listen(0, '127.0.0.1', resolve));
  t.after(() => busy.close());
  const address = `127.0.0.1:${(busy.address() as { port: number }).port}`; // listening on TCP
  const wanted = configOf({ endpoints, moreReceivers: { 'pyroscope/more': { endpoint: address } } });

  const { status, text } = await reload(gateway, wanted);
  assert.equal(status, 400);
  assert.ok(text.includes(address), text);
  assert.equal((await gateway.metrics()).sum('flamegate_config_last_reload_successful'), 0);
  assert.equal(await push(gateway, 1), 200);
  await arrive(upstream, 1);

  await new Promise((resolve) => busy.close(resolve));
  assert.equal((await reload(gateway, wanted)).status, 200, 'the same once the port is free');
  assert.equal((await gateway.metrics()).sum('flamegate_config_last_reload_successful'), 1);
  assert.equal(await push(gateway, 2), 200);
});

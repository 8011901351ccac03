import assert from 'node:assert/strict';
import { test } from 'node:test';
import { arrive, balanced, checkOnceEach, eventually, numbers, pushAll, queues, startField } from './field.ts';
import { startHttp2Upstream } from './http2-upstream.ts';

// nodejs/undici#5134: a peer that allows 1 stream, or none for a while, stalls or crashes the client.
for (const queue of queues) {
  test(`${queue['type']} queue: a peer that allows one stream at a time gets each record once`, async (t) => {
    const upstream = await startHttp2Upstream(t, { settings: { maxConcurrentStreams: 1 } });
    const endpoint = { url: `https://127.0.0.1:${upstream.port}`, tls_config: { ca_file: upstream.authority.ca } };
    const gateway = await startField(t, { endpoints: [endpoint], queue });
    await pushAll(gateway, numbers(0, 50));
    checkOnceEach(await arrive(upstream, 50), numbers(0, 50));
    await balanced(gateway, 'up0', { delivered: 50, queued: 0 });
  });

  test(`${queue['type']} queue: a peer that allows no stream for a while gets all of it when it allows some`, async (t) => {
    const upstream = await startHttp2Upstream(t, { settings: { maxConcurrentStreams: 0 } });
    const endpoint = { url: `https://127.0.0.1:${upstream.port}`, tls_config: { ca_file: upstream.authority.ca }, remote_timeout: '500ms' };
    const gateway = await startField(t, { endpoints: [endpoint], queue });
    await pushAll(gateway, numbers(0, 50));
    // As long as it takes until attempts have failed for want of a stream.
    await eventually(10_000, async () => {
      assert.ok((await gateway.metrics()).sum('pyroscope_write_retries_total') > 3);
    });
    assert.deepEqual(upstream.taken, []);
    upstream.set({ maxConcurrentStreams: 100 });
    const started = performance.now();
    checkOnceEach(await arrive(upstream, 50), numbers(0, 50));
    const tookMs = performance.now() - started;
    assert.ok(tookMs < 30_000, `${tookMs} ms: ten times what it may take on a machine of its own`);
    await balanced(gateway, 'up0', { delivered: 50, queued: 0, dropped: 0, dead: 0 });
  });
}

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createGrpcUpstream } from '../net/client/grpc-upstream.ts';
import { createHole } from '../support/proxies.ts';
import { arrive, balanced, checkOnceEach, eventually, numberIn, numbers, pushAll, queues, startField } from './field.ts';
import { startHttp2Upstream } from './http2-upstream.ts';

// nodejs/undici#5787, #4230: an HTTP/2 connection whose peer has gone without a FIN keeps taking requests, and every one times out.
for (const queue of queues) {
  test(`${queue['type']} queue: an HTTP/2 peer that went without a word is left for a new connection, and nothing is lost`, async (t) => {
    const upstream = await startHttp2Upstream(t);
    const hole = await createHole(upstream.port);
    t.after(() => hole[Symbol.asyncDispose]());
    const endpoint = { url: `https://127.0.0.1:${hole.port}`, remote_timeout: '1s', tls_config: { ca_file: upstream.authority.ca } };
    const gateway = await startField(t, { endpoints: [endpoint], queue });
    await pushAll(gateway, numbers(0, 3));
    await arrive(upstream, 3);
    await balanced(gateway, 'up0', { delivered: 3 }); // whose answer is lost comes twice, rightly
    const connections = hole.accepted();

    hole.deafen();
    const started = performance.now();
    await pushAll(gateway, numbers(3, 10));
    await arrive(upstream, 13);
    const tookMs = performance.now() - started;
    assert.ok(tookMs < 1000 + 5000 + 4000, `${tookMs} ms: remote_timeout + 5 s, and room for a busy machine`);
    assert.ok(hole.accepted() > connections, 'a new connection');
    checkOnceEach(upstream.taken, numbers(0, 13));
    await balanced(gateway, 'up0', { delivered: 13, queued: 0, dropped: 0, dead: 0 });
    await eventually(5000, async () => {
      assert.equal((await gateway.metrics()).sum('flamegate_endpoint_breaker_open', { endpoint: 'up0' }), 0);
    });
  });
}

test('a gRPC peer that went without a word is left for a new connection, and nothing is lost', async (t) => {
  const upstream = await createGrpcUpstream();
  t.after(() => upstream[Symbol.asyncDispose]());
  const hole = await createHole(upstream.port);
  t.after(() => hole[Symbol.asyncDispose]());
  const endpoint = { url: `http://127.0.0.1:${hole.port}`, protocol: 'grpc', remote_timeout: '1s' };
  const gateway = await startField(t, { endpoints: [endpoint] });
  await pushAll(gateway, numbers(0, 3));
  await balanced(gateway, 'up0', { delivered: 3 });
  const connections = hole.accepted();

  hole.deafen();
  const started = performance.now();
  await pushAll(gateway, numbers(3, 10));
  await balanced(gateway, 'up0', { delivered: 13, queued: 0, dropped: 0, dead: 0 });
  const tookMs = performance.now() - started;
  assert.ok(tookMs < 1000 + 5000 + 4000, `${tookMs} ms: remote_timeout + 5 s, and room for a busy machine`);
  assert.ok(hole.accepted() > connections, 'a new connection');
  checkOnceEach(upstream.seen.map(numberIn), numbers(0, 13));
});

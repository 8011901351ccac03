import assert from 'node:assert/strict';
import { test } from 'node:test';
import { startCapture } from '../support/capture.ts';
import { createDnsHole } from '../support/dns-hole.ts';
import { arrive, checkOnceEach, numberIn, numbers, pushAll, queues, startField, temporary } from './field.ts';

// nodejs/node#8436, #49394: names whose DNS server is silent fill the resolver threads; look-ups of healthy names wait with them.
for (const queue of queues) {
  for (const dead of [4, 8]) {
    test(`${queue['type']} queue: ${dead} names that never resolve do not delay an endpoint on localhost`, async (t) => {
      const directory = temporary(t);
      const hole = await createDnsHole(t, directory);
      if (typeof hole === 'string') return t.skip(hole);
      const upstream = await startCapture();
      t.after(() => upstream.close());
      const url = upstream.url.replace('127.0.0.1', 'localhost');
      const names = numbers(1, dead).map((n) => `a${n}.field.test`);
      const endpoints = [...names.map((name) => ({ name, url: `http://${name}:4040` })), { name: 'healthy', url }];
      const gateway = await startField(t, { endpoints, queue }, { directory, by: hole.by });
      // All of them are at their look-ups before the healthy one has to make its own.
      const started = performance.now();
      await pushAll(gateway, numbers(0, 20));
      checkOnceEach((await arrive(upstream, 20)).map(numberIn), numbers(0, 20));
      const tookMs = performance.now() - started;
      assert.ok(tookMs < 4500, `${tookMs} ms: one look-up that fails takes 10 s`);
      assert.equal((await fetch(`${gateway.admin}/-/ready`)).status, 200);
      const failed = new Set<unknown>();
      for (const name of names) {
        const line = await gateway.line(({ endpoint, message }) => endpoint === name && /accepts no profiles/.test(message ?? ''));
        assert.match(String(line['answer']), /DNS/);
        failed.add(line['endpoint']);
      }
      assert.equal(failed.size, dead);
    });
  }
}

test('dead names of proxies, token servers and trace receivers do not either', async (t) => {
  const directory = temporary(t);
  const hole = await createDnsHole(t, directory);
  if (typeof hole === 'string') return t.skip(hole);
  const upstream = await startCapture();
  t.after(() => upstream.close());
  const url = upstream.url.replace('127.0.0.1', 'localhost');
  const endpoints = [
    ...numbers(1, 3).map((n) => ({ name: `proxy${n}`, url, proxy_url: `http://proxy${n}.field.test:3128` })),
    ...numbers(1, 3).map((n) => ({
      name: `token${n}`,
      url,
      oauth2: { client_id: 'c', client_secret: 's', token_url: `http://token${n}.field.test/token` },
    })),
    { name: 'healthy', url },
  ];
  const telemetry = { traces: { otlp: { endpoint: 'http://otlp.field.test:4318' }, sample_ratio: 1 } };
  const gateway = await startField(t, { endpoints, telemetry }, { directory, by: hole.by });
  const started = performance.now();
  for (const round of numbers(0, 3)) {
    await pushAll(gateway, numbers(round * 10, 10));
    await arrive(upstream, (round + 1) * 10);
  }
  const tookMs = performance.now() - started;
  assert.ok(tookMs < 4500, `${tookMs} ms: one look-up that fails takes 10 s`);
  checkOnceEach(upstream.arrivals.map(numberIn), numbers(0, 30));
  for (const { name } of endpoints.slice(0, 6)) {
    const line = await gateway.line(({ endpoint, answer }) => endpoint === name && answer !== undefined);
    assert.match(String(line['answer']), /DNS|token/);
  }
});

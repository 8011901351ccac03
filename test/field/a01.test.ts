import assert from 'node:assert/strict';
import { test } from 'node:test';
import { startCapture } from '../support/capture.ts';
import { createDnsHole } from '../support/dns-hole.ts';
import { checkOnceEach, numberIn, numbers, pushAll, queues, startField, temporary } from './field.ts';

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
      checkOnceEach((await upstream.take(20)).map(numberIn), numbers(0, 20));
      const tookMs = performance.now() - started;
      assert.ok(tookMs < 4500, `${tookMs} ms: one look-up that fails takes 10 s`);
      assert.equal((await fetch(`${gateway.admin}/-/ready`)).status, 200);
      const failed = new Set<unknown>();
      for (const name of names) {
        const line = await gateway.line(({ endpoint, message }) => endpoint === name && /does not take profiles/.test(message ?? ''));
        assert.match(String(line['answer']), /DNS/);
        failed.add(line['endpoint']);
      }
      assert.equal(failed.size, dead);
    });
  }
}

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { startCapture } from '../support/capture.ts';
import { arrive, record, startField } from './field.ts';

// grafana/pyroscope#3113: behind an ingress that does not strip its prefix, every push is 404.
const requests = {
  '/ingest?name=a': { method: 'POST', body: 'main 1\n' },
  '/push.v1.PusherService/Push': { method: 'POST', headers: { 'content-type': 'application/proto' }, body: record(1) },
} as const;

test('a receiver with a path_prefix takes pushes below it and at the root', async (t) => {
  const upstream = await startCapture();
  t.after(() => upstream.close());
  const gateway = await startField(t, { endpoints: [{ url: upstream.url }], receiver: { path_prefix: '/profiles' } });
  for (const [path, request] of Object.entries(requests)) {
    for (const prefix of ['/profiles', '']) {
      const answer = await fetch(`http://${gateway.address()}${prefix}${path}`, request);
      assert.equal(answer.status, 200, `${prefix}${path}: ${await answer.text()}`);
    }
  }
  const arrived = await arrive(upstream, 4);
  assert.deepEqual(arrived.map(({ path }) => path).toSorted(), [
    '/ingest',
    '/ingest',
    '/push.v1.PusherService/Push',
    '/push.v1.PusherService/Push',
  ]);
});

test('without it the answer names the paths that are served and the key that adds one', async (t) => {
  const upstream = await startCapture();
  t.after(() => upstream.close());
  const gateway = await startField(t, { endpoints: [{ url: upstream.url }] });
  for (const [path, request] of Object.entries(requests)) {
    const answer = await fetch(`http://${gateway.address()}/profiles${path}`, request);
    assert.equal(answer.status, 404);
    const body = await answer.text();
    for (const word of ['/ingest', '/push.v1.PusherService/Push', 'path_prefix']) assert.ok(body.includes(word), `${word} in ${body}`);
  }
});

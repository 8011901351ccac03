import assert from 'node:assert/strict';
import { test } from 'node:test';
import { startCapture } from '../support/capture.ts';
import { startGateway } from '../support/gateway.ts';

const configOf = (url: string): string => `
receivers: { pyroscope: { endpoint: "127.0.0.1:0" } }
exporters: { pyroscope: { endpoints: [{ name: up, url: "${url}", min_backoff_period: 50ms, max_backoff_period: 100ms }] } }
service:
  pipelines: { profiles: { receivers: [pyroscope], exporters: [pyroscope] } }
  admin: { endpoint: "127.0.0.1:0" }
`;

test('an endpoint that answers 401 is refusing in metrics, in status and in /-/ready, until it takes profiles again', {
  timeout: 60_000,
}, async (t) => {
  const upstream = await startCapture();
  t.after(() => upstream.close());
  let status = 401;
  upstream.answer(() => ({ status, body: status === 401 ? 'who are you?' : '' }));
  const gateway = await startGateway({ config: configOf(upstream.url) });
  t.after(() => gateway.stop('SIGKILL'));
  const state = async (name: string) => (await gateway.metrics()).sum('flamegate_endpoint_state', { endpoint: 'up', state: name });
  assert.deepEqual([await state('ok'), await state('refusing')], [1, 0]);
  assert.equal((await fetch(`http://${gateway.address()}/ingest?name=a`, { method: 'POST', body: 'x 1' })).status, 200);
  await gateway.line(({ message }) => message === 'the endpoint takes nothing until something is changed');
  assert.deepEqual([await state('ok'), await state('refusing')], [0, 1]);
  const ready = await fetch(`${gateway.admin}/-/ready`);
  assert.equal(ready.status, 200);
  assert.match(await ready.text(), /degraded: pyroscope up: HTTP 401/);
  const { endpoints } = (await (await fetch(`${gateway.admin}/api/v1/status`)).json()) as {
    endpoints: { state: string; reason: string }[];
  };
  assert.equal(endpoints[0]?.state, 'refusing');
  assert.match(endpoints[0]?.reason ?? '', /who are you\?.*credentials/);
  assert.equal((await gateway.metrics()).sum('flamegate_receiver_request_seconds_count', { protocol: 'ingest' }), 1);
  status = 200;
  await gateway.line(({ message }) => message === 'the endpoint takes profiles again');
  assert.deepEqual([await state('ok'), await state('refusing')], [1, 0]);
});

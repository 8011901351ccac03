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

test('an endpoint that answers 401 is refusing in metrics, in status and in /-/ready, until it accepts profiles again', {
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
  await gateway.line(({ message }) => message === 'the endpoint refuses profiles until the configuration is changed');
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
  await gateway.line(({ message }) => message === 'the endpoint accepts profiles again');
  assert.deepEqual([await state('ok'), await state('refusing')], [1, 0]);
});

test('attempts are counted by what was answered, a pause is a state, and a dead letter stands in the table of senders', {
  timeout: 60_000,
}, async (t) => {
  const upstream = await startCapture();
  t.after(() => upstream.close());
  let answers = [503, 429, 200];
  upstream.answer(() => ({ status: answers.shift() ?? 400, body: 'no such profile' }));
  const gateway = await startGateway({ config: configOf(upstream.url) });
  t.after(() => gateway.stop('SIGKILL'));
  const ingest = (name: string) => fetch(`http://${gateway.address()}/ingest?name=${name}`, { method: 'POST', body: 'x 1' });
  const until = async (name: string, labels: Record<string, string>, value: number): Promise<void> => {
    while ((await gateway.metrics()).sum(name, { endpoint: 'up', ...labels }) < value)
      await new Promise((resolve) => setImmediate(resolve));
  };
  await ingest('a');
  await until('flamegate_endpoint_delivered_profiles_total', {}, 1);
  const metrics = await gateway.metrics();
  const attempts = (status: string) => metrics.sum('flamegate_endpoint_attempts_total', { endpoint: 'up', status });
  assert.deepEqual([attempts('2xx'), attempts('4xx'), attempts('5xx')], [1, 1, 1]);
  assert.ok(metrics.sum('flamegate_endpoint_last_delivery_timestamp_seconds') > 1.7e9);

  await ingest('shop');
  await until('flamegate_endpoint_dead_lettered_profiles_total', { reason: 'rejected' }, 1);
  const table = (await (await fetch(`${gateway.admin}/api/v1/senders?only=failing`)).json()) as { senders: Record<string, unknown>[] };
  assert.deepEqual(
    table.senders.map((row) => [row['service'], row['dead_lettered_profiles'], (row['last_error'] as { message: string }).message]),
    [['shop', { rejected: 1 }, 'HTTP 400: no such profile']],
  );

  answers = [200];
  const act = async (verb: string) => (await fetch(`${gateway.admin}/api/v1/endpoints/pyroscope/up/${verb}`, { method: 'POST' })).status;
  assert.equal(await act('pause'), 200);
  assert.equal((await gateway.metrics()).sum('flamegate_endpoint_state', { endpoint: 'up', state: 'paused' }), 1);
  await ingest('b');
  assert.equal((await gateway.metrics()).sum('flamegate_endpoint_queued_profiles', { endpoint: 'up' }), 1);
  assert.equal(await act('resume'), 200);
  await until('flamegate_endpoint_delivered_profiles_total', {}, 2);
  assert.equal((await gateway.metrics()).sum('flamegate_endpoint_state', { endpoint: 'up', state: 'ok' }), 1);
});

test('an endpoint that failed once and rests is backing off, with its answer in status, until it takes a profile; nobody is told by a line', {
  timeout: 60_000,
}, async (t) => {
  const upstream = await startCapture();
  t.after(() => upstream.close());
  const answers = [503];
  upstream.answer(() => ({ status: answers.shift() ?? 200, body: 'come again' }));
  const config = configOf(upstream.url).replace('min_backoff_period: 50ms, max_backoff_period: 100ms', 'min_backoff_period: 2s');
  const gateway = await startGateway({ config: `${config}  telemetry: { logs: { level: debug, format: json } }\n` });
  t.after(() => gateway.stop('SIGKILL'));
  const status = async () => {
    const answer = await fetch(`${gateway.admin}/api/v1/status`);
    return ((await answer.json()) as { endpoints: { state: string; reason: string }[] }).endpoints[0];
  };
  assert.equal((await fetch(`http://${gateway.address()}/ingest?name=a`, { method: 'POST', body: 'x 1' })).status, 200);
  await gateway.line(({ message }) => message === 'profiles are not delivered yet');
  const resting = await status();
  assert.equal(resting?.state, 'backing_off');
  assert.match(resting?.reason ?? '', /HTTP 503.*come again/);
  assert.equal((await gateway.metrics()).sum('flamegate_endpoint_state', { endpoint: 'up', state: 'backing_off' }), 1);
  const delivered = await gateway.line(({ message }) => message === 'profiles are delivered');
  assert.equal(delivered['attempts'], 2);
  assert.equal((await status())?.state, 'ok');
  assert.ok(!gateway.lines.some(({ message }) => message === 'the endpoint accepts profiles again'));
});

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { Code, ConnectError } from '@connectrpc/connect';
import { pushClients } from '../support/agents.ts';
import { type Capture, startCapture } from '../support/capture.ts';
import { type GatewayProcess, startGateway } from '../support/gateway.ts';
import { startOtlpReceiver } from '../support/otlp-receiver.ts';

const seriesOf = (service: string) => ({
  series: [{ labels: [{ name: 'service_name', value: service }], samples: [{ rawProfile: Buffer.from(service), ID: '' }] }],
});

function configOf(upstreams: readonly Capture[], exporter: string, extra = ''): string {
  return `
receivers: { pyroscope: { endpoint: "127.0.0.1:0" } }
exporters:
  pyroscope:
    endpoints:
${upstreams.map(({ url }, at) => `      - { name: up${at}, url: "${url}", remote_timeout: 5s, min_backoff_period: 10ms, max_backoff_period: 20ms }`).join('\n')}
    ${exporter}
service:
  pipelines: { profiles: { receivers: [pyroscope], exporters: [pyroscope] } }
  admin: { endpoint: "127.0.0.1:0" }
  ${extra}
`;
}

describe('ack: queued', () => {
  let gateway: GatewayProcess;
  let good: Capture;
  let stalled: Capture;
  before(async () => {
    [good, stalled] = [await startCapture(), await startCapture()];
    stalled.answer(() => undefined);
    gateway = await startGateway({ config: configOf([good, stalled], 'ack: queued') });
  });
  after(async () => {
    await gateway.stop('SIGKILL');
    await Promise.all([good.close(), stalled.close()]);
  });

  test('an endpoint that never answers delays neither the sender nor the other endpoint', async () => {
    const client = pushClients[0]?.open(gateway.address());
    assert.ok(client);
    for (let round = 0; round < 50; round++) await client.push(seriesOf(`round-${round}`));
    await good.take(50);
    client.close();
    const metrics = await gateway.metrics();
    const counter = 'flamegate_endpoint_delivered_profiles_total';
    assert.equal(metrics.sum(counter, { endpoint: 'up1' }), 0);
    assert.equal(metrics.sum('flamegate_endpoint_accepted_profiles_total', { endpoint: 'up1' }), 50);
  });
});

describe('ack: delivered', () => {
  let gateway: GatewayProcess;
  let upstreams: readonly [Capture, Capture];
  before(async () => {
    upstreams = [await startCapture(), await startCapture()];
    gateway = await startGateway({ config: configOf(upstreams, 'ack: delivered') });
  });
  after(async () => {
    await gateway.stop();
    await Promise.all(upstreams.map((upstream) => upstream.close()));
  });

  for (const { name, open } of pushClients.filter(({ name: one }) => /over HTTP\/1.1$|connect-node$|JSON$/.test(one))) {
    test(`${name}: the sender hears the endpoint's own verdict`, async () => {
      upstreams[1].answer(() => ({
        status: 401,
        headers: { 'content-type': 'application/json' },
        body: '{"code":"unauthenticated","message":"no org id"}',
      }));
      const client = open(gateway.address());
      const why = await client.push(seriesOf('verdict')).catch((thrown: unknown) => thrown);
      client.close();
      assert.ok(why instanceof ConnectError, String(why));
      assert.equal(why.code, Code.Unauthenticated);
      assert.match(why.message, /no org id/);
    });
  }

  test("/ingest: the status is the endpoint's, and what the other took is delivered", async () => {
    upstreams[1].answer(() => ({ status: 413, body: 'profile too large' }));
    const answer = await fetch(`http://${gateway.address()}/ingest?name=big`, { method: 'POST', body: 'x 1' });
    assert.equal(answer.status, 413);
    assert.match(await answer.text(), /profile too large/);
    await upstreams[0].take(1, ({ query }) => query.get('name')?.startsWith('big') === true);
  });

  test('an error that may pass is tried again before the sender hears of it', async () => {
    let tries = 0;
    upstreams[1].answer(() => (++tries < 3 ? { status: 503 } : { status: 200 }));
    const answer = await fetch(`http://${gateway.address()}/ingest?name=later`, { method: 'POST', body: 'x 1' });
    assert.equal(answer.status, 200);
    assert.equal(tries, 3);
  });
});

test('a push and its deliveries are one trace, which reaches an OTLP receiver', { timeout: 60_000 }, async (t) => {
  const [otlp, upstream] = [await startOtlpReceiver(), await startCapture()];
  const traces = `telemetry: { traces: { otlp: { endpoint: "${otlp.url}" }, sample_ratio: 1 } }`;
  const gateway = await startGateway({ config: configOf([upstream], 'ack: queued', traces) });
  t.after(() => Promise.all([gateway.stop('SIGKILL'), otlp.close(), upstream.close()]));
  const client = pushClients[0]?.open(gateway.address());
  assert.ok(client);
  const traceId = '0af7651916cd43dd8448eb211c80319c';
  await client.push(seriesOf('traced'), { traceparent: `00-${traceId}-b7ad6b7169203331-01` });
  client.close();
  const [arrival] = await upstream.take(1);
  assert.equal(String(arrival?.headers['traceparent']).split('-')[1], traceId, 'the endpoint can go on with it');
  await gateway.stop();
  const spans = await otlp.spans((seen) => seen.filter((span) => span.traceId === traceId).length >= 2);
  const mine = spans.filter((span) => span.traceId === traceId);
  const received = mine.find((span) => span.parentSpanId === 'b7ad6b7169203331');
  assert.ok(received, JSON.stringify(mine));
  assert.ok(
    mine.some((span) => span.parentSpanId === received.spanId),
    JSON.stringify(mine),
  );
});

describe('shutdown', () => {
  test('SIGTERM delivers what is queued, prints the account and exits 0', async (t) => {
    const upstream = await startCapture();
    t.after(() => upstream.close());
    let holding = true;
    upstream.answer(() =>
      holding ? { status: 503, headers: { 'retry-after': '0' } } : { status: 200, headers: { 'content-type': 'application/proto' } },
    );
    const gateway = await startGateway({ config: configOf([upstream], 'ack: queued') });
    t.after(() => gateway.stop('SIGKILL'));
    const client = pushClients[0]?.open(gateway.address());
    assert.ok(client);
    for (let round = 0; round < 20; round++) await client.push(seriesOf(`round-${round}`));
    client.close();
    const stopped = gateway.stop();
    await gateway.line((line) => line.message === 'stopping');
    holding = false;
    assert.equal(await stopped, 0);
    const account = gateway.lines.at(-1);
    assert.deepEqual([account?.['delivered'], account?.['kept'], account?.['lost']], [20, 0, 0]);
  });

  test('what is only in memory at the deadline is counted, and the exit code says 75', async (t) => {
    const upstream = await startCapture();
    t.after(() => upstream.close());
    upstream.answer(() => ({ status: 503 }));
    const gateway = await startGateway({ config: configOf([upstream], 'ack: queued', 'shutdown: { timeout: 300ms }') });
    t.after(() => gateway.stop('SIGKILL'));
    const client = pushClients[0]?.open(gateway.address());
    assert.ok(client);
    for (let round = 0; round < 7; round++) await client.push(seriesOf(`round-${round}`));
    client.close();
    assert.equal(await gateway.stop(), 75);
    assert.deepEqual(gateway.lines.at(-1)?.['endpoints'], [{ exporter: 'pyroscope', endpoint: 'up0', delivered: 0, kept: 0, lost: 7 }]);
  });

  test('a second signal ends it at once', { timeout: 60_000 }, async (t) => {
    const upstream = await startCapture();
    t.after(() => upstream.close());
    upstream.answer(() => ({ status: 503 }));
    const gateway = await startGateway({ config: configOf([upstream], 'ack: queued', 'shutdown: { timeout: 10m }') });
    t.after(() => gateway.stop('SIGKILL'));
    const client = pushClients[0]?.open(gateway.address());
    assert.ok(client);
    await client.push(seriesOf('one'));
    client.close();
    gateway.process.kill('SIGTERM');
    await gateway.line((line) => line.message === 'stopping');
    assert.equal(await gateway.stop('SIGINT'), 75);
  });

  test('with ack: delivered nothing acknowledged is lost: a sender that heard no 200 was never told so', async (t) => {
    const upstream = await startCapture();
    t.after(() => upstream.close());
    upstream.answer(() => undefined);
    const gateway = await startGateway({ config: configOf([upstream], 'ack: delivered', 'shutdown: { timeout: 300ms }') });
    t.after(() => gateway.stop('SIGKILL'));
    const client = pushClients[0]?.open(gateway.address());
    assert.ok(client);
    const pushed = client.push(seriesOf('waits')).then(
      () => 'acknowledged',
      () => 'refused',
    );
    await upstream.take(1);
    assert.equal(await gateway.stop(), 0);
    assert.equal(await pushed, 'refused');
    assert.equal(gateway.lines.at(-1)?.['lost'], 0);
    client.close();
  });
});

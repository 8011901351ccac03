import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { after, before, test } from 'node:test';
import { gunzipSync, gzipSync } from 'node:zlib';
import { Profile } from 'pprof-format';
import type { PushRequest } from '../../src/gen/push/v1/push_pb.ts';
import { pushClients, startNodeSdk } from '../support/agents.ts';
import { type Arrival, type Capture, startCapture } from '../support/capture.ts';
import { type GatewayProcess, startGateway } from '../support/gateway.ts';

// A gateway process with two endpoints; every real client pushes through it, and both endpoints get all of it, byte for byte.
let gateway: GatewayProcess;
let upstreams: readonly [Capture, Capture];

before(async () => {
  upstreams = [await startCapture(), await startCapture()];
  gateway = await startGateway({
    config: `
receivers:
  pyroscope: { endpoint: "127.0.0.1:0" }
processors:
  label_drop: {}
  external_labels: { labels: { env: staging } }
exporters:
  pyroscope:
    endpoints: [ { url: "${upstreams[0].url}" }, { url: "${upstreams[1].url}/prefix" } ]
service:
  pipelines:
    profiles: { receivers: [pyroscope], processors: [label_drop, external_labels], exporters: [pyroscope] }
  admin: { endpoint: "127.0.0.1:0" }
`,
  });
});
after(async () => {
  await gateway.stop();
  await Promise.all(upstreams.map((upstream) => upstream.close()));
});

/** What a push holds, in a form that compares. */
function contentOf(push: PushRequest): unknown {
  return push.series.map(({ labels, samples }) => ({
    labels: Object.fromEntries(labels.map(({ name, value }) => [name, value])),
    samples: samples.map(({ ID, rawProfile }) => ({ ID, raw: Buffer.from(rawProfile).toString('base64') })),
  }));
}

function isFor(service: string): (arrival: Arrival) => boolean {
  return (arrival) =>
    arrival.path.endsWith('/ingest')
      ? arrival.query.get('name')?.includes(service) === true
      : arrival.push().series.some(({ labels }) => labels.some(({ value }) => value === service));
}

for (const [at, { name, protocol, open }] of pushClients.entries()) {
  test(`${name}: two series arrive at both endpoints as they were sent, labels edited`, async () => {
    const service = `client-${at}`;
    const client = open(gateway.address());
    const raw = [randomBytes(2_000), randomBytes(70_000), Buffer.alloc(0)];
    const before = await gateway.metrics();
    await client.push({
      series: [
        {
          labels: [
            { name: 'service_name', value: service },
            { name: '__name__', value: 'process_cpu' },
            { name: '__meta_pod', value: 'p' },
            { name: 'env', value: 'dev' },
          ],
          samples: [
            { rawProfile: raw[0] as Buffer, ID: 'one' },
            { rawProfile: raw[1] as Buffer, ID: '' },
          ],
        },
        { labels: [{ name: 'otel.scope.name', value: `${service} ü` }], samples: [{ rawProfile: raw[2] as Buffer, ID: 'three' }] },
      ],
    });
    for (const upstream of upstreams) {
      const [arrival] = await upstream.take(1, isFor(service));
      assert.ok(arrival);
      assert.deepEqual(contentOf(arrival.push()), [
        {
          labels: { __name__: 'process_cpu', env: 'staging', service_name: service },
          samples: [
            { ID: 'one', raw: raw[0]?.toString('base64') },
            { ID: '', raw: raw[1]?.toString('base64') },
          ],
        },
        { labels: { 'otel.scope.name': `${service} ü`, env: 'staging' }, samples: [{ ID: 'three', raw: '' }] },
      ]);
      assert.equal(arrival.headers['content-type'], 'application/proto');
      assert.equal(arrival.headers['connect-protocol-version'], '1');
    }
    const seen = await gateway.metrics();
    const received = { receiver: 'pyroscope', protocol };
    const counter = 'flamegate_receiver_received_profiles_total';
    assert.equal(seen.sum(counter, received) - before.sum(counter, received), 3);
    client.close();
  });
}

const pprofGzip = gzipSync(Buffer.from('not really a pprof'));
const multipart = (): { type: string; body: Buffer } => {
  const boundary = 'flamegate-test-boundary';
  const part = (name: string, content: Buffer): Buffer[] => [
    Buffer.from(
      `--${boundary}\r\nContent-Disposition: form-data; name="${name}"; filename="${name}"\r\nContent-Type: application/octet-stream\r\n\r\n`,
    ),
    content,
    Buffer.from('\r\n'),
  ];
  const body = Buffer.concat([...part('jfr', pprofGzip), ...part('labels', randomBytes(50)), Buffer.from(`--${boundary}--\r\n`)]);
  return { type: `multipart/form-data; boundary=${boundary}`, body };
};

const ingests: readonly { what: string; query: string; type: string | undefined; body: Buffer }[] = [
  {
    what: 'a pprof',
    query: 'format=pprof&from=1700000000&until=1700000010&spyName=nodespy',
    type: 'application/octet-stream',
    body: pprofGzip,
  },
  { what: 'a multipart form', query: 'format=jfr&from=1&until=2', ...multipart() },
  { what: 'a JFR of 1 MB', query: 'format=jfr', type: 'application/octet-stream', body: randomBytes(1_000_000) },
  {
    what: 'folded text',
    query: 'format=folded&sampleRate=97&units=samples',
    type: 'text/plain',
    body: Buffer.from('main;work 5\nmain;idle 1\n'),
  },
  { what: "curl's form type", query: 'format=pprof', type: 'application/x-www-form-urlencoded', body: Buffer.from('a=b&c=%zz') },
  { what: 'nothing', query: 'custom=a&custom=b', type: undefined, body: Buffer.alloc(0) },
];

for (const [at, { what, query, type, body }] of ingests.entries()) {
  test(`/ingest with ${what}: the body and its type pass untouched, the name is edited`, async () => {
    const service = `ingest-${at}.cpu`;
    const name = encodeURIComponent(`${service}{__secret__=x,pod=p-1,env=dev}`);
    const answer = await fetch(`http://${gateway.address()}/ingest?${query}&name=${name}`, {
      method: 'POST',
      body,
      headers: type === undefined ? {} : { 'content-type': type },
    });
    assert.equal(answer.status, 200);
    assert.equal(await answer.text(), '');
    assert.equal(answer.headers.get('content-type'), null);
    for (const [upstream, path] of [
      [upstreams[0], '/ingest'],
      [upstreams[1], '/prefix/ingest'],
    ] as const) {
      const [arrival] = await upstream.take(1, isFor(service));
      assert.ok(arrival);
      assert.equal(arrival.path, path);
      assert.equal(arrival.query.get('name'), `${service}{env=staging,pod=p-1}`);
      for (const [key, value] of new URLSearchParams(query)) assert.ok(arrival.query.getAll(key).includes(value), `${key}=${value}`);
      assert.ok(arrival.body.equals(body));
      assert.equal(arrival.headers['content-type'], type);
    }
  });
}

test('@pyroscope/nodejs: its wall and heap profiles arrive whole at both endpoints', { timeout: 60_000 }, async () => {
  const sdk = startNodeSdk(`http://${gateway.address()}`, 'node-sdk');
  try {
    for (const upstream of upstreams) {
      const arrivals = await upstream.take(2, isFor('node-sdk'));
      for (const { query, body } of arrivals) {
        assert.match(query.get('name') ?? '', /^node-sdk\{.*env=staging.*region=eu.*\}$/);
        assert.equal(query.get('format'), 'pprof');
        const profile = Profile.decode(gunzipSync(body));
        assert.ok(profile.sampleType.length > 0 && profile.location.length > 0);
      }
    }
  } finally {
    await sdk.stop();
  }
});

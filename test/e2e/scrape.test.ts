import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { type PprofSummary, summarize } from '../../src/wire/pprof.ts';
import { type Capture, startCapture } from '../support/capture.ts';
import { startGateway } from '../support/gateway.ts';
import { buildGoApp, startGoApp } from '../support/go-app.ts';

/** One profile as it came to the endpoint. */
interface Came {
  readonly labels: Readonly<Record<string, string>>;
  readonly summary: PprofSummary;
}

function profilesIn(capture: Capture): Came[] {
  return capture.arrivals.flatMap((arrival) =>
    arrival.push().series.flatMap(({ labels, samples }) =>
      samples.map(({ rawProfile }) => ({
        labels: Object.fromEntries(labels.map(({ name, value }) => [name, value])),
        summary: summarize(rawProfile, 200),
      })),
    ),
  );
}

/** Resolves with a profile that has such labels and such a function. */
async function shows(capture: Capture, labels: Readonly<Record<string, string>>, name: string): Promise<Came> {
  for (let seen = 0; ; ) {
    const found = profilesIn(capture).find(
      (one) =>
        Object.entries(labels).every(([key, value]) => one.labels[key] === value) &&
        one.summary.top.some((top) => top.name === name && top.self > 0),
    );
    if (found !== undefined) return found;
    seen = capture.arrivals.length;
    await capture.take(seen + 1);
  }
}

/** Functions of the leaf need not be ours: the stacks are looked through. */
const leaves: Readonly<Record<string, string>> = {
  process_cpu: 'main.burn',
  memory: 'main.allocate',
  goroutine: 'runtime.gopark',
};

test('a Go program is scraped for every profile, and its functions arrive at the endpoint', async (t) => {
  const built = await buildGoApp();
  if (typeof built === 'string') return t.skip(built);
  const capture = await startCapture();
  t.after(() => capture.close());
  const address = await startGoApp(t, built.binary);
  const kinds =
    'profiles: { godeltaprof_memory: { enabled: true }, godeltaprof_mutex: { enabled: true }, godeltaprof_block: { enabled: true },';
  const off =
    'memory: { enabled: false }, mutex: { enabled: false }, block: { enabled: false }, goroutine: { enabled: false }, process_cpu: { enabled: false } }';
  const gateway = await startGateway({
    config: `
receivers:
  scrape/plain: { targets: [{ __address__: "${address}", service_name: app }], job_name: plain, scrape_interval: 3s, delta_profiling_duration: 2s }
  scrape/delta: { targets: [{ __address__: "${address}", service_name: app }], job_name: delta, scrape_interval: 3s, profiling_config: { ${kinds} ${off} } }
processors: { label_drop: {} }
exporters: { pyroscope: { endpoints: [{ url: "${capture.url}" }] } }
service:
  pipelines: { profiles: { receivers: [scrape/plain, scrape/delta], processors: [label_drop], exporters: [pyroscope] } }
  admin: { endpoint: 127.0.0.1:0 }
`,
  });
  t.after(() => gateway.stop());
  for (const [profile, leaf] of Object.entries(leaves)) {
    const { labels } = await shows(capture, { job: 'plain', __name__: profile }, leaf);
    assert.deepEqual(
      { ...labels, 'otel.scope.version': '' },
      {
        __name__: profile,
        ...(profile === 'memory' && { __delta__: 'false' }),
        instance: address,
        job: 'plain',
        'otel.scope.name': 'flamegate/scrape',
        'otel.scope.version': '',
        service_name: 'app',
      },
    );
  }
  for (const profile of ['mutex', 'block']) {
    const { summary, labels } = await shows(
      capture,
      { job: 'plain', __name__: profile },
      profile === 'mutex' ? 'sync.(*Mutex).Unlock' : 'runtime.chanrecv1',
    );
    assert.equal(labels['__delta__'], 'false');
    assert.ok(summary.types.every(({ total }) => total > 0));
    assert.ok(
      summary.durationNanos > 1e9 && summary.durationNanos < 60e9,
      `a difference lasts from profile to profile: ${summary.durationNanos}`,
    );
  }
  const { labels } = await shows(capture, { job: 'delta', __name__: 'memory' }, 'main.allocate');
  assert.equal(labels['__delta__'], undefined);
  await shows(capture, { job: 'delta', __name__: 'mutex' }, 'sync.(*Mutex).Unlock');
  await shows(capture, { job: 'delta', __name__: 'block' }, 'runtime.chanrecv1');
  const metrics = await gateway.metrics();
  assert.equal(metrics.sum('flamegate_scrape_target_up', { receiver: 'scrape/plain', instance: address }), 1);
  assert.equal(metrics.sum('flamegate_scrape_targets', { receiver: 'scrape/plain', state: 'up' }), 5);
});

const example = `pyroscope.write "staging" {
  // Send metrics to a locally running Pyroscope instance.
  endpoint {
    url = "http://pyroscope:4040"
    headers = {
      "X-Scope-OrgID" = "squad-1",
    }
  }
  external_labels = {
    "env" = "staging",
  }
}

pyroscope.scrape "default" {
  targets = [
    {"__address__" = "pyroscope:4040", "service_name"="pyroscope"},
    {"__address__" = "alloy:12345", "service_name"="alloy"},
  ]
  forward_to = [pyroscope.write.staging.receiver]
}
`;

test('the example of the page of pyroscope.write runs word for word: profiles of both programs arrive', async (t) => {
  const built = await buildGoApp();
  if (typeof built === 'string') return t.skip(built);
  const names = namedHosts(t, { pyroscope: '127.0.0.41', alloy: '127.0.0.42' });
  if (typeof names === 'string') return t.skip(names);
  const capture = await startCapture();
  t.after(() => capture.close());
  await startGoApp(t, built.binary, '127.0.0.42:12345');
  await startPyroscope(t, await startGoApp(t, built.binary), capture);
  const gateway = await startGateway({
    config: example,
    fileName: 'config.alloy',
    args: ['--set', 'service.admin.endpoint=127.0.0.1:0'],
    by: names,
  });
  t.after(() => gateway.stop());
  for (const service of ['pyroscope', 'alloy']) {
    const { labels } = await shows(capture, { service_name: service, __name__: 'process_cpu' }, 'main.burn');
    assert.equal(labels['env'], 'staging');
    assert.equal(labels['job'], undefined);
    await shows(capture, { service_name: service, __name__: 'goroutine' }, 'runtime.gopark');
  }
  for (const { headers } of capture.arrivals) assert.equal(headers['x-scope-orgid'], 'squad-1');
});

/** A command that runs another one with these names in /etc/hosts; a reason where this needs rights that are not there. */
function namedHosts(t: TestContext, hosts: Readonly<Record<string, string>>): readonly string[] | string {
  const directory = mkdtempSync(join(tmpdir(), 'flamegate-hosts-'));
  t.after(() => rmSync(directory, { recursive: true }));
  const file = join(directory, 'hosts');
  writeFileSync(
    file,
    Object.entries({ localhost: '127.0.0.1', ...hosts })
      .map(([name, address]) => `${address} ${name}\n`)
      .join(''),
  );
  const by = ['unshare', '--mount', 'sh', '-c', 'mount --bind "$0" /etc/hosts && exec "$@"', file];
  const { status, stderr, error } = spawnSync(by[0] ?? '', [...by.slice(1), 'true'], { encoding: 'utf8' });
  return status === 0 ? by : `no mount name space of its own: ${error?.message ?? stderr.trim()}`;
}

/** In the place of a Pyroscope on its port: pushes go to the capture, its own profiles are the program's. */
async function startPyroscope(t: TestContext, program: string, capture: Capture): Promise<void> {
  const server = http.createServer((request, response) => {
    const to = request.method === 'GET' ? `http://${program}` : capture.url;
    const { host, ...headers } = request.headers;
    const onward = http.request(`${to}${request.url}`, { method: request.method, headers }, (answer) => {
      response.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(response);
    });
    onward.on('error', () => response.destroy());
    request.pipe(onward);
  });
  server.listen(4040, '127.0.0.41');
  await once(server, 'listening');
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  assert.equal((server.address() as AddressInfo).port, 4040); // as: a TCP server that listens has one
}

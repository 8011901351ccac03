import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { Agent, request } from 'node:http';
import { createServer } from 'node:net';
import { test } from 'node:test';
import { type Capture, startCapture } from '../support/capture.ts';
import { type GatewayProcess, startGateway } from '../support/gateway.ts';

interface Shape {
  readonly upstreams: readonly Capture[];
  readonly env?: string;
  readonly timeout?: string;
  readonly maxSize?: string;
  readonly more?: string;
  readonly level?: string;
}

function configOf({ upstreams, env = 'a', timeout = '2s', maxSize = '64MiB', more = '', level = 'info' }: Shape): string {
  return `
receivers:
  pyroscope: { endpoint: "127.0.0.1:0" }
  ${more}
processors: { external_labels: { labels: { env: "${env}" } } }
exporters:
  pyroscope:
    endpoints:
${upstreams.map(({ url }, at) => `      - { name: up${at}, url: "${url}", remote_timeout: ${timeout}, min_backoff_period: 10ms, max_backoff_period: 50ms }`).join('\n')}
    queue: { type: memory, max_size: ${maxSize} }
service:
  pipelines: { profiles: { receivers: [pyroscope], processors: [external_labels], exporters: [pyroscope] } }
  admin: { endpoint: "127.0.0.1:0" }
  telemetry: { logs: { level: ${level} } }
`;
}

async function reload(gateway: GatewayProcess, config: string, query = ''): Promise<{ status: number; text: string }> {
  writeFileSync(gateway.configFile, config);
  const answer = await fetch(`${gateway.admin}/-/reload${query}`, { method: 'POST' });
  return { status: answer.status, text: await answer.text() };
}

/** Pushes numbered profiles on a few kept connections until stopped. */
class Load {
  readonly accepted: number[] = [];
  readonly refused: string[] = [];
  readonly #agent = new Agent({ keepAlive: true, maxSockets: 4 });
  readonly #address: string;
  #running = true;
  readonly #lanes: Promise<void>[];
  #next = 0;

  constructor(address: string) {
    this.#address = address;
    this.#lanes = Array.from({ length: 4 }, () => this.#lane());
  }

  async stop(): Promise<void> {
    this.#running = false;
    await Promise.all(this.#lanes);
    this.#agent.destroy();
  }

  async #lane(): Promise<void> {
    while (this.#running) {
      const number = this.#next++;
      const status = await this.#push(number).catch((why: unknown) => String(why));
      if (status === '200') this.accepted.push(number);
      else this.refused.push(`${number}: ${status}`);
    }
  }

  #push(number: number): Promise<string> {
    const [host, port] = this.#address.split(':');
    return new Promise((resolve, reject) => {
      const path = `/ingest?name=load-${number}&format=folded`;
      const sent = request({ host, port, path, method: 'POST', agent: this.#agent, headers: { 'content-length': 8 } }, (response) => {
        response.resume().on('end', () => resolve(String(response.statusCode)));
      });
      sent.on('error', reject).end('main 1\n\n');
    });
  }
}

/** How often each number has arrived. */
function arrivedAt(upstream: Capture): Map<number, number> {
  const times = new Map<number, number>();
  for (const { query } of upstream.arrivals) {
    const number = Number(/^load-(\d+)/.exec(query.get('name') ?? '')?.[1]);
    times.set(number, (times.get(number) ?? 0) + 1);
  }
  return times;
}

async function checkAllArrived(load: Load, upstream: Capture): Promise<void> {
  await upstream.take(load.accepted.length, ({ query }) => query.get('name')?.startsWith('load-') === true);
  const times = arrivedAt(upstream);
  assert.deepEqual(
    load.accepted.filter((number) => times.get(number) !== 1).map((number) => `${number} x ${times.get(number) ?? 0}`),
    [],
    'each accepted profile once',
  );
}

test('reloads under load drop no connection, and every accepted profile arrives once', { timeout: 60_000 }, async () => {
  const upstreams = [await startCapture(), await startCapture()] as const;
  const gateway = await startGateway({ config: configOf({ upstreams }) });
  const load = new Load(gateway.address());
  for (let round = 0; round < 15; round++) {
    const shape = { upstreams, env: `e${round}`, timeout: `${1 + (round % 3)}s`, maxSize: `${64 + (round % 2)}MiB` };
    const { status, text } = await reload(gateway, configOf(shape));
    assert.equal(status, 200, text);
  }
  await load.stop();
  assert.deepEqual(load.refused, []);
  assert.ok(load.accepted.length > 100, `${load.accepted.length} pushes`);
  for (const upstream of upstreams) await checkAllArrived(load, upstream);
  assert.equal(await gateway.stop(), 0);
  assert.equal(gateway.lines.at(-1)?.['lost'], 0);
  await Promise.all(upstreams.map((upstream) => upstream.close()));
});

test('a storm of good and bad configurations loses nothing and never ends the process', { timeout: 120_000 }, async () => {
  const rounds = Number(process.env['FLAMEGATE_RUNS'] ?? 40);
  const upstream = await startCapture();
  const gateway = await startGateway({ config: configOf({ upstreams: [upstream] }) });
  const load = new Load(gateway.address());
  let seed = 7;
  const random = (below: number): number => {
    seed = (seed * 1_103_515_245 + 12_345) % 2 ** 31;
    return seed % below;
  };
  let good = 0;
  for (let round = 0; round < rounds; round++) {
    const config = configOf({
      upstreams: [upstream],
      env: `e${random(50)}`,
      timeout: `${1 + random(3)}s`,
      level: ['info', 'warn'][random(2)] ?? 'info',
    });
    const cut = random(config.length);
    const bad = [
      config.slice(0, cut),
      config.replace('endpoint', 'endpont'),
      config.replace('queue', 'que'),
      config.replaceAll(/\d+s/g, 'soon'),
      config.replace('exporters: [pyroscope]', 'exporters: [nowhere]'),
      '\u0000{[',
    ];
    const isGood = random(2) === 0;
    const { status, text } = await reload(gateway, isGood ? config : (bad[random(bad.length)] ?? ''));
    if (isGood) assert.equal(status, 200, text);
    good += status === 200 ? 1 : 0;
  }
  await load.stop();
  assert.ok(good > 0 && good < rounds);
  assert.deepEqual(load.refused, []);
  await checkAllArrived(load, upstream);
  assert.equal(await gateway.stop(), 0);
  await upstream.close();
});

test('a reload that cannot bind a new receiver is refused, names the address and changes nothing', { timeout: 30_000 }, async () => {
  const upstream = await startCapture();
  const gateway = await startGateway({ config: configOf({ upstreams: [upstream] }) });
  const busy = createServer();
  await new Promise<void>((resolve) => busy.listen(0, '127.0.0.1', resolve));
  const { port } = busy.address() as { port: number };
  const { status, text } = await reload(
    gateway,
    configOf({ upstreams: [upstream], env: 'b', more: `pyroscope/more: { endpoint: "127.0.0.1:${port}" }` }),
  );
  assert.equal(status, 400);
  assert.match(text, new RegExp(`127\\.0\\.0\\.1:${port}`));
  assert.equal((await gateway.metrics()).sum('flamegate_config_last_reload_successful'), 0);
  assert.equal((await fetch(`http://${gateway.address()}/ingest?name=a`, { method: 'POST', body: 'x 1' })).status, 200);
  const [arrival] = await upstream.take(1);
  assert.equal(arrival?.query.get('name'), 'a{env=a}', 'the old labels');
  assert.equal((await reload(gateway, configOf({ upstreams: [upstream], env: 'c' }))).status, 200);
  assert.equal((await gateway.metrics()).sum('flamegate_config_last_reload_successful'), 1);
  await gateway.stop();
  await new Promise((resolve) => busy.close(resolve));
  await upstream.close();
});

test('a dry run shows the difference and changes nothing; SIGHUP reloads', { timeout: 30_000 }, async () => {
  const upstream = await startCapture();
  const gateway = await startGateway({ config: configOf({ upstreams: [upstream] }) });
  const { status, text } = await reload(gateway, configOf({ upstreams: [upstream], env: 'b' }), '?dry_run=1');
  assert.equal(status, 200);
  assert.match(text, /^~ processors\.external_labels: labels\.env$/m);
  assert.ok(!gateway.lines.some((line) => line.message === 'configuration reloaded'));
  gateway.process.kill('SIGHUP');
  await gateway.line((line) => line.message === 'configuration reloaded');
  await fetch(`http://${gateway.address()}/ingest?name=a`, { method: 'POST', body: 'x 1' });
  const [arrival] = await upstream.take(1);
  assert.equal(arrival?.query.get('name'), 'a{env=b}');
  await gateway.stop();
  await upstream.close();
});

test('a reload answers while an endpoint hangs, and its removed endpoint is given up in time', { timeout: 30_000 }, async () => {
  const [good, stalled] = [await startCapture(), await startCapture()];
  stalled.answer(() => undefined);
  const gateway = await startGateway({ config: configOf({ upstreams: [good, stalled], timeout: '60s' }) });
  await fetch(`http://${gateway.address()}/ingest?name=a`, { method: 'POST', body: 'x 1' });
  await stalled.take(1);
  const answered = reload(gateway, configOf({ upstreams: [good], timeout: '60s' }));
  assert.equal((await answered).status, 200);
  await fetch(`http://${gateway.address()}/ingest?name=b`, { method: 'POST', body: 'x 1' });
  await good.take(2);
  await gateway.stop('SIGKILL');
  await Promise.all([good.close(), stalled.close()]);
});

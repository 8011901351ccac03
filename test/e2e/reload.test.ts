import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { Agent, request } from 'node:http';
import { createServer } from 'node:net';
import { type TestContext, test } from 'node:test';
import { type Capture, startCapture } from '../support/capture.ts';
import { type GatewayProcess, startGateway } from '../support/gateway.ts';
import { createRandom } from '../support/random.ts';

interface Shape {
  readonly upstreams: readonly Capture[];
  readonly env?: string;
  readonly timeout?: string;
  readonly maxSize?: string;
  readonly more?: string;
  readonly level?: string;
}

function configOf({ upstreams, env = 'a', timeout = '30s', maxSize = '64MiB', more = '', level = 'info' }: Shape): string {
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

/** An upstream and a gateway before it, both gone after the test whatever becomes of it. */
async function start(
  t: TestContext,
  count: number,
  shape: Partial<Shape> = {},
): Promise<{ gateway: GatewayProcess; upstreams: Capture[] }> {
  const upstreams = await Promise.all(Array.from({ length: count }, startCapture));
  for (const upstream of upstreams) t.after(() => upstream.close());
  const gateway = await startGateway({ config: configOf({ upstreams, ...shape }) });
  t.after(() => gateway.stop('SIGKILL'));
  return { gateway, upstreams };
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
  #sent = 0;

  constructor(address: string) {
    this.#address = address;
    this.#lanes = Array.from({ length: 4 }, () => this.#lane());
  }

  /** Resolves when so many have been sent since now. */
  async more(pushes: number): Promise<void> {
    const until = this.#sent + pushes;
    while (this.#sent < until) await new Promise((resolve) => setImmediate(resolve));
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
      this.#sent += 1;
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

test('reloads under load drop no connection, and every accepted profile arrives once', { timeout: 60_000 }, async (t) => {
  const { gateway, upstreams } = await start(t, 2);
  const load = new Load(gateway.address());
  t.after(() => load.stop());
  for (let round = 0; round < 15; round++) {
    await load.more(10);
    const shape = { upstreams, env: `e${round}`, timeout: `${30 + (round % 3)}s`, maxSize: `${64 + (round % 2)}MiB` };
    const { status, text } = await reload(gateway, configOf(shape));
    assert.equal(status, 200, text);
  }
  await load.stop();
  assert.deepEqual(load.refused, []);
  for (const upstream of upstreams) await checkAllArrived(load, upstream);
  assert.equal(await gateway.stop(), 0);
  assert.equal(gateway.lines.at(-1)?.['lost'], 0);
});

test('a storm of good and bad configurations loses nothing and never ends the process', { timeout: 120_000 }, async (t) => {
  const rounds = Number(process.env['FLAMEGATE_RUNS'] ?? 40);
  const { gateway, upstreams } = await start(t, 1);
  const load = new Load(gateway.address());
  t.after(() => load.stop());
  const random = createRandom(7);
  let good = 0;
  for (let round = 0; round < rounds; round++) {
    const level = ['info', 'warn'][random(2)] ?? 'info';
    const config = configOf({ upstreams, env: `e${random(50)}`, timeout: `${30 + random(3)}s`, level });
    const bad = [
      config.slice(0, random(config.length - 100)),
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
  assert.ok(good > 0 && good < rounds, `${good} of ${rounds} were good`);
  assert.deepEqual(load.refused, []);
  await checkAllArrived(load, upstreams[0] as Capture);
  assert.equal(await gateway.stop(), 0);
});

test('endpoints that leave and return in a storm of reloads get every profile that was accepted while they were there', {
  timeout: 480_000,
}, async (t) => {
  const rounds = Number(process.env['FLAMEGATE_RUNS'] ?? 40);
  const { gateway, upstreams } = await start(t, 3);
  const load = new Load(gateway.address());
  t.after(() => load.stop());
  const random = createRandom(11);
  const owed = upstreams.map((): number[] => []);
  for (let round = 0; round < rounds; round++) {
    const present = upstreams.map((_, at) => at === 0 || random(3) > 0);
    const config = namedConfig(upstreams, present, `${30 + random(3)}s`);
    const isGood = random(4) > 0;
    const { status, text } = await reload(gateway, isGood ? config : config.replace('queue', 'que'));
    if (!isGood) continue;
    assert.equal(status, 200, text);
    // What was under way during the swap may be from before it.
    const from = load.accepted.length + 8;
    await load.more(16);
    for (const number of load.accepted.slice(from)) for (const [at, there] of present.entries()) if (there) owed[at]?.push(number);
  }
  await load.stop();
  assert.deepEqual(load.refused, []);
  assert.equal((await reload(gateway, namedConfig(upstreams, [true, true, true], '29s'))).status, 200);
  await checkAllArrived(load, upstreams[0] as Capture);
  assert.equal(await gateway.stop(), 0);
  for (const [at, upstream] of upstreams.entries()) {
    const times = arrivedAt(upstream);
    assert.deepEqual(
      owed[at]?.filter((number) => !times.has(number)),
      [],
      `missing at upstream ${at}`,
    );
    assert.deepEqual(
      [...times].filter(([, count]) => count > 1),
      [],
      `twice at upstream ${at}`,
    );
  }
});

/** Some of the endpoints, each under its own name wherever it stands. */
function namedConfig(upstreams: readonly Capture[], present: readonly boolean[], timeout: string): string {
  const all = configOf({ upstreams, timeout });
  return all
    .split('\n')
    .filter((line) => {
      const at = /- \{ name: up(\d+),/.exec(line)?.[1];
      return at === undefined || present[Number(at)];
    })
    .join('\n');
}

test('a reload that cannot bind a new receiver is refused, names the address and changes nothing', { timeout: 30_000 }, async (t) => {
  const { gateway, upstreams } = await start(t, 1);
  const busy = createServer();
  await new Promise<void>((resolve) => busy.listen(0, '127.0.0.1', resolve));
  t.after(() => busy.close());
  const { port } = busy.address() as { port: number };
  const { status, text } = await reload(
    gateway,
    configOf({ upstreams, env: 'b', more: `pyroscope/more: { endpoint: "127.0.0.1:${port}" }` }),
  );
  assert.equal(status, 400);
  assert.match(text, new RegExp(`127\\.0\\.0\\.1:${port}`));
  assert.equal((await gateway.metrics()).sum('flamegate_config_last_reload_successful'), 0);
  assert.equal((await fetch(`http://${gateway.address()}/ingest?name=a`, { method: 'POST', body: 'x 1' })).status, 200);
  const [arrival] = (await upstreams[0]?.take(1)) ?? [];
  assert.equal(arrival?.query.get('name'), 'a{env=a}', 'the old labels');
  assert.equal((await reload(gateway, configOf({ upstreams, env: 'c' }))).status, 200);
  assert.equal((await gateway.metrics()).sum('flamegate_config_last_reload_successful'), 1);
});

test('a dry run shows the difference and changes nothing; SIGHUP reloads', { timeout: 30_000 }, async (t) => {
  const { gateway, upstreams } = await start(t, 1);
  const { status, text } = await reload(gateway, configOf({ upstreams, env: 'b' }), '?dry_run=1');
  assert.equal(status, 200);
  assert.match(text, /^~ processors\.external_labels: labels\.env$/m);
  assert.ok(!gateway.lines.some((line) => line.message === 'configuration reloaded'));
  gateway.process.kill('SIGHUP');
  await gateway.line((line) => line.message === 'configuration reloaded');
  await fetch(`http://${gateway.address()}/ingest?name=a`, { method: 'POST', body: 'x 1' });
  const [arrival] = (await upstreams[0]?.take(1)) ?? [];
  assert.equal(arrival?.query.get('name'), 'a{env=b}');
});

test('a reload answers while an endpoint hangs, and the others go on', { timeout: 30_000 }, async (t) => {
  const { gateway, upstreams } = await start(t, 2, { timeout: '60s' });
  const [good, stalled] = upstreams as [Capture, Capture];
  stalled.answer(() => undefined);
  await fetch(`http://${gateway.address()}/ingest?name=a`, { method: 'POST', body: 'x 1' });
  await stalled.take(1);
  assert.equal((await reload(gateway, configOf({ upstreams: [good], timeout: '60s' }))).status, 200);
  await fetch(`http://${gateway.address()}/ingest?name=b`, { method: 'POST', body: 'x 1' });
  await good.take(2);
});

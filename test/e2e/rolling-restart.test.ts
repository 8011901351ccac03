import assert from 'node:assert/strict';
import { once } from 'node:events';
import http from 'node:http';
import http2 from 'node:http2';
import net, { type AddressInfo } from 'node:net';
import { type TestContext, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { startCapture } from '../support/capture.ts';
import { type GatewayProcess, startGateway } from '../support/gateway.ts';

// Entry A17 of the field: two gateways are replaced one after the other under senders that keep their connections and never send anything twice.

const configOf = (url: string): string => `
receivers: { pyroscope: { endpoint: "127.0.0.1:0" } }
exporters: { pyroscope: { endpoints: [ { url: "${url}" } ] } }
service:
  pipelines: { profiles: { receivers: [pyroscope], exporters: [pyroscope] } }
  admin: { endpoint: "127.0.0.1:0" }
  shutdown: { delay: 2s }
`;

interface Backend {
  readonly port: number;
  isReady: boolean;
}

/** What a Kubernetes Service does: new connections go to those in turn that said ready when they were asked last; open ones stay. */
class Balancer {
  readonly #backends: Backend[] = [];
  readonly #server = net.createServer((client) => this.#connect(client));
  readonly #stop = new AbortController();
  #turn = 0;

  async start(t: TestContext): Promise<number> {
    this.#server.listen(0, '127.0.0.1');
    await once(this.#server, 'listening');
    const asking = this.#ask();
    t.after(async () => {
      this.#stop.abort();
      await asking;
      this.#server.close();
    });
    return (this.#server.address() as AddressInfo).port;
  }

  async add(gateway: GatewayProcess): Promise<Backend> {
    const backend = { port: Number(gateway.address().split(':')[1]), isReady: false };
    this.#backends.push(backend);
    while (!backend.isReady) await sleep(10);
    return backend;
  }

  async #ask(): Promise<void> {
    while (!this.#stop.signal.aborted) {
      await Promise.all(
        this.#backends.map(async (backend) => {
          const answer = await fetch(`http://127.0.0.1:${backend.port}/ready`, { headers: { connection: 'close' } }).catch(() => undefined);
          backend.isReady = answer?.status === 200;
        }),
      );
      await sleep(50);
    }
  }

  #connect(client: net.Socket): void {
    const ready = this.#backends.filter(({ isReady }) => isReady);
    const backend = ready[this.#turn++ % ready.length];
    if (backend === undefined) return void client.destroy();
    const server = net.connect({ port: backend.port, host: '127.0.0.1', allowHalfOpen: true });
    client.pipe(server).pipe(client);
    for (const [one, other] of [
      [client, server],
      [server, client],
    ] as const) {
      one.on('error', () => other.destroy());
      one.on('close', () => other.destroy());
    }
  }
}

/** Sends one push after the other on a connection that it keeps for as long as it may. Every answer that is not 200, and every error, is a failure. */
interface Sender {
  send(path: string): Promise<number | undefined>;
  close(): void;
}

function http1Sender(port: number): Sender {
  const agent = new http.Agent({ keepAlive: true, maxSockets: 1 });
  return {
    send: (path) =>
      new Promise((resolve, reject) => {
        const request = http.request({ host: '127.0.0.1', port, path, method: 'POST', agent }, (response) => {
          response.resume().on('end', () => resolve(response.statusCode));
        });
        request.on('error', reject);
        request.end('folded 1');
      }),
    close: () => agent.destroy(),
  };
}

/**
 * Several at once on one session. Node's client holds back what it has not written yet when it hears of the end, as REFUSED_STREAM too; that
 * is told from what the gateway refused by the last stream that the GOAWAY counts, and goes by the next session.
 */
function http2Sender(port: number): Sender {
  let session: http2.ClientHttp2Session | undefined;
  let lastCounted = 0;
  const connect = (): http2.ClientHttp2Session => {
    const opened = http2.connect(`http://127.0.0.1:${port}`);
    opened.setMaxListeners(0).on('error', () => {}); // its streams fail too
    opened.once('goaway', (_code, last) => {
      lastCounted = last;
    });
    return opened;
  };
  const send = (path: string): Promise<number | undefined> =>
    new Promise((resolve, reject) => {
      if (session === undefined || session.closed || session.destroyed) session = connect();
      const stream = session.request({ ':method': 'POST', ':path': path });
      let status: number | undefined;
      stream.on('response', (headers) => {
        status = headers[':status'];
      });
      stream.resume().on('error', (why) => {
        const isHeldBack = stream.rstCode === http2.constants.NGHTTP2_REFUSED_STREAM && (stream.id ?? 0) <= lastCounted;
        if (isHeldBack) resolve(send(path));
        else reject(why);
      });
      stream.on('close', () => resolve(status));
      stream.end('folded 1');
    });
  return { send, close: () => session?.destroy() };
}

test('two gateways are replaced under senders that never retry: 0 failed pushes', { timeout: 120_000 }, async (t) => {
  const upstream = await startCapture();
  t.after(() => upstream.close());
  const open = async (): Promise<GatewayProcess> => {
    const gateway = await startGateway({ config: configOf(upstream.url) });
    t.after(() => gateway.stop('SIGKILL'));
    return gateway;
  };
  const balancer = new Balancer();
  const port = await balancer.start(t);
  const gateways = await Promise.all([open(), open()]);
  const backends = await Promise.all(gateways.map((gateway) => balancer.add(gateway)));

  const failures: string[] = [];
  let sent = 0;
  let isOver = false;
  const run = async (sender: Sender, pauseMs: number): Promise<void> => {
    while (!isOver) {
      const path = `/ingest?name=app%7Bpush%3D${sent++}%7D`;
      const outcome = await sender.send(path).catch((why) => why);
      if (outcome !== 200) failures.push(`${path}: ${outcome}`);
      await sleep(pauseMs);
    }
  };
  const [one, two] = [Array.from({ length: 12 }, () => http1Sender(port)), Array.from({ length: 4 }, () => http2Sender(port))];
  t.after(() => {
    isOver = true;
    for (const sender of [...one, ...two]) sender.close();
  });
  const senders = [
    ...one.map((sender, at) => run(sender, 5 + 20 * at)),
    ...two.flatMap((sender) => [3, 5, 7].map((pauseMs) => run(sender, pauseMs))),
  ];
  const more = async (pushes: number): Promise<void> => {
    const until = sent + pushes;
    while (sent < until) await sleep(10);
  };
  await more(200);
  for (const [at, gateway] of gateways.entries()) {
    const before = sent;
    assert.equal(await gateway.stop('SIGTERM'), 0);
    assert.equal(backends[at]?.isReady, false, 'the balancer heard of it before the end');
    assert.ok(sent > before + 100, 'pushes went on meanwhile');
    await balancer.add(await open());
  }
  await more(200);
  isOver = true;
  await Promise.all(senders);
  assert.deepEqual(failures, []);
  assert.ok(sent > 500, `${sent} pushes`);
  const arrived = (): number => new Set(upstream.arrivals.map(({ query }) => query.get('name'))).size;
  while (arrived() < sent) await sleep(20);
  assert.equal(arrived(), sent);
});

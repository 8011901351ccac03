import { mkdtempSync, rmSync } from 'node:fs';
import { Agent, request } from 'node:http';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Capture, startCapture } from '../support/capture.ts';
import { type GatewayProcess, startGateway } from '../support/gateway.ts';
import { createRandom } from '../support/random.ts';

/** What a campaign of crashes came to. */
export interface CrashReport {
  readonly kills: number;
  readonly acknowledged: number;
  /** Acknowledged and never arrived, by upstream: what must be empty. */
  readonly lost: readonly (readonly number[])[];
  /** Arrivals that upstreams answered 200 to and that had arrived before. */
  readonly duplicates: number;
}

export interface CrashOptions {
  readonly kills: number;
  readonly seed: number;
  readonly onKill?: (kill: number, acknowledged: number) => void;
}

const lanes = 8;

/**
 * Kills a gateway with a disk queue again and again (SIGKILL), under load, while its two upstreams fail at random, and starts it anew in the
 * same directory. Then lets it deliver, and compares what was acknowledged with what arrived.
 */
export async function crashAgainAndAgain({ kills, seed, onKill }: CrashOptions): Promise<CrashReport> {
  const random = createRandom(seed);
  const directory = mkdtempSync(join(tmpdir(), 'flamegate-crash-'));
  const upstreams = [await startCapture(), await startCapture()] as const;
  const taken = upstreams.map(() => new Map<number, number>());
  let failing = true;
  for (const [at, upstream] of upstreams.entries()) {
    upstream.answer(({ query }) => {
      const luck = failing ? random(10) : 9;
      if (luck < 3) return { status: [503, 429, 500][luck] ?? 503 };
      if (luck === 3) return undefined; // never answered
      const number = numberOf(query.get('name'));
      taken[at]?.set(number, (taken[at]?.get(number) ?? 0) + 1);
      return { status: 200 };
    });
  }
  const port = await freePort();
  const acknowledged: number[] = [];
  let next = 0;
  const start = (): Promise<GatewayProcess> => startGateway({ config: configOf(port, upstreams), directory });

  for (let kill = 1; kill <= kills; kill++) {
    const gateway = await start();
    const enough = acknowledged.length + 1 + random(60);
    const agent = new Agent({ keepAlive: true, maxSockets: lanes });
    const pushing = Array.from({ length: lanes }, async () => {
      while (acknowledged.length < enough) {
        const number = next++;
        if (!(await push(port, number, agent).catch(() => false))) break;
        acknowledged.push(number);
      }
      gateway.process.kill('SIGKILL');
    });
    await Promise.all(pushing);
    await gateway.exited;
    agent.destroy();
    onKill?.(kill, acknowledged.length);
  }

  failing = false;
  const last = await start();
  while ((await last.metrics()).sum('flamegate_endpoint_queued_profiles') > 0) await new Promise((resolve) => setImmediate(resolve));
  await last.stop();
  await Promise.all(upstreams.map((upstream) => upstream.close()));
  rmSync(directory, { recursive: true });
  return {
    kills,
    acknowledged: acknowledged.length,
    lost: taken.map((arrived) => acknowledged.filter((number) => !arrived.has(number))),
    duplicates: taken.reduce((sum, arrived) => sum + [...arrived.values()].reduce((more, times) => more + times - 1, 0), 0),
  };
}

function configOf(port: number, upstreams: readonly Capture[]): string {
  const endpoints = upstreams.map(
    ({ url }, at) => `{ name: up${at}, url: "${url}", remote_timeout: 500ms, min_backoff_period: 10ms, max_backoff_period: 100ms }`,
  );
  return `
receivers: { pyroscope: { endpoint: "127.0.0.1:${port}" } }
exporters:
  pyroscope:
    ack: durable
    queue: { type: disk, dir: queue, max_size: 64MiB }
    endpoints: [ ${endpoints.join(', ')} ]
service:
  pipelines: { profiles: { receivers: [pyroscope], exporters: [pyroscope] } }
  admin: { endpoint: "127.0.0.1:0" }
`;
}

function numberOf(name: string | null): number {
  return Number(/^push-(\d+)/.exec(name ?? '')?.[1]);
}

/** Whether it was acknowledged. Rejects when the gateway died under it. */
function push(port: number, number: number, agent: Agent): Promise<boolean> {
  const body = Buffer.alloc(200 + (number % 50) * 1000, `${number} `);
  const path = `/ingest?name=push-${number}&format=folded`;
  return new Promise((resolve, reject) => {
    const sent = request(
      { host: '127.0.0.1', port, path, method: 'POST', agent, headers: { 'content-length': body.length } },
      (response) => {
        response.resume().on('end', () => resolve(response.statusCode === 200));
        response.on('error', reject);
      },
    );
    sent.on('error', reject).end(body);
  });
}

function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address() as { port: number };
      server.close(() => resolve(port));
    });
  });
}

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { LoadResult } from './load.ts';
import { pushBody } from './payload.ts';
import { type Running, run, start } from './processes.ts';

/*
 * What receiving a push costs beside node:http with parsing and rendering alone: CPU a push, in turns, so that both see the same machine.
 * The gateway has no endpoint. Usage: npm run bench:receive [-- SIZE...]   (bytes; 2048 32768 262144 1048576)
 */

const here = import.meta.dirname;
const rounds = 8;
const windowMs = 700;
const sizes = process.argv.slice(2).map(Number);
const dir = mkdtempSync(join(tmpdir(), 'flamegate-receive-'));

interface Side {
  readonly name: string;
  readonly running: Running;
  readonly port: number;
  majors(): Promise<number>;
}

const plain = await startPlain();
const gateway = await startGateway();
try {
  for (const bytes of sizes.length > 0 ? sizes : [2048, 32_768, 262_144, 1_048_576]) {
    const file = join(dir, `${bytes}.bin`);
    writeFileSync(file, pushBody(bytes));
    for (const side of [plain, gateway]) await load(side, file, 3000, 0);
    const seen = { plain: [] as Sample[], gateway: [] as Sample[] };
    for (let round = 0; round < rounds; round++) {
      seen.plain.push(await sample(plain, file));
      seen.gateway.push(await sample(gateway, file));
    }
    const [base, ours] = [seen.plain.map(cost), seen.gateway.map(cost)];
    const ratio = median(ours.map((us, at) => us / (base[at] ?? us)));
    const line = [
      `${bytes} bytes: plain ${low(base).toFixed(1)} us, gateway ${low(ours).toFixed(1)} us`,
      `ratio ${ratio.toFixed(2)}`,
      `mark-compacts/s plain ${rate(seen.plain)}, gateway ${rate(seen.gateway)}`,
    ];
    process.stdout.write(`${line.join(', ')}\n`);
  }
} finally {
  await Promise.all([plain.running.stop(), gateway.running.stop()]);
  rmSync(dir, { recursive: true, force: true });
}

/** One window. */
interface Sample {
  readonly requests: number;
  readonly cpuSeconds: number;
  readonly seconds: number;
  readonly majors: number;
}

async function sample(side: Side, file: string): Promise<Sample> {
  const before = await side.majors();
  const { windows, refused } = await load(side, file, 100, 1);
  if (Object.keys(refused).length > 0) throw new Error(`${side.name} refused pushes: ${JSON.stringify(refused)}`);
  const majors = (await side.majors()) - before;
  const [{ requests, cpuSeconds, seconds } = { requests: 0, cpuSeconds: undefined, seconds: 1 }] = windows;
  if (cpuSeconds === undefined) throw new Error('CPU time is read from /proc, which this machine does not have');
  return { requests, cpuSeconds, seconds: seconds + 0.1, majors };
}

async function load({ port, running }: Side, bodyFile: string, warmupMs: number, windows: number): Promise<LoadResult> {
  const order = { port, bodyFile, connections: 16, warmupMs, warmRequests: 200, windows, windowMs, pid: running.pid };
  return JSON.parse(await run(process.execPath, [join(here, 'load.ts'), JSON.stringify(order)], 'around'));
}

async function startPlain(): Promise<Side> {
  const running = await start({
    command: process.execPath,
    args: [join(here, 'plain.ts')],
    side: 'measured',
    ready: /listening on (\d+)/,
  });
  const port = Number(running.found);
  return { name: 'plain', running, port, majors: async () => Number((await text(port, '/gc')).split(' ')[0]) };
}

async function startGateway(): Promise<Side> {
  const [port, adminPort] = [await freePort(), await freePort()];
  const file = join(dir, 'flamegate.yaml');
  const config = {
    receivers: { pyroscope: { endpoint: `127.0.0.1:${port}` } },
    exporters: { pyroscope: { endpoints: [] } },
    service: {
      pipelines: { profiles: { receivers: ['pyroscope'], exporters: ['pyroscope'] } },
      admin: { endpoint: `127.0.0.1:${adminPort}` },
    },
  };
  writeFileSync(file, JSON.stringify(config));
  const args = [join(here, '../src/main.ts'), 'run', file];
  const running = await start({ command: process.execPath, args, side: 'measured', ready: /listening for profiles/ });
  const majors = async (): Promise<number> => {
    const count = /nodejs_gc_duration_seconds_count\{[^}]*kind="major"[^}]*\} (\d+)/.exec(await text(adminPort, '/metrics'));
    return Number(count?.[1] ?? 0);
  };
  return { name: 'gateway', running, port, majors };
}

async function text(port: number, path: string): Promise<string> {
  return (await fetch(`http://127.0.0.1:${port}${path}`)).text();
}

function cost({ cpuSeconds, requests }: Sample): number {
  return (cpuSeconds * 1e6) / requests;
}

function rate(samples: readonly Sample[]): string {
  const of = (pick: (one: Sample) => number): number => samples.reduce((sum, one) => sum + pick(one), 0);
  return (of(({ majors }) => majors) / of(({ seconds }) => seconds)).toFixed(1);
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;
}

/** Of the quarter that was disturbed least. */
function low(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 4)] ?? 0;
}

function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' && address !== null ? address.port : 0));
    });
  });
}

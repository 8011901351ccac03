import { spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import http2 from 'node:http2';
import net from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout } from 'node:timers/promises';
import { freePort } from '../../src/cli/demo/free-port.ts';
import { record } from '../field/field.ts';

/*
 * npm run soak:idle [-- IDLE TORN]: 15,000 idle sockets from several addresses, as many slow ones as the limits of the machine leave room for,
 * 5,000 h2c sessions torn in the middle of a request, and a healthy client beside them. That client is answered 200 within a second each time;
 * descriptors and memory of the gateway fall back when the crowd has gone.
 */
const [wantIdle, torn] = [Number(process.argv[2] ?? 15_000), Number(process.argv[3] ?? 5000)];
const mostFiles = Number(/Max open files\s+(\d+)/.exec(readFileSync('/proc/self/limits', 'utf8'))?.[1]);
const idle = Math.min(wantIdle, mostFiles - 500);
const slow = Math.max(0, Math.min(15_000, mostFiles - 500 - idle));
const addresses = 20;
const dir = mkdtempSync(join(tmpdir(), 'flamegate-idle-'));
const [port, admin] = [await freePort(24_540), await freePort(24_640)];
const config = {
  receivers: {
    pyroscope: {
      endpoint: `127.0.0.1:${port}`,
      limits: { max_connections: mostFiles - 200, max_connections_per_address: mostFiles },
      timeouts: { idle: '10m' },
    },
  },
  exporters: { pyroscope: { endpoints: [] } },
  service: {
    pipelines: { profiles: { receivers: ['pyroscope'], exporters: ['pyroscope'] } },
    admin: { endpoint: `127.0.0.1:${admin}` },
  },
};
writeFileSync(join(dir, 'idle.yaml'), JSON.stringify(config));
const gateway = spawn(process.execPath, [join(import.meta.dirname, '../../src/main.ts'), 'run', join(dir, 'idle.yaml')]);
const ended = new Promise((resolve) => gateway.once('exit', resolve));
gateway.stderr.resume();
for await (const line of createInterface({ input: gateway.stdout })) if (line.includes('listening for profiles')) break;
gateway.stdout.resume();

interface Held {
  readonly files: number;
  readonly rssMiB: number;
}

function held(): Held {
  const rssKiB = Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${gateway.pid}/status`, 'utf8'))?.[1]);
  return { files: readdirSync(`/proc/${gateway.pid}/fd`).length, rssMiB: Math.round(rssKiB / 1024) };
}

let isOver = false;
const healthy = { pushes: 0, failed: 0, worstMs: 0 };

async function pushOnAndOn(): Promise<void> {
  while (!isOver) {
    const startedAt = performance.now();
    const answer = await fetch(`http://127.0.0.1:${port}/push.v1.PusherService/Push`, {
      method: 'POST',
      headers: { 'content-type': 'application/proto' },
      body: record(healthy.pushes),
    }).then(
      ({ status }) => status,
      () => 0,
    );
    healthy.pushes += 1;
    if (answer !== 200) healthy.failed += 1;
    healthy.worstMs = Math.max(healthy.worstMs, performance.now() - startedAt);
    await setTimeout(50);
  }
}

/** Sockets from several addresses that say this, and then nothing. Resolves when all are open. */
async function crowd(count: number, says: string): Promise<net.Socket[]> {
  const sockets: net.Socket[] = [];
  for (let at = 0; at < count; at += 100) {
    await Promise.all(
      Array.from({ length: Math.min(100, count - at) }, (_, nth) => {
        const socket = net.connect({ host: '127.0.0.1', port, localAddress: `127.0.0.${2 + (nth % addresses)}` });
        socket.on('error', () => {}); // 'close' follows
        if (says !== '') socket.write(says);
        sockets.push(socket);
        return new Promise((resolve) => socket.once('connect', resolve).once('close', resolve));
      }),
    );
  }
  return sockets;
}

async function tearSessions(): Promise<void> {
  for (let at = 0; at < torn; at += 50) {
    await Promise.all(
      Array.from({ length: 50 }, async () => {
        const session = http2.connect(`http://127.0.0.1:${port}`);
        session.on('error', () => {});
        const stream = session.request({ ':method': 'POST', ':path': '/push.v1.PusherService/Push', 'content-type': 'application/proto' });
        stream.on('error', () => {});
        await new Promise((resolve) => session.once('connect', resolve).once('close', resolve));
        stream.write(record(at).subarray(0, 10));
        await setTimeout(Math.random() * 20);
        session.destroy();
      }),
    );
  }
}

const before = held();
const pushing = pushOnAndOn();
const silent = await crowd(idle, '');
const slowly = await crowd(slow, 'POST /ingest?name=slow HTTP/1.1\r\nHost: g\r\nContent-Length: 1000\r\n\r\nx');
const full = held();
await tearSessions();
for (const socket of [...silent, ...slowly]) socket.destroy();
const fellBack = ({ files, rssMiB }: Held): boolean => files <= before.files + 25 && rssMiB <= before.rssMiB + 200;
const most = held();
let after = most;
// Memory goes back when the garbage collector has come, which what is pushed meanwhile brings about.
for (const until = performance.now() + 45_000; !fellBack(after) && performance.now() < until; after = held()) await setTimeout(200);
isOver = true;
await pushing;
gateway.kill('SIGTERM');
await ended;
rmSync(dir, { recursive: true, force: true });
process.stdout.write(`${JSON.stringify({ mostFiles, idle, slow, torn, before, full, most, after, healthy })}\n`);
process.exitCode = fellBack(after) && full.files > idle && healthy.failed === 0 && healthy.worstMs < 1000 ? 0 : 1;

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { rmSync, writeFileSync } from 'node:fs';
import { get } from 'node:http';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { setTimeout as passed } from 'node:timers/promises';
import { cpuSecondsOf } from '../cpu.ts';

/** The gateway with the queue that is looked at. */
export interface QueueTarget {
  readonly pid: number;
  readonly port: number;
  /** From the start of the process until /ready said 200, seconds. */
  readonly readySeconds: number;
  /** CPU time it had until then, which says more than the clock on a machine that has other work; NaN where it cannot be read. */
  readonly readyCpuSeconds: number;
  /** Sum of the series of a metric. */
  metric(name: string): Promise<number>;
  /** Ends it as a crash would. */
  kill(): Promise<void>;
}

export interface QueueTargetOptions {
  /** For its configuration, its admin socket and what it says. */
  readonly dir: string;
  readonly queue: 'memory' | 'disk';
  /** Of the queue on disk, also that of an earlier process. */
  readonly queueDir: string;
  readonly maxSizeBytes: number;
  /** Port of the endpoint; nobody need listen there. */
  readonly endpointPort: number;
}

/** The name of the endpoint, and so of its cursor. */
export const endpointName = 'sink';

const main = join(import.meta.dirname, '../../src/main.ts');
// A machine that has other work may take that long to start a process.
const readyWithinMs = 120_000;
const pollMs = 5;

/** Starts `run` and waits until it is ready. Rejects with what the process said when it ends before, or takes too long. */
export async function startQueueTarget(options: QueueTargetOptions): Promise<QueueTarget> {
  const socketPath = join(options.dir, 'admin.sock');
  const file = join(options.dir, 'flamegate.yaml');
  writeFileSync(file, configOf(options, socketPath));
  rmSync(socketPath, { force: true }); // left by one that was killed
  const from = performance.now();
  const child = spawn(process.execPath, [main, 'run', file], { stdio: ['ignore', 'pipe', 'inherit'] });
  const ended = once(child, 'exit');
  const crash = (): boolean => child.kill('SIGKILL');
  process.prependListener('exit', crash); // a bench that is ended leaves none behind
  const kill = async (): Promise<void> => {
    process.off('exit', crash);
    crash();
    await ended;
  };
  try {
    const pid = child.pid ?? 0;
    const port = await listeningPort(child.stdout, from + readyWithinMs);
    while (!(await fetch(`http://127.0.0.1:${port}/ready`)).ok) {
      if (performance.now() - from > readyWithinMs) throw new Error(`not ready after ${readyWithinMs / 1000} s`);
      await passed(pollMs);
    }
    const readySeconds = (performance.now() - from) / 1000;
    const readyCpuSeconds = cpuSecondsOf(pid) ?? Number.NaN;
    return { pid, port, readySeconds, readyCpuSeconds, metric: (name) => sumOf(socketPath, name), kill };
  } catch (why) {
    await kill();
    throw why;
  }
}

/** Reads on for as long as the gateway speaks, so that it can. */
function listeningPort(output: Readable, untilMs: number): Promise<number> {
  return new Promise((resolve, reject) => {
    const said: string[] = [];
    const fail = (): void => reject(new Error(`the gateway does not listen:\n${said.join('\n')}`));
    const timer = setTimeout(fail, untilMs - performance.now());
    const end = (): void => {
      clearTimeout(timer);
      fail(); // of no consequence once it listens
    };
    createInterface({ input: output })
      .on('close', end)
      .on('line', (line) => {
        said.push(line);
        const port = /"address":"127\.0\.0\.1:(\d+)".*"message":"listening for profiles"/.exec(line)?.[1];
        if (port === undefined) return;
        clearTimeout(timer);
        resolve(Number(port));
      });
  });
}

function configOf({ queue, queueDir, maxSizeBytes, endpointPort }: QueueTargetOptions, socketPath: string): string {
  const where = queue === 'disk' ? `type: disk, dir: ${JSON.stringify(queueDir)}, fsync: group` : 'type: memory';
  return `receivers:
  pyroscope: { endpoint: "127.0.0.1:0" }
processors:
  label_drop: {}
  external_labels: { labels: { cluster: eu-1, env: production } }
exporters:
  pyroscope:
    ack: ${queue === 'disk' ? 'durable' : 'queued'}
    queue: { ${where}, max_size: ${maxSizeBytes}, overflow: refuse }
    endpoints: [{ name: ${endpointName}, url: "http://127.0.0.1:${endpointPort}" }]
service:
  pipelines:
    profiles: { receivers: [pyroscope], processors: [label_drop, external_labels], exporters: [pyroscope] }
  telemetry: { logs: { format: json } }
  admin: { endpoint: ${JSON.stringify(`unix:${socketPath}`)} }
`;
}

async function sumOf(socketPath: string, name: string): Promise<number> {
  let sum = 0;
  for (const line of (await read(socketPath, '/metrics')).split('\n')) {
    if (line.startsWith(`${name}{`) || line.startsWith(`${name} `)) sum += Number(line.slice(line.lastIndexOf(' ') + 1));
  }
  return sum;
}

function read(socketPath: string, path: string): Promise<string> {
  return new Promise((resolve, reject) => {
    get({ socketPath, path }, (response) => {
      let text = '';
      response.setEncoding('utf8').on('data', (piece: string) => {
        text += piece;
      });
      response.on('end', () => resolve(text)).on('error', reject);
    }).on('error', reject);
  });
}

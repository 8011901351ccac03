import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { has, type Running, start } from './processes.ts';

const here = import.meta.dirname;

/** What is measured: takes pushes on a port and sends them on to the sink. */
export interface Target {
  readonly running: Running;
  readonly port: number;
}

/** Whether the floor and the sink can be built. */
export const hasCompiler = has('gcc', '--version');

/** Compiles the C programs into a directory. */
export function compile(dir: string): void {
  for (const name of ['floor', 'sink']) execFileSync('gcc', ['-O2', '-o', join(dir, name), join(here, `${name}.c`)]);
}

/** Throws away what it gets, in C where there is a compiler. */
export async function startSink(dir: string): Promise<Target> {
  const [command, args] = hasCompiler ? [join(dir, 'sink'), []] : [process.execPath, [join(here, 'sink.ts')]];
  return told(await start({ command, args, side: 'around', ready: /listening on (\d+)/ }));
}

/** The least that a gateway can do, in C. */
export async function startFloor(dir: string, sinkPort: number): Promise<Target> {
  return told(await start({ command: join(dir, 'floor'), args: [String(sinkPort)], side: 'measured', ready: /listening on (\d+)/ }));
}

/** Flamegate as Alloy would be: the sender is answered when the endpoint has answered. */
export async function startGateway(dir: string, sinkPort: number, nodeArgs: readonly string[]): Promise<Target> {
  const [port, adminPort] = [await freePort(), await freePort()];
  const file = join(dir, 'flamegate.yaml');
  writeFileSync(file, gatewayConfig(port, adminPort, sinkPort));
  const main = join(here, '../src/main.ts');
  const running = await start({ command: process.execPath, args: [...nodeArgs, main, 'run', file], side: 'measured', ready: /.+/ });
  try {
    await answers(`http://127.0.0.1:${port}/ready`);
    return { running, port };
  } catch (why) {
    await running.stop();
    throw why;
  }
}

function gatewayConfig(port: number, adminPort: number, sinkPort: number): string {
  return `receivers:
  pyroscope: { endpoint: "127.0.0.1:${port}" }
processors:
  label_drop: {}
  external_labels: { labels: { cluster: eu-1, env: production } }
exporters:
  pyroscope: { ack: delivered, queue: { type: memory }, endpoints: [{ url: "http://127.0.0.1:${sinkPort}" }] }
service:
  pipelines:
    profiles: { receivers: [pyroscope], processors: [label_drop, external_labels], exporters: [pyroscope] }
  admin: { endpoint: "127.0.0.1:${adminPort}" }
`;
}

function told(running: Running): Target {
  return { running, port: Number(running.found) };
}

async function answers(url: string): Promise<void> {
  for (let attempt = 0; attempt < 200; attempt++) {
    const answer = await fetch(url).catch(() => undefined);
    if (answer?.ok) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error(`${url} does not answer 200 within 10 s`);
}

function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' && address !== null ? address.port : 0));
    });
  });
}

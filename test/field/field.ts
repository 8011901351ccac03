import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { setInterval, setTimeout } from 'node:timers/promises';
import { create, fromBinary, toBinary } from '@bufbuild/protobuf';
import { PushRequestSchema } from '../../src/gen/push/v1/push_pb.ts';
import { type GatewayOptions, type GatewayProcess, type Metrics, startGateway } from '../support/gateway.ts';

const main = join(import.meta.dirname, '..', '..', 'src', 'main.ts');

type Keys = Readonly<Record<string, unknown>>;

/** The two drivers whose promises the cases of deliveries test alike. */
export const queues: readonly Keys[] = [{ type: 'memory' }, { type: 'disk', dir: 'queue' }];

/** What of a gateway's configuration a case cares about. */
export interface FieldSetup {
  /** Each with its `url`; names are up0, up1, ... unless given. */
  readonly endpoints: readonly Keys[];
  /** Default: a disk queue in the gateway's directory. */
  readonly queue?: Keys;
  /** Keys of the one receiver. */
  readonly receiver?: Keys;
  readonly moreReceivers?: Readonly<Record<string, Keys>>;
  readonly telemetry?: Keys;
  readonly shutdown?: Keys;
}

/** A configuration as the cases want it: short waits, everything acknowledged by the queue. JSON, which is YAML too. */
export function configOf({
  endpoints,
  queue = { type: 'disk', dir: 'queue' },
  receiver,
  moreReceivers = {},
  telemetry,
  shutdown,
}: FieldSetup): string {
  const pace = { remote_timeout: '2s', min_backoff_period: '100ms', max_backoff_period: '500ms' };
  return JSON.stringify({
    receivers: { pyroscope: { endpoint: '127.0.0.1:0', ...receiver }, ...moreReceivers },
    exporters: { pyroscope: { queue, endpoints: endpoints.map((endpoint, at) => ({ name: `up${at}`, ...pace, ...endpoint })) } },
    service: {
      pipelines: { profiles: { receivers: ['pyroscope', ...Object.keys(moreReceivers)], exporters: ['pyroscope'] } },
      admin: { endpoint: '127.0.0.1:0' },
      ...(telemetry && { telemetry }),
      ...(shutdown && { shutdown }),
    },
  });
}

/** A directory that goes with the test. */
export function temporary(t: TestContext): string {
  const directory = mkdtempSync(join(tmpdir(), 'flamegate-field-'));
  t.after(() => rmSync(directory, { recursive: true, force: true }));
  return directory;
}

/** A gateway that is gone after the test whatever becomes of it. */
export async function startField(t: TestContext, setup: FieldSetup, options: Omit<GatewayOptions, 'config'> = {}): Promise<GatewayProcess> {
  const gateway = await startGateway({ directory: temporary(t), ...options, config: configOf(setup) });
  t.after(async () => {
    try {
      if (gateway.process.exitCode === null && gateway.process.signalCode === null) await gateway.checkAccount();
    } finally {
      await gateway.stop('SIGKILL');
    }
  });
  return gateway;
}

/** Runs a command to its end, in a directory. */
export interface RunOptions {
  readonly directory: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly uid?: number;
  /** Runs the gateway by it: a command and its first arguments. */
  readonly by?: readonly string[];
}

/** What a command printed, and its exit code. */
export interface Ended {
  readonly code: number | null;
  readonly text: string;
}

/** Runs a verb of the command line to its end; it dies with the test. */
export function flamegate(t: TestContext, args: readonly string[], { directory, env, uid, by = [] }: RunOptions): Promise<Ended> {
  const [command = '', ...rest] = [...by, process.execPath, main, ...args];
  const child = spawn(command, rest, {
    cwd: directory,
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
    ...(uid === undefined ? {} : { uid, gid: uid }),
  });
  t.after(() => child.kill('SIGKILL'));
  let text = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (piece: string) => {
      text += piece;
    });
  }
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => resolve({ code, text }));
  });
}

/** Puts a configuration in force. */
export async function reload(gateway: GatewayProcess, config: string): Promise<{ readonly status: number; readonly text: string }> {
  writeFileSync(gateway.configFile, config);
  const answer = await fetch(`${gateway.admin}/-/reload`, { method: 'POST' });
  return { status: answer.status, text: await answer.text() };
}

/** One record with a number in its labels, as a push body. */
export function record(
  number: number,
  rawProfile: Uint8Array = Buffer.from(`profile ${number}`),
  service = 'field',
): Uint8Array<ArrayBuffer> {
  const labels = [
    { name: '__name__', value: 'process_cpu' },
    { name: 'n', value: String(number) },
    { name: 'service_name', value: service },
  ];
  const message = create(PushRequestSchema, { series: [{ labels, samples: [{ rawProfile, ID: '' }] }] });
  return new Uint8Array(toBinary(PushRequestSchema, message));
}

/** The number in the body of a push, or in the `name` of an /ingest. */
export function numberIn({ body, query }: { readonly body: Uint8Array; readonly query?: URLSearchParams }): number {
  const name = query?.get('name');
  if (name) return Number(/[{,]n=(\d+)/.exec(name)?.[1]);
  const { series } = fromBinary(PushRequestSchema, body);
  return Number(series[0]?.labels.find(({ name }) => name === 'n')?.value);
}

/** From `first` on, so many numbers. */
export function numbers(first: number, count: number): number[] {
  return Array.from({ length: count }, (_, at) => first + at);
}

/** Sends one record and resolves with the status. */
export async function push(gateway: GatewayProcess, number: number, rawProfile?: Uint8Array, service?: string): Promise<number> {
  const answer = await fetch(`http://${gateway.address()}/push.v1.PusherService/Push`, {
    method: 'POST',
    headers: { 'content-type': 'application/proto' },
    body: record(number, rawProfile, service),
  });
  await answer.arrayBuffer();
  return answer.status;
}

/** Sends so many records at once; each must be acknowledged. */
export async function pushAll(gateway: GatewayProcess, which: readonly number[]): Promise<void> {
  const statuses = await Promise.all(which.map((number) => push(gateway, number)));
  assert.deepEqual([...new Set(statuses)], [200]);
}

/** Looks again and again until the check throws no more; rejects with what it threw last. Asks only for what cannot be waited for. */
export async function eventually<T>(withinMs: number, check: () => T | Promise<T>): Promise<T> {
  const deadline = performance.now() + withinMs;
  for await (const _ of setInterval(25)) {
    try {
      return await check();
    } catch (why) {
      if (performance.now() > deadline) throw why;
    }
  }
  throw new Error('unreachable: the interval never ends');
}

/** Resolves with what an upstream gets first, so many of it; rejects when that takes far too long, so that nothing hangs. */
export async function arrive<T>(upstream: { take(count: number): Promise<readonly T[]> }, count: number): Promise<readonly T[]> {
  const over = new AbortController();
  const late = setTimeout(45_000, undefined, { signal: over.signal }).then(() => {
    throw new Error(`${count} were expected and did not come`);
  });
  try {
    return await Promise.race([upstream.take(count), late]);
  } finally {
    over.abort();
    late.catch(() => undefined); // it is cut, or was heard
  }
}

/** What one endpoint has delivered, holds and lost, by the metrics. */
export interface AccountSeen {
  readonly accepted: number;
  readonly recovered: number;
  readonly delivered: number;
  readonly queued: number;
  readonly dropped: number;
  readonly dead: number;
}

/** Reads the books of an endpoint. */
export function accountOf(metrics: Metrics, endpoint: string): AccountSeen {
  const sum = (name: string): number => metrics.sum(`flamegate_${name}`, { endpoint });
  return {
    accepted: sum('endpoint_accepted_profiles_total'),
    recovered: sum('exporter_recovered_profiles_total'),
    delivered: sum('endpoint_delivered_profiles_total'),
    queued: sum('endpoint_queued_profiles'),
    dropped: sum('endpoint_dropped_profiles_total'),
    dead: sum('endpoint_dead_lettered_profiles_total'),
  };
}

/** The equation that holds at every quiet point; resolves with the account once it does and so much is delivered. */
export function balanced(gateway: GatewayProcess, endpoint: string, expected: Partial<AccountSeen>): Promise<AccountSeen> {
  return eventually(15_000, async () => {
    const account = accountOf(await gateway.metrics(), endpoint);
    const { accepted, recovered, delivered, queued, dropped, dead } = account;
    assert.equal(accepted + recovered, delivered + queued + dropped + dead, `${endpoint}: ${JSON.stringify(account)}`);
    assert.deepEqual({ ...account, ...expected }, account);
    return account;
  });
}

/** Each number so often as it came. */
export function checkOnceEach(came: readonly number[], expected: readonly number[]): void {
  assert.deepEqual(
    came.toSorted((a, b) => a - b),
    expected.toSorted((a, b) => a - b),
  );
}

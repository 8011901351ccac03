import { afterEach } from 'node:test';
import { setTimeout as wait } from 'node:timers/promises';
import type { z } from 'zod';
import type { Account } from '../../../src/core/account.ts';
import type { Clock } from '../../../src/core/clock.ts';
import type { Series } from '../../../src/core/profile.ts';
import { PyroscopeExporter } from '../../../src/exporters/pyroscope/exporter.ts';
import { pyroscopeExporter } from '../../../src/exporters/pyroscope/factory.ts';
import { describePush } from '../../../src/wire/push.ts';
import { batchOf } from '../../support/batches.ts';
import { createTestHost, type TestHost } from '../../support/host.ts';
import {
  type Arrival,
  type PyroscopeServer,
  type Script,
  type ScriptedAnswer,
  startPyroscopeServer,
} from '../../support/pyroscope-server.ts';

type Config = z.input<typeof pyroscopeExporter.schema>;

/** A running exporter. */
export interface Rig {
  readonly host: TestHost;
  readonly exporter: PyroscopeExporter;
  /** One batch, received now. Resolves when the sender would be told 200. */
  push(...series: readonly Series[]): Promise<void>;
  /** The same, with a sender that may leave. */
  pushWith(signal: AbortSignal, ...series: readonly Series[]): Promise<void>;
  account(endpoint: string): Account;
  stop(): Promise<void>;
}

const cleanups: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const clean of cleanups.splice(0).reverse()) await clean();
});

/** Starts an exporter that is stopped when the test ends. `activate: false`: it is not put in force, as by a reload that fails elsewhere. */
export async function rig(
  config: Config,
  options: { readonly clock?: Clock; readonly host?: TestHost; readonly activate?: boolean } = {},
): Promise<Rig> {
  const host = options.host ?? createTestHost({ id: 'pyroscope/test', ...(options.clock && { clock: options.clock }) });
  const exporter = pyroscopeExporter.create(pyroscopeExporter.schema.parse(config), host);
  if (!(exporter instanceof PyroscopeExporter)) throw new Error('the factory makes another exporter');
  await exporter.start();
  if (options.activate !== false) exporter.activate();
  const forever = new AbortController().signal;
  const pushWith = (signal: AbortSignal, ...series: readonly Series[]): Promise<void> =>
    Promise.resolve(exporter.prepare({ ...batchOf(...series), receivedAt: host.clock.now() }).commit({ signal }));
  const stop = (): Promise<void> => exporter.stop(AbortSignal.abort(new Error('the test is over')));
  cleanups.push(stop);
  return {
    host,
    exporter,
    pushWith,
    push: (...series) => pushWith(forever, ...series),
    account: (endpoint) => host.account(endpoint),
    stop,
  };
}

/** Starts a server in the place of a Pyroscope, closed when the test ends. */
export async function server(script?: Script | readonly ScriptedAnswer[]): Promise<PyroscopeServer> {
  const started = await startPyroscopeServer(script);
  cleanups.push(() => started.close());
  return started;
}

/** service_name of the first series of a push. */
export function serviceOf({ body }: Arrival): string {
  return describePush(body)[0]?.labels.get('service_name') ?? '';
}

/** The default name of an endpoint at this URL. */
export function hostOf(url: string): string {
  return new URL(url).host;
}

/** Short waits between attempts, for tests that run on the real clock. */
export const quick = { min_backoff_period: '10ms', max_backoff_period: '20ms' } as const;

/** Resolves when it is so, having looked again and again; fails with what `describe` says when it never is. */
export async function eventually(isSo: () => boolean, describe: () => unknown = () => isSo.toString(), limitMs = 15_000): Promise<void> {
  for (const end = performance.now() + limitMs; !isSo(); await wait(2)) {
    if (performance.now() > end) throw new Error(`never came true: ${JSON.stringify(describe())}`);
  }
}

/** Turns a fake clock on in steps, letting real I/O happen in between, until it is so. */
export async function pump(
  clock: { advance(ms: number): Promise<void> },
  stepMs: number,
  isSo: () => boolean,
  limitSteps = 2000,
): Promise<void> {
  for (let step = 0; !isSo(); step++) {
    if (step > limitSteps) throw new Error(`never came true within ${limitSteps} steps: ${isSo}`);
    await clock.advance(stepMs);
    await wait(0);
  }
}

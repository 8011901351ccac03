import assert from 'node:assert/strict';
import { setTimeout as wait } from 'node:timers/promises';
import { trace } from '@opentelemetry/api';
import { z } from 'zod';
import type { ComponentConfig, Config } from '../../src/config/schema.ts';
import { type Account, emptyAccount } from '../../src/core/account.ts';
import type { Consumer, Registry } from '../../src/core/component.ts';
import { Failed, Invalid, Refused } from '../../src/core/errors.ts';
import type { Series } from '../../src/core/profile.ts';
import { pyroscopeExporter } from '../../src/exporters/pyroscope/factory.ts';
import { type ReloadOutcome, Service } from '../../src/service/service.ts';
import { describePush } from '../../src/wire/push.ts';
import { batchOf } from '../support/batches.ts';
import { FakeClock, settle } from '../support/fake-clock.ts';
import { createTestHost, createTestLogger, type LogLine } from '../support/host.ts';
import type { Arrival } from '../support/pyroscope-server.ts';

/** What one configuration of the model asks for: the number of the upstream of each endpoint. */
export interface Shape {
  readonly a: number | undefined;
  readonly b: number | undefined;
  readonly unnamed: number | undefined;
  readonly small: boolean;
  readonly overflow: 'drop_oldest' | 'refuse';
  readonly timeout: string;
}

/** The same, for a service. */
export interface Wanted {
  readonly endpoints: readonly { readonly name: string; readonly url: string | undefined }[];
  readonly unnamed: readonly string[];
  readonly ack: 'queued' | 'durable' | 'delivered';
  readonly queue: object;
  readonly timeout: string;
  /** Which process it is: its endpoints send the number along. */
  readonly life: number;
}

const exporter = 'pyroscope/model';
/** What is said of profiles that the model counts itself. */
const saidOfCounts = ['profiles were lost'];
const none = z.strictObject({ fails: z.boolean() });

/** What a directory that was copied while it was written to may lead to. */
const saidAfterKill = [
  'records in the queue are damaged and lost',
  'the place of endpoints in the queue is missing or damaged: they begin at the oldest profile, and may get some again',
];

/** One process: the real service with the real exporter and a receiver that is called by hand. */
export class Life {
  readonly clock: FakeClock;
  readonly #lines: LogLine[] = [];
  readonly #accounts = new Map<string, Account>();
  readonly #host;
  readonly #service: Service;
  #consumer: Consumer | undefined;

  constructor(now?: number) {
    this.clock = new FakeClock(now);
    const host = createTestHost({ clock: this.clock });
    this.#host = host;
    const registry: Registry = {
      receivers: [
        {
          kind: 'receiver',
          type: 'by_hand',
          schema: none,
          create: (config, next) => {
            const { fails } = none.parse(config);
            if (!fails) this.#consumer = next;
            return {
              async start() {
                if (fails) throw new Error('this receiver does not start');
              },
              async stop() {},
            };
          },
        },
      ],
      processors: [],
      exporters: [pyroscopeExporter],
    };
    this.#service = new Service({
      registry,
      clock: this.clock,
      random: () => 0.5,
      observability: {
        metrics: host.metrics,
        scope: () => {
          const hides: (() => void)[] = [];
          return {
            ...host.metrics,
            gauge(...args) {
              const hide = host.metrics.gauge(...args);
              hides.push(hide);
              return hide;
            },
            close: () => {
              for (const hide of hides) hide();
            },
          };
        },
        tracer: trace.getTracer('test'),
        logger: () => createTestLogger(this.#lines),
        account: (_exporter, endpoint) => {
          const account = this.#accounts.get(endpoint) ?? emptyAccount();
          this.#accounts.set(endpoint, account);
          return account;
        },
        retain: () => undefined,
      },
    });
  }

  start(wanted: Wanted): Promise<void> {
    return this.#service.start(configOf(wanted));
  }

  /** `fails`: a receiver that does not start, or an endpoint whose name no file can have. */
  reload(wanted: Wanted, fails: 'receiver' | 'name' | undefined): Promise<ReloadOutcome> {
    return this.#service.reload(configOf(wanted, fails));
  }

  /** Resolves when the sender would be told 200. */
  async push(series: readonly Series[]): Promise<void> {
    assert.ok(this.#consumer);
    await this.#consumer.consume({ ...batchOf(...series), receivedAt: this.clock.now() }, { signal: new AbortController().signal });
  }

  /** Fails for what no sender may be told. */
  assertRefusal(why: unknown): void {
    if (!(why instanceof Refused || why instanceof Invalid || why instanceof Failed)) throw why;
  }

  pause(name: string, paused: boolean): Promise<boolean> {
    return this.#service.pause(exporter, name, paused);
  }

  async advance(ms: number, stepMs = 250): Promise<void> {
    for (let gone = 0; gone < ms; gone += stepMs) {
      await this.clock.advance(stepMs);
      await wait(0);
    }
  }

  /** Turns the clock until it is so. */
  async until(isSo: () => boolean, limitMs: number, describe: () => string): Promise<void> {
    for (const end = this.clock.monotonic() + limitMs; !isSo(); await this.advance(250)) {
      assert.ok(this.clock.monotonic() < end, describe());
    }
  }

  /** Lets what has begun get on. */
  async settled(): Promise<void> {
    for (let turn = 0; turn < 3; turn++) {
      await settle();
      await wait(1);
    }
  }

  /** Everyone's account, and what waits there now. */
  books(): readonly { readonly endpoint: string; readonly account: Account; readonly queued: number }[] {
    return [...this.#accounts].map(([endpoint, account]) => ({
      endpoint,
      account,
      queued: this.#gauge('endpoint_queued_profiles', endpoint),
    }));
  }

  /** Profiles that its endpoints have been given, each counted once for each of them. */
  accepted(): number {
    return this.books().reduce((sum, { account }) => sum + account.accepted, 0);
  }

  queued(): number {
    return this.books().reduce((sum, { queued }) => sum + queued, 0);
  }

  /** What a refused reload must not change. */
  shown(): unknown {
    const gauges = this.books().map(({ endpoint }) => [
      endpoint,
      this.#host.metric('flamegate_endpoint_queued_profiles', { exporter, endpoint }) === undefined,
    ]);
    return {
      gauges,
      capacity: this.#host.metric('flamegate_queue_capacity_bytes', { exporter }),
      endpoints: this.#service.endpoints.map(({ endpoint }) => endpoint),
    };
  }

  /** What was logged as an error, but for what an endpoint's operator has to hear. */
  errors(killed: boolean): readonly LogLine[] {
    const fine = [...saidOfCounts, ...(killed ? saidAfterKill : [])];
    return this.#lines.filter(({ level, message, facts }) => level === 'error' && facts['change'] === undefined && !fine.includes(message));
  }

  /** As told by a supervisor; fails when it takes longer than so much. */
  async stop(limitMs: number): Promise<void> {
    const deadline = new AbortController();
    const cancel = this.clock.after(limitMs, () => deadline.abort(new Error('deadline')));
    let stopped = false;
    const stopping = this.#service.stop(deadline.signal).finally(() => {
      stopped = true;
    });
    stopping.catch(() => {}); // awaited below
    for (let step = 0; !stopped && step <= limitMs / 500 + 4; step++) await this.advance(500, 500);
    cancel();
    for (let turn = 0; !stopped && turn < 2000; turn++) await wait(2);
    assert.ok(stopped, 'stop() goes on after its deadline');
    await stopping;
  }

  /** The end, however it is left. */
  giveUp(): Promise<void> {
    return this.#service.stop(AbortSignal.abort(new Error('the test gives it up')));
  }

  #gauge(name: string, endpoint: string): number {
    return this.#host.metric(`flamegate_${name}`, { exporter, endpoint }) ?? 0;
  }
}

function configOf(wanted: Wanted, fails?: 'receiver' | 'name'): Config {
  const { endpoints, unnamed, ack, queue, timeout, life } = wanted;
  const common = {
    min_backoff_period: '500ms',
    max_backoff_period: '10s',
    max_backoff_retries: ack === 'delivered' ? 3 : 0,
    remote_timeout: timeout,
  };
  const headers = (place: string): Record<string, string> => ({ 'X-Place': place, 'X-Life': String(life) });
  const config = pyroscopeExporter.schema.parse({
    endpoints: [
      ...endpoints.flatMap(({ name, url }) => (url === undefined ? [] : [{ ...common, name, url, headers: headers(name) }])),
      ...unnamed.map((url) => ({ ...common, url, headers: headers('unnamed') })),
      ...(fails === 'name' ? [{ ...common, name: 'y'.repeat(250), url: 'http://127.0.0.1:1' }] : []),
    ],
    ack,
    queue,
  });
  const receivers = new Map<string, ComponentConfig>([['by_hand', { type: 'by_hand', config: { fails: false } }]]);
  if (fails === 'receiver') receivers.set('by_hand/fails', { type: 'by_hand', config: { fails: true } });
  return {
    receivers,
    processors: new Map(),
    exporters: new Map([[exporter, { type: 'pyroscope', config }]]),
    tests: [],
    pipelines: new Map([['main', { receivers: [...receivers.keys()], processors: [], exporters: [exporter], pipelines: [] }]]),
    service: { admin: { endpoint: '' }, memory_limit: 0, shutdown: { delay: 0, timeout: 25_000 }, telemetry: {} },
  };
}

/** service_name of every series of a request. */
export function serviceOf({ path, query, body }: Arrival): readonly string[] {
  if (path === '/ingest') return [new URLSearchParams(query).get('name')?.split('{')[0] ?? ''];
  return describePush(body).map(({ labels }) => labels.get('service_name') ?? '');
}

/** The number of every series of a request. */
export function idsOf({ path, query, body }: Arrival): readonly number[] {
  if (path === '/ingest') return [Number(/number=(\d+)/.exec(new URLSearchParams(query).get('name') ?? '')?.[1])];
  return describePush(body).map(({ labels }) => Number(labels.get('number')));
}

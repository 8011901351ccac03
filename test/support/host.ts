import { trace } from '@opentelemetry/api';
import { type Account, emptyAccount } from '../../src/core/account.ts';
import { type Clock, systemClock } from '../../src/core/clock.ts';
import type { Health, Host, Logger, MemoryLevel, Metrics, Shared } from '../../src/core/component.ts';

/** One line that a component logged. */
export interface LogLine {
  readonly level: 'debug' | 'info' | 'warn' | 'error';
  readonly message: string;
  readonly facts: Record<string, unknown>;
}

/** A host that remembers what a component told it. */
export interface TestHost extends Host {
  readonly lines: LogLine[];
  readonly accounts: Map<string, Account>;
  readonly healths: Map<string, Health>;
  /** Current value of a counter or gauge, by name and labels in the order given to it. */
  metric(name: string, labels?: Readonly<Record<string, string>>): number | undefined;
  /** Everything a histogram was given. */
  observed(name: string, labels?: Readonly<Record<string, string>>): readonly number[];
}

export interface TestHostOptions {
  readonly id?: string;
  readonly clock?: Clock;
  readonly random?: () => number;
  readonly unready?: readonly string[];
  readonly memoryLevel?: () => MemoryLevel;
}

export function createTestHost(options: TestHostOptions = {}): TestHost {
  const lines: LogLine[] = [];
  const accounts = new Map<string, Account>();
  const healths = new Map<string, Health>();
  const shared = new Map<string, { uses: number; opening: Promise<Shared> }>();
  const { metrics, metric, observed } = createTestMetrics();
  const log = createTestLogger(lines);
  return {
    id: options.id ?? 'test',
    clock: options.clock ?? systemClock,
    random: options.random ?? Math.random,
    log,
    metrics,
    tracer: trace.getTracer('test'),
    account(endpoint) {
      const account = accounts.get(endpoint) ?? emptyAccount();
      accounts.set(endpoint, account);
      return account;
    },
    closeAccount: () => undefined,
    health(state, endpoint = '') {
      healths.set(endpoint, state);
    },
    unready: () => options.unready ?? [],
    memoryLevel: () => options.memoryLevel?.() ?? 'ok',
    async share<T extends Shared>(key: string, open: () => Promise<T>) {
      const entry = shared.get(key) ?? { uses: 0, opening: open() };
      entry.uses += 1;
      shared.set(key, entry);
      const resource = (await entry.opening) as T;
      return {
        resource,
        async release() {
          entry.uses -= 1;
          if (entry.uses > 0) return;
          shared.delete(key);
          await resource.close();
        },
      };
    },
    lines,
    accounts,
    healths,
    metric,
    observed,
  };
}

export function createTestLogger(lines: LogLine[]): Logger {
  const write =
    (level: LogLine['level']) =>
    (message: string, facts: object = {}): void => {
      lines.push({ level, message, facts: facts as Record<string, unknown> });
    };
  return { debug: write('debug'), info: write('info'), warn: write('warn'), error: write('error') };
}

function createTestMetrics(): Pick<TestHost, 'metrics' | 'metric' | 'observed'> {
  const counters = new Map<string, { value: number }>();
  const gauges = new Map<string, () => number>();
  const histograms = new Map<string, number[]>();
  const keyOf = (name: string, labels: Readonly<Record<string, string>> = {}): string =>
    `${name}${JSON.stringify(Object.entries(labels).sort())}`;
  const metrics: Metrics = {
    counter(name, _help, labels) {
      const key = keyOf(name, labels);
      const counter = counters.get(key) ?? { value: 0 };
      counters.set(key, counter);
      return counter;
    },
    histogram(name, _help, _buckets, labels) {
      const key = keyOf(name, labels);
      const values = histograms.get(key) ?? [];
      histograms.set(key, values);
      return { observe: (value) => values.push(value) };
    },
    gauge(name, _help, read, labels) {
      const key = keyOf(name, labels);
      gauges.set(key, read);
      return () => {
        if (gauges.get(key) === read) gauges.delete(key);
      };
    },
  };
  return {
    metrics,
    metric: (name, labels) => counters.get(keyOf(name, labels))?.value ?? gauges.get(keyOf(name, labels))?.(),
    observed: (name, labels) => histograms.get(keyOf(name, labels)) ?? [],
  };
}

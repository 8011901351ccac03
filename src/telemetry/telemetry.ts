import type { Tracer } from '@opentelemetry/api';
import type { Account } from '../core/account.ts';
import type { Clock } from '../core/clock.ts';
import type { Logger, MetricLabels, Metrics } from '../core/component.ts';
import type { Level } from '../core/levels.ts';
import { Accounts } from './accounts.ts';
import type { Sample } from './instruments.ts';
import { createLog } from './log.ts';
import type { LogOutput } from './log-output.ts';
import { LogsExport } from './logs-export.ts';
import { LoopLag } from './loop-lag.ts';
import { type Exposition, MetricStore, type MetricsScope } from './metrics.ts';
import { MetricsExport } from './metrics-export.ts';
import { addProcessMetrics } from './process-metrics.ts';
import { Rates } from './rates.ts';
import type { TelemetryConfig } from './schema.ts';
import { Traces } from './traces.ts';

/** What telemetry is made of. */
export interface TelemetryOptions {
  /** Of this build. */
  readonly version: string;
  readonly clock: Clock;
  readonly output: LogOutput;
}

/** The gateway's own logs, metrics and traces. One per process; components get theirs by way of their host. */
export interface Telemetry {
  /** Metrics that are shown for as long as the process lives. */
  readonly metrics: Metrics;
  /** Metrics of one component, shown until it closes them. */
  scope(): MetricsScope;
  logger(id: string): Logger;
  readonly tracer: Tracer;
  /** The books of one endpoint: the same object for as long as the process lives. */
  account(exporter: string, endpoint: string): Account;
  /** The accounts to show, each named exporter, NUL, endpoint; the others are kept but left out. */
  retain(live: ReadonlySet<string>): void;
  /** What GET /metrics answers to this Accept header. */
  exposition(accept: string): Promise<Exposition>;
  /** Everything that a metric says now, by its name; empty when there is none of that name. */
  samples(name: string): Promise<readonly Sample[]>;
  /** How fast a counter of `ratedCounters` has grown over the last minute, all its series with these labels together. */
  perSecond(name: string, labels: MetricLabels): number;
  /** The least severe level of the log, and how to change it until a reload changes the configured one. */
  logLevel(): Level;
  setLogLevel(level: Level): void;
  /** The last lines of the log in JSON, oldest first. */
  logTail(): readonly string[];
  /** A new level, format and destination, from now on. */
  reconfigure(config: TelemetryConfig): void;
  /** Sends and writes what is there, until `deadline` aborts. */
  stop(deadline: AbortSignal): Promise<void>;
}

/** The counters whose rates a status shows. */
const ratedCounters = [
  'flamegate_receiver_received_profiles_total',
  'flamegate_endpoint_accepted_profiles_total',
  'flamegate_endpoint_delivered_profiles_total',
];

/** Opens logs, metrics and traces. */
export function createTelemetry(config: TelemetryConfig, options: TelemetryOptions): Telemetry {
  const { version, clock, output } = options;
  const store = new MetricStore();
  const metrics = store.scope();
  const accounts = new Accounts(store);
  addProcessMetrics(store, version);
  const dropped = metrics.counter(
    'flamegate_log_lines_dropped_total',
    'Log lines that were not written: too many alike, or nobody read them.',
  );
  const lag = new LoopLag(clock);
  metrics.gauge('flamegate_event_loop_lag_seconds', 'How late a timer ran at worst since the last scrape.', () => lag.take());
  const exportedLog = new LogsExport(config.logs, { version, clock, log: () => log.logger('telemetry') });
  const log = createLog(config.logs, {
    clock,
    output,
    onLine: (json) => exportedLog.push(json),
    onDropped: (lines) => {
      dropped.value += lines;
    },
  });
  const rates = new Rates({ clock, names: ratedCounters, read: (name) => store.samples(name) });
  const exportedMetrics = new MetricsExport(config.metrics, { version, clock, log: log.logger('telemetry'), read: () => store.readings() });
  const traces = new Traces(config.traces, { version, clock, log: log.logger('telemetry') });
  return {
    metrics,
    scope: () => store.scope(),
    logger: (id) => log.logger(id),
    tracer: traces.tracer,
    account: (exporter, endpoint) => accounts.account(exporter, endpoint),
    retain: (live) => accounts.retain(live),
    exposition: (accept) => store.exposition(accept),
    samples: (name) => store.samples(name),
    perSecond: (name, labels) => rates.perSecond(name, labels),
    logLevel: () => log.level,
    setLogLevel: (level) => log.setLevel(level),
    logTail: () => log.tail(),
    reconfigure(next) {
      log.reconfigure(next.logs);
      exportedLog.reconfigure(next.logs);
      exportedMetrics.reconfigure(next.metrics);
      traces.reconfigure(next.traces);
    },
    async stop(deadline) {
      lag.stop();
      rates.stop();
      await Promise.all([traces.stop(deadline), exportedMetrics.stop(deadline)]);
      await exportedLog.stop(deadline);
      await log.close(deadline);
    },
  };
}

import type { Tracer } from '@opentelemetry/api';
import type { Account } from '../core/account.ts';
import type { Clock } from '../core/clock.ts';
import type { Host, Logger, MetricLabels, Metrics } from '../core/component.ts';
import type { HealthBoard } from './health.ts';
import type { SharedResources } from './shared.ts';

/** What the service is given of telemetry/, which it may not import. */
export interface Observability {
  readonly metrics: Metrics;
  readonly tracer: Tracer;
  logger(id: string): Logger;
  account(exporter: string, endpoint: string): Account;
  /** The accounts to show, as accountKey() names them; the others are kept but left out of /metrics. */
  retain(live: ReadonlySet<string>): void;
}

/** What outlives every component. */
export interface Surroundings {
  readonly observability: Observability;
  readonly clock: Clock;
  readonly random: () => number;
  readonly health: HealthBoard;
  readonly shared: SharedResources;
}

/** How an account is named among all. */
export function accountKey(exporter: string, endpoint: string): string {
  return `${exporter}\0${endpoint}`;
}

/** A component's host, and what is left to do when the component is gone. */
export interface OwnedHost extends Host {
  /** Accounts that the component has asked for. */
  readonly accounts: ReadonlySet<string>;
  /** Its gauges are no longer shown, unless another component has registered them since. */
  dispose(): void;
}

/** Which host speaks for a gauge now. One per service. */
export type GaugeOwners = Map<string, OwnedHost>;

/** Makes the host of one component. */
export function createHost(id: string, around: Surroundings, gauges: GaugeOwners): OwnedHost {
  const { observability, clock, random, health, shared } = around;
  const accounts = new Set<string>();
  const host: OwnedHost = {
    id,
    clock,
    random,
    log: observability.logger(id),
    tracer: observability.tracer,
    metrics: {
      counter: (name, help, labels) => observability.metrics.counter(name, help, labels),
      histogram: (name, help, buckets, labels) => observability.metrics.histogram(name, help, buckets, labels),
      gauge(name, help, read, labels) {
        const key = gaugeKey(name, labels);
        gauges.set(key, host);
        observability.metrics.gauge(name, help, () => (gauges.get(key) === host ? read() : Number.NaN), labels);
      },
    },
    account(endpoint) {
      accounts.add(accountKey(id, endpoint));
      return observability.account(id, endpoint);
    },
    health: (state, endpoint) => health.set(id, state, endpoint),
    unready: () => health.unready(),
    share: (key, open) => shared.share(key, open),
    accounts,
    dispose() {
      for (const [key, owner] of gauges) if (owner === host) gauges.delete(key);
    },
  };
  return host;
}

function gaugeKey(name: string, labels: MetricLabels = {}): string {
  return `${name}${JSON.stringify(Object.entries(labels).sort())}`;
}

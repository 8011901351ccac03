import type { Tracer } from '@opentelemetry/api';
import type { Account } from '../core/account.ts';
import type { Clock } from '../core/clock.ts';
import { endpointStates, type Host, type Logger, type MemoryLevel, type Metrics } from '../core/component.ts';
import type { HealthBoard } from './health.ts';
import type { Senders } from './senders.ts';
import type { SharedResources } from './shared.ts';

/** What the service is given of telemetry/, which it may not import. */
export interface Observability {
  /** Metrics of the service itself. */
  readonly metrics: Metrics;
  /** Metrics of one component: its gauges are shown until close(). */
  scope(): Metrics & { close(): void };
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
  readonly memory: { readonly level: MemoryLevel };
  readonly books: Books;
  /** Some component's `accounts` have become fewer. */
  accountClosed(): void;
  /** Who sends. */
  readonly senders?: Senders;
}

/** One endpoint's books, of a component that runs or has run. */
export interface Book {
  readonly exporter: string;
  readonly endpoint: string;
  readonly account: Account;
}

/** The books of the whole process, by accountKey(). */
export type Books = Map<string, Book>;

/** How an account is named among all. */
export function accountKey(exporter: string, endpoint: string): string {
  return `${exporter}\0${endpoint}`;
}

/** A component's host, and what is left to do when the component is gone. */
export interface OwnedHost extends Host {
  /** Accounts that the component has asked for and not closed. */
  readonly accounts: ReadonlySet<string>;
  /** The component is gone: its gauges are no longer shown. */
  dispose(): void;
}

/** Makes the host of one component. */
export function createHost(id: string, around: Surroundings): OwnedHost {
  const { observability, clock, random, health, shared, books } = around;
  const accounts = new Set<string>();
  const metrics = observability.scope();
  /** By endpoint: what takes its gauges away. */
  const states = new Map<string, () => void>();
  const showState = (endpoint: string): (() => void) => {
    const withdraw = endpointStates.map((state) =>
      metrics.gauge(
        'flamegate_endpoint_state',
        'What the endpoint is doing: 1 for its state, 0 for the others; its reason stands in status.',
        () => (health.endpointState(id, endpoint) === state ? 1 : 0),
        { exporter: id, endpoint, state },
      ),
    );
    return () => {
      for (const take of withdraw) take();
    };
  };
  return {
    id,
    clock,
    random,
    log: observability.logger(id),
    tracer: observability.tracer,
    metrics,
    account(endpoint) {
      const key = accountKey(id, endpoint);
      const account = observability.account(id, endpoint);
      accounts.add(key);
      books.set(key, { exporter: id, endpoint, account });
      states.get(endpoint)?.();
      states.set(endpoint, showState(endpoint));
      return account;
    },
    closeAccount(endpoint) {
      states.get(endpoint)?.();
      states.delete(endpoint);
      if (accounts.delete(accountKey(id, endpoint))) around.accountClosed();
    },
    deadLettered: (tenant, labels, profiles, reason, words) => around.senders?.deadLettered(tenant, labels, profiles, reason, words),
    health: (state, endpoint) => health.set(id, state, endpoint),
    unready: () => health.unready(),
    memoryLevel: () => around.memory.level,
    share: (key, open) => shared.share(key, open),
    accounts,
    dispose: () => metrics.close(),
  };
}

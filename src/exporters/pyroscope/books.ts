import type { Account, DeadReason, DropReason } from '../../core/account.ts';
import type { Host } from '../../core/component.ts';
import type { LogRecord } from '../../queue/log.ts';
import type { RequestKind } from './answer.ts';

/** Prometheus' default buckets, which Alloy's histogram has. */
const latencyBuckets = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];
const deliveryBuckets = [0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 900, 1800, 3600];

type Counter = ReturnType<Host['metrics']['counter']>;
type Histogram = ReturnType<Host['metrics']['histogram']>;

/** The pyroscope_write_* metrics of one URL have these names, labels and moments in Alloy (alloy-behaviour 1.11). */
export class Books {
  readonly account: Account;
  readonly #sentBytes: Counter;
  readonly #sentProfiles: Counter;
  readonly #droppedBytes: Counter;
  readonly #droppedProfiles: Counter;
  readonly #retries: Counter;
  readonly #latency: Readonly<Record<RequestKind, { readonly attempt: Histogram; readonly end: Histogram }>>;
  readonly #delivery: Histogram;
  #droppedByLog: number;

  /** `name`: of the endpoint; `url`: as written, without user-info. */
  constructor(host: Host, name: string, url: string) {
    const { metrics } = host;
    const counter = (what: string, help: string): Counter => metrics.counter(`pyroscope_write_${what}_total`, help, { endpoint: url });
    this.account = host.account(name);
    // A reload goes on with the same account and the same counters.
    this.#droppedByLog = this.account.dropped.overflow + this.account.dropped.damaged;
    this.#sentBytes = counter('sent_bytes', 'Total number of compressed bytes sent to Pyroscope.');
    this.#sentProfiles = counter('sent_profiles', 'Total number of profiles sent to Pyroscope.');
    this.#droppedBytes = counter('dropped_bytes', 'Total number of compressed bytes dropped by Pyroscope.');
    this.#droppedProfiles = counter('dropped_profiles', 'Total number of profiles dropped by Pyroscope.');
    this.#retries = counter('retries', 'Total number of retries to Pyroscope.');
    const latencyOf = (kind: RequestKind) => ({
      attempt: writeLatency(host, url, `${kind}_downstream`),
      end: writeLatency(host, url, `${kind}_endpoint`),
    });
    this.#latency = { push: latencyOf('push'), ingest: latencyOf('ingest') };
    this.#delivery = metrics.histogram(
      'flamegate_endpoint_delivery_seconds',
      'Time from receipt of a profile to its delivery.',
      deliveryBuckets,
      {
        exporter: host.id,
        endpoint: name,
      },
    );
  }

  /** Taken by the endpoint; `ageMs` since receipt. */
  delivered(record: LogRecord, rawBytes: number, ageMs: number): void {
    this.account.delivered += record.profiles;
    this.#sentProfiles.value += record.profiles;
    this.#sentBytes.value += rawBytes;
    this.#delivery.observe(ageMs / 1000);
  }

  /** Gone without a trace. */
  dropped(profiles: number, rawBytes: number, reason: DropReason): void {
    this.account.dropped[reason] += profiles;
    this.#lost(profiles, rawBytes);
  }

  /** Never stored here, though another exporter has it: accepted and dropped. */
  discarded(profiles: number, rawBytes: number, reason: 'invalid' | 'not_stored'): void {
    this.account.accepted += profiles;
    this.dropped(profiles, rawBytes, reason);
  }

  /** Counts what the log has dropped since the last time: it keeps the account, in profiles, and knows no bytes of them. */
  catchUp(): void {
    const { overflow, damaged } = this.account.dropped;
    this.#droppedProfiles.value += overflow + damaged - this.#droppedByLog;
    this.#droppedByLog = overflow + damaged;
  }

  /** Gone to the dead letters. */
  buried(record: LogRecord, rawBytes: number, reason: DeadReason): void {
    this.account.deadLettered[reason] += record.profiles;
    this.#lost(record.profiles, rawBytes);
  }

  /** Another attempt begins. */
  retried(): void {
    this.#retries.value += 1;
  }

  /** One attempt is over. */
  attempted(kind: RequestKind, ms: number): void {
    this.#latency[kind].attempt.observe(ms / 1000);
  }

  /** The endpoint has ended with a record: all attempts and the waits between them. */
  ended(kind: RequestKind, ms: number): void {
    this.#latency[kind].end.observe(ms / 1000);
  }

  #lost(profiles: number, rawBytes: number): void {
    this.#droppedProfiles.value += profiles;
    this.#droppedBytes.value += rawBytes;
  }
}

/** pyroscope_write_latency; `endpoint` is "-" for a call as a whole. */
export function writeLatency(host: Host, endpoint: string, type: string): Histogram {
  return host.metrics.histogram('pyroscope_write_latency', 'Write latency for sending profiles to pyroscope', latencyBuckets, {
    endpoint,
    type,
  });
}

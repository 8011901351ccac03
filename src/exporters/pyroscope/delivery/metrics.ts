import type { Account, DeadReason, DropReason } from '../../../core/account.ts';
import type { Host } from '../../../core/component.ts';
import type { RequestKind } from '../request/request.ts';

/** Prometheus' default buckets, which Alloy's histogram has. */
const latencyBuckets = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];
const deliveryBuckets = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 900, 1800, 3600];

type Counter = ReturnType<Host['metrics']['counter']>;
type Histogram = ReturnType<Host['metrics']['histogram']>;

/** The pyroscope_write_* metrics of one URL: names, labels and moments as in Alloy (alloy-behaviour 1.11). */
export class UrlMetrics {
  readonly #sentBytes: Counter;
  readonly #sentProfiles: Counter;
  readonly #droppedBytes: Counter;
  readonly #droppedProfiles: Counter;
  readonly #retries: Counter;
  readonly #latency: Readonly<Record<RequestKind, { readonly attempt: Histogram; readonly end: Histogram }>>;

  /** `url`: as written, without user-info. */
  constructor(host: Host, url: string) {
    const counter = (what: string, help: string): Counter => host.metrics.counter(`pyroscope_write_${what}_total`, help, { endpoint: url });
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
  }

  /** Taken by the endpoint. */
  sent(profiles: number, rawBytes: number): void {
    this.#sentProfiles.value += profiles;
    this.#sentBytes.value += rawBytes;
  }

  /** Dropped or gone to the dead letters. */
  dropped(profiles: number, rawBytes: number): void {
    this.#droppedProfiles.value += profiles;
    this.#droppedBytes.value += rawBytes;
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
}

/** pyroscope_write_latency; `endpoint` is "-" for a call as a whole. */
export function writeLatency(host: Host, endpoint: string, type: string): Histogram {
  return host.metrics.histogram('pyroscope_write_latency', 'Write latency for sending profiles to pyroscope', latencyBuckets, {
    endpoint,
    type,
  });
}

/** How records end at one endpoint, in its account and in the metrics of its URL. */
export class Counts {
  readonly account: Account;
  /** Undefined for an endpoint that is no longer configured: its URL is not known. */
  readonly url: UrlMetrics | undefined;
  readonly #host: Host;
  readonly #name: string;
  #delivery: Histogram | undefined;
  #droppedByLog: number;
  #overflowed: number;
  /** Milliseconds since the Unix epoch; 0: none yet. */
  lastDeliveryAt = 0;

  constructor(host: Host, name: string, url: UrlMetrics | undefined) {
    this.account = host.account(name);
    this.url = url;
    this.#host = host;
    this.#name = name;
    if (url !== undefined) this.#delivery = this.#deliverySeconds();
    this.#droppedByLog = this.account.dropped.overflow + this.account.dropped.damaged;
    this.#overflowed = this.account.dropped.overflow;
  }

  /** Taken by the endpoint; `ageMs` since receipt. */
  delivered(profiles: number, rawBytes: number, ageMs: number): void {
    this.account.delivered += profiles;
    this.lastDeliveryAt = this.#host.clock.now();
    this.url?.sent(profiles, rawBytes);
    this.#delivery ??= this.#deliverySeconds();
    this.#delivery.observe(ageMs / 1000);
  }

  /** Gone, and nobody keeps it. */
  dropped(profiles: number, rawBytes: number, reason: DropReason): void {
    this.account.dropped[reason] += profiles;
    this.url?.dropped(profiles, rawBytes);
  }

  /** Never stored here, though another exporter has it: accepted and dropped. */
  discarded(profiles: number, rawBytes: number, reason: 'invalid' | 'not_stored'): void {
    this.account.accepted += profiles;
    this.dropped(profiles, rawBytes, reason);
  }

  /** Gone to the dead letters. */
  deadLettered(profiles: number, rawBytes: number, reason: DeadReason): void {
    this.account.deadLettered[reason] += profiles;
    this.url?.dropped(profiles, rawBytes);
  }

  #deliverySeconds(): Histogram {
    return this.#host.metrics.histogram(
      'flamegate_endpoint_delivery_seconds',
      'Time from receipt of a profile to its delivery.',
      deliveryBuckets,
      { exporter: this.#host.id, endpoint: this.#name },
    );
  }

  /** Counts what the log has dropped since the last time: it keeps the account, in profiles, and knows no raw bytes of them. How
   *  many of them went because the queue was full. */
  catchUp(): number {
    const { overflow, damaged } = this.account.dropped;
    this.url?.dropped(overflow + damaged - this.#droppedByLog, 0);
    this.#droppedByLog = overflow + damaged;
    const lately = overflow - this.#overflowed;
    this.#overflowed = overflow;
    return lately;
  }
}

/** Profiles that an account says are still in the queue. */
export function balanceOf({ accepted, recovered, delivered, dropped, deadLettered }: Account): number {
  let balance = accepted + recovered - delivered;
  for (const profiles of Object.values(dropped)) balance -= profiles;
  for (const profiles of Object.values(deadLettered)) balance -= profiles;
  return balance;
}

/**
 * Moves all that one account says to another one: an endpoint goes on under another name. What the other one still had in the queue, from an
 * endpoint of that name whose queue was closed, is what the first one has found there.
 */
export function moveAccount(from: Account, to: Account): void {
  const found = Math.min(Math.max(0, balanceOf(to)), from.recovered);
  to.accepted += from.accepted;
  to.recovered += from.recovered - found;
  to.delivered += from.delivered;
  from.accepted = 0;
  from.recovered = 0;
  from.delivered = 0;
  moveCounts(from.dropped, to.dropped);
  moveCounts(from.deadLettered, to.deadLettered);
}

function moveCounts<K extends string>(from: Record<K, number>, to: Record<K, number>): void {
  for (const key of Object.keys(from) as K[]) {
    to[key] += from[key];
    from[key] = 0;
  }
}

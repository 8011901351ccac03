import type { SpanContext } from '@opentelemetry/api';
import type { Call, Consumer, Host } from '../../core/component.ts';
import { countBatch, type Origin, type ProfileBatch, type Protocol, type Series } from '../../core/profile.ts';
import type { Request } from '../../net/server/exchange.ts';
import { type RefusalReason, refusalReasons, verdictOf } from '../../net/server/reply.ts';

const protocols = ['connect', 'grpc', 'grpc_web', 'ingest'] as const satisfies readonly Protocol[];
const longestAgent = 128;

/** A series without its tenant: that is the request's. */
export type Arrived = Omit<Series, 'tenant'>;

/** Where every protocol ends: one batch, one consumer, the receiver's counters. */
export class Intake {
  readonly #next: Consumer;
  readonly #host: Host;
  readonly #forwardsTenant: boolean;
  readonly #received: ReadonlyMap<Protocol, Received>;
  readonly #refused: ReadonlyMap<RefusalReason, { profiles: { value: number }; requests: { value: number } }>;

  constructor(next: Consumer, host: Host, forwardsTenant: boolean) {
    this.#next = next;
    this.#host = host;
    this.#forwardsTenant = forwardsTenant;
    this.#received = new Map(protocols.map((protocol) => [protocol, receivedCounters(host, protocol)]));
    this.#refused = new Map(refusalReasons.map((reason) => [reason, refusedCounters(host, reason)]));
  }

  /** Hands the series on as one batch. Returns or resolves, throws or rejects as the Consumer does. */
  accept(request: Request, protocol: Protocol, series: readonly Arrived[], trace: SpanContext | undefined): Promise<void> | undefined {
    // Its sender has been told no, or is gone, while it was unpacked: what it sends again would be there twice.
    request.throwIfOver();
    const tenant = this.#forwardsTenant ? request.tenant : '';
    const batch: ProfileBatch = {
      origin: this.#origin(request, protocol, trace),
      receivedAt: this.#host.clock.now(),
      series: series.map((one) => ({ tenant, labels: one.labels, payload: one.payload })),
    };
    this.#countReceived(batch);
    const call = new Waiting(request);
    const refused = (why: unknown): never => {
      if (!call.isAccepted) this.#countRefused(batch, why);
      throw why;
    };
    let pending: Promise<void> | undefined;
    try {
      pending = this.#next.consume(batch, call);
    } catch (why) {
      refused(why);
    }
    if (pending === undefined) {
      this.#observe(request, protocol);
      return undefined;
    }
    return pending.then(() => this.#observe(request, protocol), refused);
  }

  /** A request that is not answered 200. */
  refuse(reason: RefusalReason): void {
    const counters = this.#refused.get(reason);
    if (counters !== undefined) counters.requests.value += 1;
  }

  #observe({ startedAt }: Request, protocol: Protocol): void {
    this.#received.get(protocol)?.seconds.observe((this.#host.clock.monotonic() - startedAt) / 1000);
  }

  #origin({ exchange, tenant }: Request, protocol: Protocol, trace: SpanContext | undefined): Origin {
    const agent = (exchange.headers['user-agent'] ?? '').slice(0, longestAgent);
    return { receiver: this.#host.id, protocol, address: exchange.peer.address, agent, tenant, trace };
  }

  #countReceived(batch: ProfileBatch): void {
    const counters = this.#received.get(batch.origin.protocol);
    if (counters === undefined) return;
    counters.profiles.value += countBatch(batch);
    for (const { payload } of batch.series) counters.bytes.value += payload.kind === 'push' ? payload.rawBytes : sizeOf(payload.body);
  }

  #countRefused(batch: ProfileBatch, why: unknown): void {
    const counters = this.#refused.get(verdictOf(why).reason);
    if (counters !== undefined) counters.profiles.value += countBatch(batch);
  }
}

/** The wait of one request's sender. */
class Waiting implements Call {
  isAccepted = false;
  readonly #request: Request;

  constructor(request: Request) {
    this.#request = request;
  }

  get signal(): AbortSignal {
    return this.#request.signal;
  }

  get deadlineAt(): number | undefined {
    return this.#request.deadlineAt;
  }

  readonly accepted = (): void => {
    this.isAccepted = true;
  };
}

interface Received {
  readonly profiles: { value: number };
  readonly bytes: { value: number };
  readonly seconds: { observe(value: number): void };
}

const requestBuckets = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60];

function receivedCounters({ id, metrics }: Host, protocol: Protocol): Received {
  const labels = { receiver: id, protocol };
  return {
    profiles: metrics.counter('flamegate_receiver_received_profiles_total', 'Profiles that arrived and could be read.', labels),
    bytes: metrics.counter('flamegate_receiver_received_bytes_total', 'Bytes of these profiles, as the sender made them.', labels),
    seconds: metrics.histogram(
      'flamegate_receiver_request_seconds',
      'From the head of a request that was accepted to its answer.',
      requestBuckets,
      labels,
    ),
  };
}

function refusedCounters({ id, metrics }: Host, reason: RefusalReason): { profiles: { value: number }; requests: { value: number } } {
  const labels = { receiver: id, reason };
  return {
    profiles: metrics.counter('flamegate_receiver_refused_profiles_total', 'Profiles that were read and then refused.', labels),
    requests: metrics.counter('flamegate_receiver_requests_refused_total', 'Requests that were not answered 200.', labels),
  };
}

function sizeOf(pieces: readonly Uint8Array[]): number {
  return pieces.reduce((sum, piece) => sum + piece.length, 0);
}

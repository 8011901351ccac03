import type { Call, Exporter, Held, Host, Prepared } from '../../core/component.ts';
import type { DebugInfoTarget } from '../../core/debug-info.ts';
import { Invalid, messageOf } from '../../core/errors.ts';
import { countBatch, type ProfileBatch } from '../../core/profile.ts';
import { endWith, startWork } from '../../core/spans.ts';
import { type LogRecord, recordSize } from '../../queue/log.ts';
import { queueKey } from '../../queue/open.ts';
import { totalBytes } from '../../wire/protobuf.ts';
import { AlloyId } from './attempt/alloy-id.ts';
import { type Change, Deliveries, type Wanted } from './delivery/deliveries.ts';
import { writeLatency } from './delivery/metrics.ts';
import { endpointNames } from './delivery/names.ts';
import { Settings } from './delivery/settings.ts';
import { encode } from './request/encode.ts';
import { type Ack, ackOf, type PyroscopeExporterConfig } from './schema.ts';

/** What start() has made. */
interface Started {
  readonly deliveries: Held<Deliveries>;
  readonly change: Change;
  /** The change is in force, or was. */
  applied: boolean;
}

/**
 * Renders batches into requests and hands them to the deliveries of its queue, which outlive it: a reload makes another exporter with the same
 * deliveries.
 */
export class PyroscopeExporter implements Exporter {
  readonly #config: PyroscopeExporterConfig;
  readonly #host: Host;
  readonly #ack: Ack;
  readonly #wanted: Wanted;
  readonly #alloyId: AlloyId | undefined;
  readonly #accepted: { value: number };
  readonly #totals: Readonly<Record<'push' | 'ingest', { observe(value: number): void }>>;
  #started: Started | undefined;
  #stopping: Promise<void> | undefined;

  /** Opens nothing. Throws a sentence for a file of an endpoint's `tls_config` that is of no use. */
  constructor(config: PyroscopeExporterConfig, host: Host) {
    const { queue } = config;
    this.#config = config;
    this.#host = host;
    this.#ack = ackOf(config);
    const alloy = config.compatibility === 'alloy';
    this.#alloyId = alloy ? new AlloyId(host) : undefined;
    const delivered = this.#ack === 'delivered';
    const names = endpointNames(config.endpoints);
    const common = { host, alloy, ack: this.#ack, propagators: config.tracing, headers: () => this.#alloyId?.headers() ?? {} };
    this.#wanted = {
      host,
      queue,
      delivered,
      endpoints: config.endpoints.map((endpoint, at) => new Settings(endpoint, names[at] ?? '', common)),
      advice: queue.type === 'disk' ? `flamegate queue ls ${queue.dir}` : 'configure an endpoint of this name to have them delivered',
    };
    this.#accepted = host.metrics.counter(
      'flamegate_exporter_accepted_profiles_total',
      'Profiles that the exporter was given to deliver.',
      {
        exporter: host.id,
      },
    );
    this.#totals = { push: writeLatency(host, '-', 'push_total'), ingest: writeLatency(host, '-', 'ingest_total') };
  }

  async start(): Promise<void> {
    const { queue } = this.#config;
    await this.#alloyId?.claim();
    const key = `deliveries:${await queueKey(queue, this.#host.id)}`;
    const deliveries = await this.#host.share(key, () => Deliveries.open(queue, this.#host));
    try {
      this.#started = { deliveries, change: await deliveries.resource.prepare(this.#wanted), applied: false };
    } catch (why) {
      await deliveries.release();
      throw why;
    }
  }

  activate(): void {
    if (this.#started === undefined || this.#started.applied) return;
    this.#started.change.apply();
    this.#started.applied = true;
  }

  prepare(batch: ProfileBatch): Prepared {
    if (this.#started === undefined) throw new Error(`exporter ${this.#host.id} is not running`);
    const deliveries = this.#started.deliveries.resource;
    const records = encode(batch, this.#config.compatibility === 'pyroscope');
    if (this.#ack !== 'delivered') {
      if (this.#config.compatibility === 'pyroscope') refuseEmptyPush(batch);
      let sizeBytes = 0;
      for (const record of records) sizeBytes += recordSize(record);
      const refusal = deliveries.refusal(sizeBytes);
      if (refusal !== undefined) throw refusal;
    }
    return { commit: (call) => this.#commit(deliveries, records, batch, call) };
  }

  discard(batch: ProfileBatch, reason: 'invalid' | 'not_stored'): void {
    this.#accepted.value += countBatch(batch);
    this.#started?.deliveries.resource.discard(countBatch(batch), rawBytesOf(batch), reason);
  }

  /** The first endpoint takes it: an upload is a dialogue with one backend. */
  get debugInfo(): DebugInfoTarget | undefined {
    return this.#wanted.endpoints[0]?.sender;
  }

  /** Stops or goes on with the deliveries of one endpoint; kept over a restart where the queue is. False when there is no such endpoint. */
  async pause(name: string, paused: boolean): Promise<boolean> {
    return (await this.#started?.deliveries.resource.pause(name, paused)) ?? false;
  }

  stop(deadline: AbortSignal): Promise<void> {
    this.#stopping ??= this.#stop(deadline);
    return this.#stopping;
  }

  async #stop(deadline: AbortSignal): Promise<void> {
    const started = this.#started;
    if (started === undefined) await Promise.all(this.#wanted.endpoints.map((settings) => settings.close()));
    else {
      if (started.applied) await started.deliveries.resource.stop(this.#wanted, deadline);
      else await started.change.dispose();
      await started.deliveries.release();
    }
    await this.#alloyId?.release();
  }

  /** Stores, or begins to deliver, before it returns, so that several exporters do so in one turn of the event loop. */
  #commit(deliveries: Deliveries, records: readonly LogRecord[], batch: ProfileBatch, call: Call): Promise<void> | undefined {
    const { clock } = this.#host;
    const startedAt = clock.monotonic();
    const total = this.#totals[batch.series[0]?.payload.kind === 'ingest' ? 'ingest' : 'push'];
    const waits = this.#store(deliveries, records, batch, call);
    const observe = (): void => total.observe((clock.monotonic() - startedAt) / 1000);
    if (waits !== undefined) return waits.finally(observe);
    observe();
    return undefined;
  }

  #store(deliveries: Deliveries, records: readonly LogRecord[], batch: ProfileBatch, call: Call): Promise<void> | undefined {
    const accept = (): void => {
      this.#accepted.value += countBatch(batch);
    };
    if (this.#ack === 'delivered') {
      accept();
      return deliveries.deliver(records, call);
    }
    const stored = this.#append(deliveries, records, batch);
    if (stored !== undefined && this.#ack === 'durable') return stored.then(accept);
    accept();
    stored?.catch((why) => this.#notStored(deliveries, batch, why));
    return undefined;
  }

  #append(deliveries: Deliveries, records: readonly LogRecord[], batch: ProfileBatch): Promise<void> | undefined {
    const { tracer, id } = this.#host;
    const attributes = { 'flamegate.exporter': id, 'flamegate.profiles': countBatch(batch) };
    const span = startWork(tracer, 'append', batch.origin.trace, attributes);
    if (span === undefined) return deliveries.append(records);
    return endWith<void>(span, () => deliveries.append(records)) ?? undefined;
  }

  /** The sender has been told 200 when the queue turned out not to take it. */
  #notStored(deliveries: Deliveries, batch: ProfileBatch, why: unknown): void {
    deliveries.discard(countBatch(batch), rawBytesOf(batch), 'not_stored');
    this.#host.log.error('profiles that were acknowledged could not be stored', { profiles: countBatch(batch), why: messageOf(why) });
  }
}

/**
 * Pyroscope refuses a push whose series hold no sample ("no profiles received"). With `ack: delivered` its sender hears that from the endpoint;
 * otherwise a 200 would stand for what ends as a dead letter, so it is refused here. Throws Invalid.
 */
function refuseEmptyPush({ series }: ProfileBatch): void {
  if (series.some(({ payload }) => payload.kind !== 'push' || payload.profiles > 0)) return;
  throw new Invalid('no_series', 'a push holds at least one sample, found series without any');
}

function rawBytesOf(batch: ProfileBatch): number {
  let rawBytes = 0;
  for (const { payload } of batch.series) rawBytes += payload.kind === 'push' ? payload.rawBytes : totalBytes(payload.body);
  return rawBytes;
}

import type { Call, Exporter, Held, Host, Prepared } from '../../core/component.ts';
import type { DebugInfoTarget } from '../../core/debug-info.ts';
import { messageOf } from '../../core/errors.ts';
import { countBatch, type ProfileBatch } from '../../core/profile.ts';
import { type Log, type LogRecord, recordSize } from '../../queue/log.ts';
import { totalBytes } from '../../wire/protobuf.ts';
import type { AlloyId } from './alloy-id.ts';
import { writeLatency } from './books.ts';
import { encode } from './encode.ts';
import type { Endpoint } from './endpoint.ts';
import type { Graveyard } from './graveyard.ts';
import { Holdings } from './holdings.ts';
import { readRequest } from './load.ts';
import type { Ack } from './schema.ts';
import { Waiting, type Waitings } from './waiting.ts';

/** What an exporter is made of. */
export interface ExporterParts {
  readonly host: Host;
  readonly ack: Ack;
  /** Pyroscope's rules, when a request is rendered. */
  readonly checkLabels: boolean;
  readonly endpoints: readonly Endpoint[];
  /** Shared by the endpoints: who waits for which record. */
  readonly waitings: Waitings;
  readonly from: 'end' | 'oldest';
  readonly maxAgeMs: number;
  readonly advice: string;
  readonly alloyId: AlloyId | undefined;
  /** Undefined without endpoints. */
  readonly debugInfo: DebugInfoTarget | undefined;
  openLog(): Promise<Held<Log>>;
  readonly graveyard: Graveyard;
}

/** Expired records are gone within 2 s of their time. */
const expiryEveryMs = 1000;

type Running = { readonly log: Held<Log>; readonly holdings: Holdings };

/** Renders batches into requests and stores them in its log, from which every endpoint delivers at its own pace. */
export class PyroscopeExporter implements Exporter {
  readonly #parts: ExporterParts;
  readonly #accepted: { value: number };
  readonly #totals: Readonly<Record<'push' | 'ingest', { observe(value: number): void }>>;
  #running: Running | undefined;
  #stopping: Promise<void> | undefined;
  #cancelExpiry: (() => void) | undefined;

  constructor(parts: ExporterParts) {
    const { host } = parts;
    this.#parts = parts;
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
    const { openLog, host, ...parts } = this.#parts;
    await parts.alloyId?.claim();
    const log = await openLog();
    try {
      // With `ack: delivered` nothing is ever buried.
      if (parts.ack !== 'delivered') for (const { name } of parts.endpoints) await parts.graveyard.open(name);
      this.#running = { log, holdings: await Holdings.open({ ...parts, host, log: log.resource }) };
    } catch (why) {
      await parts.graveyard.close();
      await log.release();
      throw why;
    }
    for (const endpoint of parts.endpoints) endpoint.show();
    this.#expireLater(this.#running.holdings);
  }

  prepare(batch: ProfileBatch): Prepared {
    if (this.#running === undefined) throw new Error(`exporter ${this.#parts.host.id} is not running`);
    const log = this.#running.log.resource;
    const records = encode(batch, this.#parts.checkLabels);
    let sizeBytes = 0;
    for (const record of records) sizeBytes += recordSize(record);
    const refusal = log.refusal(sizeBytes);
    if (refusal !== undefined) throw refusal;
    this.#running.holdings.serve();
    return { commit: (call) => this.#commit(log, records, batch, call) };
  }

  discard(batch: ProfileBatch, reason: 'invalid' | 'not_stored'): void {
    this.#accepted.value += countBatch(batch);
    for (const { books } of this.#parts.endpoints) books.discarded(countBatch(batch), rawBytesOf(batch), reason);
  }

  /** The first endpoint takes it: an upload is a dialogue with one backend. */
  get debugInfo(): DebugInfoTarget | undefined {
    return this.#parts.debugInfo;
  }

  /** Stops or goes on with the deliveries of one endpoint; kept over a restart where the queue is. False when there is no such endpoint. */
  async pause(name: string, paused: boolean): Promise<boolean> {
    const endpoint = this.#parts.endpoints.find((candidate) => candidate.name === name);
    await endpoint?.pause(paused);
    return endpoint !== undefined;
  }

  stop(deadline: AbortSignal): Promise<void> {
    this.#stopping ??= this.#stop(deadline);
    return this.#stopping;
  }

  async #stop(deadline: AbortSignal): Promise<void> {
    const { endpoints } = this.#parts;
    this.#cancelExpiry?.();
    if (this.#running === undefined) await Promise.all(endpoints.map((endpoint) => endpoint.stop(deadline, true)));
    await this.#running?.holdings.stop(deadline);
    for (const { books } of endpoints) books.catchUp();
    await this.#parts.graveyard.close();
    await this.#running?.log.release();
    await this.#parts.alloyId?.release();
  }

  /** Appends before it returns, so that several exporters store in one turn of the event loop. */
  #commit(log: Log, records: readonly LogRecord[], batch: ProfileBatch, call: Call): Promise<void> | undefined {
    if (this.#parts.ack !== 'queued') return this.#store(log, records, batch, call);
    const { clock } = this.#parts.host;
    const startedAt = clock.monotonic();
    for (const record of records) log.append(record).catch((why) => this.#notStored(record, why));
    this.#accepted.value += countBatch(batch);
    this.#observe(batch, startedAt);
    return undefined;
  }

  async #store(log: Log, records: readonly LogRecord[], batch: ProfileBatch, call: Call): Promise<void> {
    const { ack, host } = this.#parts;
    const startedAt = host.clock.monotonic();
    try {
      const waiting = ack === 'delivered' ? this.#wait(records, call) : undefined;
      await Promise.all(records.map((record) => log.append(record)));
      this.#accepted.value += countBatch(batch);
      await waiting?.verdict;
    } finally {
      this.#observe(batch, startedAt);
    }
  }

  #observe(batch: ProfileBatch, startedAt: number): void {
    const kind = batch.series[0]?.payload.kind === 'ingest' ? 'ingest' : 'push';
    this.#totals[kind].observe((this.#parts.host.clock.monotonic() - startedAt) / 1000);
  }

  #wait(records: readonly LogRecord[], call: Call): Waiting {
    const { endpoints, waitings } = this.#parts;
    const waiting = new Waiting(records.length * endpoints.length, call.signal, call.deadlineAt);
    for (const record of records) waitings.set(record, waiting);
    return waiting;
  }

  /** The sender has been told 200 when the log turned out not to take it. */
  #notStored(record: LogRecord, why: unknown): void {
    const { endpoints, host } = this.#parts;
    for (const { books } of endpoints) books.discarded(record.profiles, readRequest(record)?.rawBytes ?? 0, 'not_stored');
    host.log.error('profiles that were acknowledged could not be stored', { profiles: record.profiles, why: messageOf(why) });
  }

  #expireLater(holdings: Holdings): void {
    this.#cancelExpiry = this.#parts.host.clock.after(expiryEveryMs, () => {
      for (const { books } of this.#parts.endpoints) books.catchUp();
      holdings
        .expire()
        .catch((why) => this.#parts.host.log.error('expired profiles could not be taken out of the queue', { why: messageOf(why) }))
        .finally(() => {
          if (this.#stopping === undefined) this.#expireLater(holdings);
        });
    });
  }
}

function rawBytesOf(batch: ProfileBatch): number {
  let rawBytes = 0;
  for (const { payload } of batch.series) rawBytes += payload.kind === 'push' ? payload.rawBytes : totalBytes(payload.body);
  return rawBytes;
}

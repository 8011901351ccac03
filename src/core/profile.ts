import type { SpanContext } from '@opentelemetry/api';
import type { Labels } from './labels.ts';

/**
 * What arrived in one request and is accepted or refused together. Immutable: processors return a new batch that shares the payload
 * bytes.
 */
export interface ProfileBatch {
  readonly origin: Origin;
  /** Milliseconds since the Unix epoch; age is counted from here. */
  readonly receivedAt: number;
  readonly series: readonly Series[];
}

/** Who sent it: for limits, statistics, logs and the trace. Never sent upstream. */
export interface Origin {
  /** Component id in the configuration: "pyroscope". */
  readonly receiver: string;
  readonly protocol: Protocol;
  /** The sender's, seen through trusted proxies; empty on a unix socket. */
  readonly address: string;
  /** User-Agent, cut to 128 characters. */
  readonly agent: string;
  /** Who the sender is, by its credentials or its header; empty when unknown. */
  readonly tenant: string;
  readonly trace: SpanContext | undefined;
}

/** How a batch came in; the `protocol` label of the receiver's metrics. */
export type Protocol = 'connect' | 'grpc' | 'grpc_web' | 'ingest' | 'otlp' | 'scrape';

/** One labelled thing on its way: a series of a push, one /ingest body, one OTLP export. */
export interface Series {
  /** Where it is stored: the tenant header that goes upstream, empty for none. */
  readonly tenant: string;
  readonly labels: Labels;
  readonly payload: Payload;
}

/** The sender's bytes around which labels are edited: never decoded, copied or written to on the path. */
export type Payload = PushPayload | IngestPayload | OtlpPayload;

/** One RawProfileSeries without its labels. */
export interface PushPayload {
  readonly kind: 'push';
  /** Every field but the labels, tag included, in order, as it came: samples, annotations, unknown ones. */
  readonly fields: readonly Uint8Array[];
  /** Samples in it. */
  readonly profiles: number;
  /** Sum of their raw_profile lengths. */
  readonly rawBytes: number;
}

/** One /ingest request. */
export interface IngestPayload {
  readonly kind: 'ingest';
  /** As received, slashes collapsed: "/ingest". */
  readonly path: string;
  /** As received, `name` removed. */
  readonly query: string;
  readonly contentTypes: readonly string[];
  readonly body: readonly Uint8Array[];
}

/** One OTLP profiles export. */
export interface OtlpPayload {
  readonly kind: 'otlp';
  readonly contentType: string;
  readonly body: readonly Uint8Array[];
  readonly profiles: number;
}

/** What a series counts in every metric and in the account: samples of a push, 1 for an ingest body, profiles of an export. */
export function countProfiles(series: Series): number {
  return series.payload.kind === 'ingest' ? 1 : series.payload.profiles;
}

/** Bytes of the profiles in it, as they were sent. */
export function payloadBytes({ payload }: Series): number {
  if (payload.kind === 'push') return payload.rawBytes;
  let bytes = 0;
  for (const piece of payload.body) bytes += piece.length;
  return bytes;
}

/** Profiles of a whole batch. */
export function countBatch(batch: ProfileBatch): number {
  let profiles = 0;
  for (const series of batch.series) profiles += countProfiles(series);
  return profiles;
}

/** The batch with each series' labels changed, and without those for which there are none; series whose labels stay keep their identity,
 *  and a batch of which nothing changed is returned itself. */
export function relabelSeries(batch: ProfileBatch, change: (series: Series) => Labels | undefined): ProfileBatch {
  return mapSeries(batch, (one) => {
    const labels = change(one);
    if (labels === one.labels) return one;
    return labels && { ...one, labels };
  });
}

/** The batch with each series changed; series whose labels stay keep their identity, and a batch of which nothing changed is returned itself. */
export function mapLabels(batch: ProfileBatch, change: (labels: Labels, series: Series) => Labels): ProfileBatch {
  return relabelSeries(batch, (one) => change(one.labels, one));
}

/** The batch with what `keeps` says yes to; itself when that is everything. */
export function filterSeries(batch: ProfileBatch, keeps: (series: Series) => boolean): ProfileBatch {
  return mapSeries(batch, (one) => (keeps(one) ? one : undefined));
}

/** The batch with what `change` makes of each series, undefined for one that goes; itself when nothing changed. */
export function mapSeries(batch: ProfileBatch, change: (series: Series) => Series | undefined): ProfileBatch {
  let changed = false;
  const series: Series[] = [];
  for (const one of batch.series) {
    const result = change(one);
    if (result !== one) changed = true;
    if (result !== undefined) series.push(result);
  }
  return changed ? { ...batch, series } : batch;
}

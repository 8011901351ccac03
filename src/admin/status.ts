import { type Config, componentKinds } from '../config/schema.ts';
import type { ComponentHealth } from '../service/health.ts';
import { flowsOf } from './flows.ts';
import { type MetricName, type MetricReadings, metricNames, type ReadMetric, readMetrics } from './readings.ts';
import type { StatusDocument } from './status-schema.ts';

/** What a status is made of: what no metric says. The rest is read from the metrics, so that both show the same numbers. */
export interface StatusSources extends Pick<StatusDocument, 'version' | 'log_level' | 'senders' | 'targets'> {
  readonly config: Config;
  /** Of the configuration and what belongs to it. */
  readonly configStatus: StatusDocument['config'];
  /** Milliseconds since the Unix epoch. */
  readonly startedAt: number;
  readonly now: number;
  readonly reasons: readonly string[];
  readonly healths: readonly ComponentHealth[];
  readonly read: ReadMetric;
  /** How fast a counter has grown over the last minute, of all its series with these labels. */
  perSecond(name: string, labels: Readonly<Record<string, string>>): number;
}

/** What GET /api/v1/status answers. */
export async function statusOf(sources: StatusSources): Promise<StatusDocument> {
  const { version, config, configStatus, startedAt, now, reasons, log_level, senders, targets } = sources;
  const metrics = await readMetrics(sources.read);
  return {
    version,
    node: process.versions.node,
    pid: process.pid,
    started: isoTime(startedAt),
    uptime_seconds: Math.max(0, (now - startedAt) / 1000),
    ready: { ok: reasons.length === 0, reasons: [...reasons] },
    config: configStatus,
    log_level,
    pipelines: [...config.pipelines].map(([name, lists]) => ({
      name,
      receivers: [...lists.receivers],
      processors: [...lists.processors],
      exporters: [...lists.exporters],
      pipelines: [...lists.pipelines],
      dropped: Object.fromEntries(
        lists.processors.map((processor) => [processor, metrics.byLabel('dropped', 'reason', { pipeline: name, processor })]),
      ),
    })),
    components: componentsOf(sources),
    receivers: [...config.receivers.keys()].map((receiver) => receiverOf(receiver, metrics, sources)),
    queues: metrics.labelled('queueBytes', ['exporter']).map(({ exporter = '' }) => queueOf(exporter, metrics)),
    endpoints: metrics
      .labelled('endpointAccepted', ['exporter', 'endpoint'])
      .map(({ exporter = '', endpoint = '' }) => endpointOf({ exporter, endpoint }, metrics, sources)),
    account: flowsOf(config, metrics),
    senders,
    targets,
  };
}

/** 1700000000000 -> "2023-11-14T22:13:20.000Z". */
export function isoTime(ms: number): string {
  // biome-ignore lint/style/noRestrictedGlobals: words for a time that the clock gave; none is read here
  return new Date(ms).toISOString();
}

function componentsOf({ config, healths }: StatusSources): StatusDocument['components'] {
  return componentKinds.flatMap((kind) =>
    [...config[kind]].map(([id, { type }]) => {
      const worst = worstOf(healths.filter(({ component }) => component === id));
      // "receivers" -> "receiver"
      return { kind: kind.slice(0, -1) as 'receiver' | 'processor' | 'exporter', id, type, ...worst };
    }),
  );
}

const severity = { ok: 0, degraded: 1, unready: 2 } as const;

function worstOf(healths: readonly ComponentHealth[]): { state: 'ok' | 'degraded' | 'unready'; reason: string } {
  const [worst] = [...healths].sort((a, b) => severity[b.state.kind] - severity[a.state.kind]);
  if (worst === undefined || worst.state.kind === 'ok') return { state: 'ok', reason: '' };
  return { state: worst.state.kind, reason: `${worst.endpoint === '' ? '' : `${worst.endpoint}: `}${worst.state.reason}` };
}

function receiverOf(receiver: string, metrics: MetricReadings, { perSecond }: StatusSources): StatusDocument['receivers'][number] {
  return {
    receiver,
    received_profiles: metrics.sum('received', { receiver }) ?? 0,
    received_bytes: metrics.sum('receivedBytes', { receiver }) ?? 0,
    refused_profiles: metrics.sum('refused', { receiver }) ?? 0,
    refused_requests: metrics.byLabel('refusedRequests', 'reason', { receiver }),
    received_profiles_per_second: perSecond(metricNames.received, { receiver }),
  };
}

function queueOf(exporter: string, metrics: MetricReadings): StatusDocument['queues'][number] {
  const free = metrics.sum('diskFree', { exporter });
  const full = metrics.sum('timeToFull', { exporter });
  return {
    exporter,
    bytes: metrics.sum('queueBytes', { exporter }) ?? 0,
    capacity_bytes: metrics.sum('queueCapacity', { exporter }) ?? 0,
    disk_free_bytes: free ?? null,
    time_to_full_seconds: full === undefined || !Number.isFinite(full) ? null : full,
    damaged_records: metrics.sum('damaged', { exporter }) ?? 0,
  };
}

function endpointOf(
  labels: { exporter: string; endpoint: string },
  metrics: MetricReadings,
  sources: StatusSources,
): StatusDocument['endpoints'][number] {
  const { exporter, endpoint } = labels;
  const count = (metric: MetricName): number => metrics.sum(metric, labels) ?? 0;
  const health = sources.healths.find((one) => one.component === exporter && one.endpoint === endpoint)?.state;
  const breakerOpen = count('breakerOpen') > 0;
  const [state] = Object.keys(metrics.byLabel('state', 'state', labels));
  const dropped = metrics.byLabel('endpointDropped', 'reason', labels);
  const deadLettered = metrics.byLabel('deadLettered', 'reason', labels);
  const last = metrics.sum('lastDelivery', labels);
  const kept = count('endpointAccepted') + count('recovered') - count('delivered') - count('queued');
  return {
    exporter,
    endpoint,
    // A breaker may be open before the endpoint has said so.
    state: breakerOpen ? 'down' : (state ?? 'ok'),
    reason: health === undefined || health.kind === 'ok' ? '' : health.reason,
    breaker_open: breakerOpen,
    concurrency: metrics.sum('concurrency', labels) ?? null,
    oldest_age_seconds: metrics.sum('oldestAge', labels) ?? null,
    last_delivery: last === undefined || last === 0 ? null : isoTime(last * 1000),
    accepted: count('endpointAccepted'),
    recovered: count('recovered'),
    delivered: count('delivered'),
    queued: count('queued'),
    dropped,
    dead_lettered: deadLettered,
    unaccounted: kept - total(dropped) - total(deadLettered),
    accepted_profiles_per_second: sources.perSecond(metricNames.endpointAccepted, labels),
    delivered_profiles_per_second: sources.perSecond(metricNames.delivered, labels),
    attempts: metrics.byLabel('attempts', 'status', labels),
  };
}

function total(counts: Readonly<Record<string, number>>): number {
  return Object.values(counts).reduce((sum, count) => sum + count, 0);
}

/** One number of a metric. */
export interface Reading {
  readonly labels: Readonly<Record<string, string | number>>;
  readonly value: number;
}

/** Everything that a metric says now, by its name; empty when there is none of that name. */
export type ReadMetric = (name: string) => Promise<readonly Reading[]>;

/** The metrics that a status reads. */
export const metricNames = {
  received: 'flamegate_receiver_received_profiles_total',
  receivedBytes: 'flamegate_receiver_received_bytes_total',
  refused: 'flamegate_receiver_refused_profiles_total',
  refusedRequests: 'flamegate_receiver_requests_refused_total',
  dropped: 'flamegate_processor_dropped_profiles_total',
  routed: 'flamegate_pipeline_routed_profiles_total',
  exporterAccepted: 'flamegate_exporter_accepted_profiles_total',
  queueBytes: 'flamegate_queue_bytes',
  queueCapacity: 'flamegate_queue_capacity_bytes',
  diskFree: 'flamegate_queue_disk_free_bytes',
  timeToFull: 'flamegate_queue_time_to_full_seconds',
  damaged: 'flamegate_queue_damaged_records_total',
  endpointAccepted: 'flamegate_endpoint_accepted_profiles_total',
  recovered: 'flamegate_exporter_recovered_profiles_total',
  delivered: 'flamegate_endpoint_delivered_profiles_total',
  queued: 'flamegate_endpoint_queued_profiles',
  endpointDropped: 'flamegate_endpoint_dropped_profiles_total',
  deadLettered: 'flamegate_endpoint_dead_lettered_profiles_total',
  breakerOpen: 'flamegate_endpoint_breaker_open',
  concurrency: 'flamegate_endpoint_concurrency',
  oldestAge: 'flamegate_endpoint_oldest_age_seconds',
  state: 'flamegate_endpoint_state',
  attempts: 'flamegate_endpoint_attempts_total',
  lastDelivery: 'flamegate_endpoint_last_delivery_timestamp_seconds',
} as const;

/** One of them. */
export type MetricName = keyof typeof metricNames;
type Labels = Readonly<Record<string, string>>;

/** Numbers of the metrics, all read at one moment. */
export interface MetricReadings {
  /** undefined when there is none with these labels. */
  sum(metric: MetricName, labels: Labels): number | undefined;
  /** Of the series with these labels, by the value of another label; zeros are left out. */
  byLabel(metric: MetricName, label: string, labels: Labels): Record<string, number>;
  /** The different values of these labels. */
  labelled(metric: MetricName, labels: readonly string[]): Record<string, string>[];
}

/** Reads them. */
export async function readMetrics(read: ReadMetric): Promise<MetricReadings> {
  const entries = await Promise.all(Object.entries(metricNames).map(async ([metric, name]) => [metric, await read(name)] as const));
  const readings = new Map<string, readonly Reading[]>(entries);
  const matching = (metric: MetricName, labels: Labels): Reading[] => {
    const wanted = Object.entries(labels);
    return (readings.get(metric) ?? []).filter((reading) => wanted.every(([name, value]) => reading.labels[name] === value));
  };
  return {
    sum(metric, labels) {
      const found = matching(metric, labels);
      return found.length === 0 ? undefined : found.reduce((total, { value }) => total + value, 0);
    },
    byLabel(metric, label, labels) {
      const sums: Record<string, number> = {};
      for (const { labels: own, value } of matching(metric, labels)) {
        const key = String(own[label]);
        if (value !== 0) sums[key] = (sums[key] ?? 0) + value;
      }
      return sums;
    },
    labelled(metric, labels) {
      const different = new Map<string, Record<string, string>>();
      for (const { labels: own } of readings.get(metric) ?? []) {
        const values = labels.map((label) => String(own[label]));
        different.set(values.join('\0'), Object.fromEntries(labels.map((label, at) => [label, values[at] ?? ''])));
      }
      return [...different.values()];
    },
  };
}

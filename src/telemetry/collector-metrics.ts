import type { MetricReading } from './instruments.ts';

/** What of ours means the same as a metric of the OpenTelemetry Collector (its documentation, "Internal telemetry"). */
export function collectorMetrics(readings: readonly MetricReading[]): MetricReading[] {
  const sums = (name: string, by: string): ReadonlyMap<string, number> => {
    const found = new Map<string, number>();
    for (const { labels, value } of readings.find((reading) => reading.name === name)?.samples ?? []) {
      const key = String(labels[by]);
      found.set(key, (found.get(key) ?? 0) + value);
    }
    return found;
  };
  const received = sums('flamegate_receiver_received_profiles_total', 'receiver');
  const refused = sums('flamegate_receiver_refused_profiles_total', 'receiver');
  const accepted = new Map([...received].map(([receiver, value]) => [receiver, value - (refused.get(receiver) ?? 0)]));
  const metric = (name: string, help: string, type: string, by: string, values: ReadonlyMap<string, number>): MetricReading => {
    return { name, help, type, samples: [...values].map(([id, value]) => ({ labels: { [by]: id }, value })) };
  };
  return [
    metric('otelcol_receiver_accepted_profiles', 'Profiles that were taken into the pipelines.', 'counter', 'receiver', accepted),
    metric('otelcol_receiver_refused_profiles', 'Profiles that were read and then refused.', 'counter', 'receiver', refused),
    metric('otelcol_exporter_queue_size', 'Bytes in the queue.', 'gauge', 'exporter', sums('flamegate_queue_bytes', 'exporter')),
    metric(
      'otelcol_exporter_queue_capacity',
      'Bytes that the queue may hold.',
      'gauge',
      'exporter',
      sums('flamegate_queue_capacity_bytes', 'exporter'),
    ),
  ];
}

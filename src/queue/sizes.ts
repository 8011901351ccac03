import type { Host } from '../core/component.ts';
import type { Limits, Log } from './log.ts';
import type { QueueConfig } from './schema.ts';

/** What bounds the log of a queue. */
export function limitsOf(queue: QueueConfig): Limits {
  return { maxSizeBytes: queue.max_size, overflow: queue.overflow, fsync: queue.type === 'disk' ? queue.fsync : 'never' };
}

/** Shows a log's size among a component's metrics. */
export function showSizes(log: Log, host: Host): void {
  const labels = { exporter: host.id };
  host.metrics.gauge('flamegate_queue_bytes', 'Bytes in the queue.', () => log.stats.sizeBytes, labels);
  host.metrics.gauge('flamegate_queue_capacity_bytes', 'Bytes that the queue may hold: max_size.', () => log.stats.capacityBytes, labels);
}

import { collectDefaultMetrics } from 'prom-client';
import type { MetricStore } from './metrics.ts';

/** Gauges that are named like counters, which promtool refuses. */
const misnamed = ['nodejs_active_handles_total', 'nodejs_active_requests_total', 'nodejs_active_resources_total'];

/** CPU, memory, garbage collection and handles of this process, and which build it is. */
export function addProcessMetrics(store: MetricStore, version: string): void {
  collectDefaultMetrics({ register: store.registry });
  for (const name of misnamed) store.registry.removeSingleMetric(name);
  const labels = { version, node: process.versions.node };
  store.scope().gauge('flamegate_build_info', 'Always 1; the labels say which build this is and what it runs on.', () => 1, labels);
}

import type { Config, PipelineConfig } from '../config/schema.ts';
import type { MetricReadings } from './readings.ts';
import type { StatusDocument } from './status-schema.ts';

/**
 * For each exporter what should have reached it, and what it has accepted: what receivers took in and did not refuse, less what processors
 * dropped, along every pipeline that leads to it. Where a pipeline ends in a `route` that counts what it sends where, that counter is what
 * leaves it.
 */
export function flowsOf(config: Config, metrics: MetricReadings): StatusDocument['account'] {
  const pipelines = [...config.pipelines];
  const inflows = new Map<string, number>();
  const inflowOf = (name: string, lists: PipelineConfig): number => {
    const known = inflows.get(name);
    if (known !== undefined) return known;
    const received = lists.receivers.reduce((sum, receiver) => {
      return sum + (metrics.sum('received', { receiver }) ?? 0) - (metrics.sum('refused', { receiver }) ?? 0);
    }, 0);
    // A configuration has no cycles, so this ends.
    const handed = pipelines.reduce((sum, [other, { pipelines: next }]) => sum + times(next, name, () => leaving(other, name)), 0);
    inflows.set(name, received + handed);
    return received + handed;
  };
  const leaving = (name: string, output: string): number => {
    const routed = metrics.sum('routed', { pipeline: name, exporter: output });
    if (routed !== undefined) return routed;
    if (metrics.sum('routed', { pipeline: name }) !== undefined) return 0;
    const lists = config.pipelines.get(name);
    if (lists === undefined) return 0;
    return (
      inflowOf(name, lists) -
      lists.processors.reduce((sum, processor) => sum + (metrics.sum('dropped', { pipeline: name, processor }) ?? 0), 0)
    );
  };
  return [...config.exporters.keys()].map((exporter) => {
    const offered = pipelines.reduce((sum, [name, { exporters }]) => sum + times(exporters, exporter, () => leaving(name, exporter)), 0);
    const accepted = metrics.sum('exporterAccepted', { exporter }) ?? 0;
    return { exporter, offered, accepted, unaccounted: offered - accepted };
  });
}

/** What leaves for an output, as often as it stands in the list. */
function times(outputs: readonly string[], output: string, leaving: () => number): number {
  const count = outputs.filter((one) => one === output).length;
  return count === 0 ? 0 : count * leaving();
}

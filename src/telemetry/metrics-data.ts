import type { HrTime } from '@opentelemetry/api';
import { millisToHrTime } from '@opentelemetry/core';
import { resourceFromAttributes } from '@opentelemetry/resources';
import { AggregationTemporality, DataPointType, type MetricData, type ResourceMetrics } from '@opentelemetry/sdk-metrics';
import type { MetricLabels } from '../core/component.ts';
import { collectorMetrics } from './collector-metrics.ts';
import type { MetricReading, Sample } from './instruments.ts';

/** When what is exported began to count, and now: milliseconds since the Unix epoch. */
export interface Times {
  readonly startedAt: number;
  readonly now: number;
}

/** Everything that /metrics says, and the same under the Collector's names where they mean the same, as OTLP has it. */
export function resourceMetrics(readings: readonly MetricReading[], version: string, { startedAt, now }: Times): ResourceMetrics {
  const times = { startTime: millisToHrTime(startedAt), endTime: millisToHrTime(now) };
  const all = [...readings, ...collectorMetrics(readings)];
  return {
    resource: resourceFromAttributes({ 'service.name': 'flamegate', 'service.version': version }),
    scopeMetrics: [{ scope: { name: 'flamegate', version }, metrics: all.flatMap((reading) => metricData(reading, times)) }],
  };
}

interface HrTimes {
  readonly startTime: HrTime;
  readonly endTime: HrTime;
}

function metricData({ name, help, type, samples }: MetricReading, times: HrTimes): MetricData[] {
  const descriptor = { name, description: help, unit: unitOf(name), valueType: 1 };
  const aggregationTemporality = AggregationTemporality.CUMULATIVE;
  const points = (): { attributes: MetricLabels; value: number; startTime: HrTime; endTime: HrTime }[] =>
    samples.filter(({ value }) => Number.isFinite(value)).map(({ labels, value }) => ({ attributes: textual(labels), value, ...times }));
  if (samples.length === 0) return [];
  if (type === 'counter') {
    return [{ descriptor, aggregationTemporality, dataPointType: DataPointType.SUM, isMonotonic: true, dataPoints: points() }];
  }
  if (type === 'gauge') return [{ descriptor, aggregationTemporality, dataPointType: DataPointType.GAUGE, dataPoints: points() }];
  if (type !== 'histogram') return [];
  const dataPoints = histograms(samples).map(({ labels, bounds, counts, sum }) => ({
    attributes: labels,
    value: { buckets: { boundaries: bounds, counts }, count: counts.reduce((total, count) => total + count, 0), sum },
    ...times,
  }));
  return [{ descriptor, aggregationTemporality, dataPointType: DataPointType.HISTOGRAM, dataPoints }];
}

interface Distribution {
  readonly labels: MetricLabels;
  readonly bounds: number[];
  /** Of each bucket alone, not of those below it as well; one more than there are bounds. */
  readonly counts: number[];
  sum: number;
}

function histograms(samples: readonly Sample[]): Distribution[] {
  const found = new Map<string, Distribution & { below: number }>();
  for (const { labels, value, metricName = '' } of samples) {
    const { le, ...own } = labels;
    const key = JSON.stringify(Object.entries(own).sort());
    const distribution = found.get(key) ?? { labels: textual(own), bounds: [], counts: [], sum: 0, below: 0 };
    found.set(key, distribution);
    if (metricName.endsWith('_sum')) distribution.sum = value;
    if (!metricName.endsWith('_bucket')) continue;
    if (le !== '+Inf') distribution.bounds.push(Number(le));
    distribution.counts.push(value - distribution.below);
    distribution.below = value;
  }
  return [...found.values()];
}

function textual(labels: Sample['labels']): MetricLabels {
  return Object.fromEntries(Object.entries(labels).map(([name, value]) => [name, String(value)]));
}

/** As UCUM writes it: OpenTelemetry semantic conventions, "Instrument Units". */
function unitOf(name: string): string {
  const word = /_(bytes|seconds|profiles)(?:_total)?$/.exec(name)?.[1];
  return { bytes: 'By', seconds: 's', profiles: '{profiles}' }[word ?? ''] ?? '';
}

import { z } from 'zod';
import type { ProcessorFactory } from '../../core/component.ts';
import type { Labels } from '../../core/labels.ts';
import { type ProfileBatch, relabelSeries } from '../../core/profile.ts';
import { compileRelabel } from '../../core/relabel.ts';
import { RelabelRuleSchema } from '../../core/relabel-rule.ts';
import { labelsRead, relabelAdvice } from './advice.ts';
import { RelabelCache } from './cache.ts';

const schema = z.strictObject({
  rules: z.array(RelabelRuleSchema).default([]).describe('Relabel rules as Prometheus has them, applied in this order.'),
  max_cache_size: z.number().int().positive().default(10_000).describe('Label sets whose outcome is remembered.'),
  target_names: z
    .enum(['any', 'legacy'])
    .default('any')
    .describe('Names that `replace` may set: any, or letters, digits and `_` only, where it does nothing for others, as in Alloy.'),
});

/**
 * Relabel rules, as Prometheus and pyroscope.relabel of Grafana Alloy apply them, to the labels beside a profile; counted as Alloy counts: once a
 * series, also before it is known what becomes of it. A series without labels passes by. One that the rules leave no label is dropped, every
 * time: Alloy does so from the second time on (alloy-behaviour 3.3).
 */
export const relabel: ProcessorFactory<typeof schema> = {
  kind: 'processor',
  type: 'relabel',
  schema,
  sets: true,
  reasons: ['relabeled'],
  advise: ({ rules }) => relabelAdvice(rules),
  reads: ({ rules }) => labelsRead(rules),
  create({ rules, max_cache_size, target_names }, host) {
    const labels = { component_id: host.id };
    const counter = (what: string, help: string) => host.metrics.counter(`pyroscope_relabel_${what}`, help, labels);
    const processed = counter('profiles_processed', 'Total number of profiles processed');
    const written = counter('profiles_written', 'Total number of profiles forwarded');
    const dropped = counter('profiles_dropped', 'Total number of profiles dropped by relabeling rules');
    const apply = compileRelabel(rules, target_names);
    const cache = new RelabelCache((set) => nonEmpty(apply(set)), max_cache_size, {
      hits: counter('cache_hits', 'Total number of cache hits'),
      misses: counter('cache_misses', 'Total number of cache misses'),
    });
    host.metrics.gauge('pyroscope_relabel_cache_size', 'Total size of relabel cache', () => cache.size, labels);
    return {
      process: (batch, drop): ProfileBatch =>
        relabelSeries(batch, (series) => {
          processed.value += 1;
          const result = series.labels.size === 0 ? series.labels : cache.get(series.labels);
          if (result === undefined) {
            dropped.value += 1;
            drop(series, 'relabeled');
          } else written.value += 1;
          return result;
        }),
    };
  },
};

function nonEmpty(labels: Labels | undefined): Labels | undefined {
  return labels?.size === 0 ? undefined : labels;
}

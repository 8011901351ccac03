import { z } from 'zod';
import type { ProcessorFactory } from '../../core/component.ts';
import { groupKey, groupLabels, groupWords } from '../../core/group-key.ts';
import { hashLabels } from '../../core/hash.ts';
import { memoByLabels } from '../../core/labels.ts';
import { countProfiles, mapSeries, type Series } from '../../core/profile.ts';
import { DurationSchema } from '../../core/units.ts';
import { RecentSet } from './recent-set.ts';

const schema = z
  .strictObject({
    per: z.string().default('tenant').describe('What has a number of its own: `tenant`, or the name of a label.'),
    max_series: z.number().int().positive().default(10_000).describe('Distinct label sets within the window.'),
    window: DurationSchema.default(3_600_000).describe('How long a series counts after it was seen last.'),
    over: z
      .enum(['drop_profile', 'drop_label'])
      .default('drop_profile')
      .describe('What happens to a series above the number: it is dropped, or passes without `label`.'),
    label: z.string().optional().describe('The label that `drop_label` takes away.'),
    max_keys: z
      .number()
      .int()
      .positive()
      .default(1_000)
      .describe('How many tenants or values are told apart; more of them share one number.'),
  })
  .superRefine(({ over, label }, context) => {
    if ((over === 'drop_label') === (label !== undefined)) return;
    const message = over === 'drop_label' ? 'drop_label needs the name of the label' : 'only with `over: drop_label`';
    context.addIssue({ code: 'custom', path: ['label'], message });
  });

/**
 * Bounds the distinct series of a tenant. Series that are known go on; it is the new ones that are too many. Memory is bounded: about 60 bytes a
 * series, `max_series` times `max_keys` of them at most.
 */
export const cardinality: ProcessorFactory<typeof schema> = {
  kind: 'processor',
  type: 'cardinality',
  schema,
  reasons: ['cardinality'],
  reads: ({ per }) => groupLabels([per]),
  create({ per, max_series: mostSeries, window, over, label, max_keys: mostKeys }, host) {
    const { clock, log, metrics } = host;
    const by = [per];
    const sets = new Map<string, RecentSet>();
    const shared = new RecentSet(mostSeries, window);
    const memberOf = memoByLabels((labels) => hashLabels(labels));
    const reduced = memoByLabels((labels) => labels.without((name) => name === label));
    const relabeled = metrics.counter(
      'flamegate_cardinality_relabeled_profiles_total',
      'Profiles that lost a label because their series were too many.',
      {
        processor: host.id,
      },
    );

    function setOf(series: Series): RecentSet {
      const key = groupKey(series, by);
      const known = sets.get(key);
      if (known !== undefined) return known;
      if (sets.size >= mostKeys) return shared;
      const set = new RecentSet(mostSeries, window);
      sets.set(key, set);
      return set;
    }

    return {
      process: (batch, drop) =>
        mapSeries(batch, (series) => {
          if (setOf(series).add(memberOf(series.labels), clock.monotonic())) return series;
          log.warn('too many series', { who: groupWords(series, by), max_series: mostSeries });
          if (over === 'drop_profile') {
            drop(series, 'cardinality');
            return undefined;
          }
          relabeled.value += countProfiles(series);
          return { ...series, labels: reduced(series.labels) };
        }),
    };
  },
};

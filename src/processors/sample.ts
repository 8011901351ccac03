import { z } from 'zod';
import type { ProcessorFactory } from '../core/component.ts';
import { hash53, hashLabels } from '../core/hash.ts';
import { valuesKey } from '../core/label-key.ts';
import { type Labels, memoByLabels } from '../core/labels.ts';
import { filterSeries } from '../core/profile.ts';

const schema = z.strictObject({
  ratio: z.number().min(0).max(1).describe('Which part of the series is kept, 0 to 1.'),
  key: z
    .array(z.string())
    .default([])
    .describe('Labels that decide together: what has the same values is kept or dropped as one. None: the whole label set.'),
});

const hashes = 2 ** 53;

/**
 * Keeps a part of the series, always the same ones: a hash of the key labels decides, so a series is kept or dropped for good, in every gateway
 * and after every restart, and what a smaller ratio keeps a larger one keeps too.
 */
export const sample: ProcessorFactory<typeof schema> = {
  kind: 'processor',
  type: 'sample',
  schema,
  reasons: ['sampled'],
  advise: ({ key }) =>
    key.length === 1 && key[0] === 'service_name'
      ? [{ path: ['key'], message: 'a key of service_name alone keeps some services whole and drops the others whole' }]
      : [],
  reads: ({ key }) => key,
  create({ ratio, key }) {
    const hashOf = (labels: Labels): number => (key.length === 0 ? hashLabels(labels) : hash53(valuesKey(labels, key)));
    const keeps = memoByLabels((labels) => hashOf(labels) / hashes < ratio);
    return {
      process: (batch, drop) =>
        filterSeries(batch, (series) => {
          if (keeps(series.labels)) return true;
          drop(series, 'sampled');
          return false;
        }),
    };
  },
};

import { z } from 'zod';
import type { ProcessorFactory } from '../core/component.ts';
import { memoByLabels } from '../core/labels.ts';
import { MatcherSchema } from '../core/matcher.ts';
import { filterSeries, payloadBytes, type Series } from '../core/profile.ts';
import { DurationSchema, SizeSchema } from '../core/units.ts';
import { ingestEnd } from '../wire/ingest-time.ts';

const schema = z.strictObject({
  include: z.array(MatcherSchema).default([]).describe('Matchers of what is kept; with none named everything is.'),
  exclude: z.array(MatcherSchema).default([]).describe('Matchers of what is dropped, whatever `include` says.'),
  max_size: SizeSchema.optional().describe('Series with more bytes of profile, as sent, are dropped.'),
  max_age: DurationSchema.optional().describe(
    'Profiles that ended longer ago are dropped. Known of /ingest alone, by `until`; the time of a push stands inside it, and it is kept.',
  ),
});

/** Keeps the series that any `include` matches and no `exclude`, and that are neither too large nor too old. */
export const filter: ProcessorFactory<typeof schema> = {
  kind: 'processor',
  type: 'filter',
  schema,
  reasons: ['filtered'],
  advise: ({ include, exclude }) => [
    ...include.flatMap(({ contradiction }, at) => (contradiction === undefined ? [] : [{ path: ['include', at], message: contradiction }])),
    ...exclude.flatMap(({ contradiction }, at) => (contradiction === undefined ? [] : [{ path: ['exclude', at], message: contradiction }])),
  ],
  reads: ({ include, exclude }) => [...include, ...exclude].flatMap(({ names }) => names),
  create({ include, exclude, max_size: maxSize = Infinity, max_age: maxAge }, { clock }) {
    const matches = memoByLabels(
      (labels) =>
        (include.length === 0 || include.some((matcher) => matcher.matches(labels))) && !exclude.some((matcher) => matcher.matches(labels)),
    );
    const isTooOld = (series: Series): boolean => {
      const end = maxAge === undefined || series.payload.kind !== 'ingest' ? undefined : ingestEnd(series.payload.query);
      return end !== undefined && clock.now() - end > (maxAge ?? Infinity);
    };
    return {
      process: (batch, drop) =>
        filterSeries(batch, (series) => {
          if (matches(series.labels) && payloadBytes(series) <= maxSize && !isTooOld(series)) return true;
          drop(series, 'filtered');
          return false;
        }),
    };
  },
};

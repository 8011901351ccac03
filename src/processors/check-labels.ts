import { z } from 'zod';
import type { ProcessorFactory } from '../core/component.ts';
import { Invalid } from '../core/errors.ts';
import { labelFault } from '../core/label-rules.ts';
import { memoByLabels } from '../core/labels.ts';

const schema = z.strictObject({
  rules: z
    .enum(['pyroscope', 'alloy'])
    .default('pyroscope')
    .describe(
      "Whose rules a label set must follow: `alloy` allows names of letters, digits, `_` and `.` only, `pyroscope` what today's Pyroscope takes.",
    ),
});

/** Refuses a batch of which one series breaks the rules, at this point of the pipeline. */
export const checkLabels: ProcessorFactory<typeof schema> = {
  kind: 'processor',
  type: 'check_labels',
  schema,
  create(config) {
    const faultOf = memoByLabels((labels) => labelFault(labels, config.rules));
    return {
      process(batch) {
        for (const series of batch.series) {
          const fault = faultOf(series.labels);
          if (fault !== undefined) throw new Invalid('labels', `invalid labels in profile: ${fault}; the series has ${series.labels}`);
        }
        return batch;
      },
    };
  },
};

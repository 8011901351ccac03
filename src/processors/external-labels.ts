import { z } from 'zod';
import type { ProcessorFactory } from '../core/component.ts';
import { memoByLabels } from '../core/labels.ts';
import { mapLabels } from '../core/profile.ts';

const schema = z.strictObject({
  labels: z.record(z.string(), z.string()).default({}).describe('Labels to set on every series. An empty value removes the label.'),
  override: z.boolean().default(true).describe('Whether they replace a label of the same name that the sender has set.'),
});

/** Sets labels on every series that passes. */
export const externalLabels: ProcessorFactory<typeof schema> = {
  kind: 'processor',
  type: 'external_labels',
  schema,
  sets: true,
  create(config) {
    const wanted = Object.entries(config.labels);
    const set = memoByLabels((labels) => {
      let result = labels;
      for (const [name, value] of wanted) {
        if (config.override || labels.get(name) === undefined) result = result.with(name, value);
      }
      return result;
    });
    return { process: (batch) => mapLabels(batch, set) };
  },
};

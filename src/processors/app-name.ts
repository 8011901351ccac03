import { z } from 'zod';
import type { ProcessorFactory } from '../core/component.ts';
import { type Labels, memoByLabels } from '../core/labels.ts';
import { mapLabels } from '../core/profile.ts';

const schema = z.strictObject({});

/**
 * What pyroscope.write of Grafana Alloy does with a profile that came by /ingest: its app name becomes the value of service_name, so that a
 * rule that renames the service renames what Pyroscope stores.
 */
export const appName: ProcessorFactory<typeof schema> = {
  kind: 'processor',
  type: 'app_name',
  schema,
  sets: true,
  create: () => {
    const rename = memoByLabels((labels: Labels) => labels.with('__name__', labels.get('service_name') || (labels.get('__name__') ?? '')));
    return { process: (batch) => mapLabels(batch, (labels, series) => (series.payload.kind === 'ingest' ? rename(labels) : labels)) };
  },
};

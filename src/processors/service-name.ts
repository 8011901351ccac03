import { z } from 'zod';
import type { ProcessorFactory } from '../core/component.ts';
import { Labels, memoByLabels } from '../core/labels.ts';
import { mapLabels } from '../core/profile.ts';

const schema = z.strictObject({});

/**
 * What pyroscope.receive_http of Grafana Alloy does with the name of a service: without a label service_name it becomes the value of
 * __name__; with one, __name__ is kept as app_name, which is removed when there is no __name__. As in Prometheus' label builder an empty
 * value is no label, but an empty service_name counts as present.
 */
export const serviceName: ProcessorFactory<typeof schema> = {
  kind: 'processor',
  type: 'service_name',
  schema,
  sets: true,
  create: () => {
    const name = memoByLabels(inferName);
    return { process: (batch) => mapLabels(batch, name) };
  },
};

function inferName(labels: Labels): Labels {
  const name = labels.get('__name__') ?? '';
  const named = labels.get('service_name') === undefined ? labels.with('service_name', name) : labels.with('app_name', name);
  const full = [...named].filter((label) => label.value !== '');
  return full.length === named.size ? named : Labels.from(full);
}

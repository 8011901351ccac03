import assert from 'node:assert/strict';
import { test } from 'node:test';
import { flowsOf } from '../../src/admin/flows.ts';
import { readMetrics } from '../../src/admin/readings.ts';
import type { Config, PipelineConfig } from '../../src/config/schema.ts';

const component = { type: 'x', config: {} };

function config(pipelines: Record<string, Partial<PipelineConfig>>): Config {
  const full = Object.entries(pipelines).map(
    ([name, lists]) => [name, { receivers: [], processors: [], exporters: [], pipelines: [], ...lists }] as const,
  );
  return {
    exporters: new Map([
      ['a', component],
      ['b', component],
    ]),
    pipelines: new Map(full),
  } as unknown as Config; // what flows look at
}

/** name{label=value,...} -> number. */
async function flows(pipelines: Record<string, Partial<PipelineConfig>>, series: Record<string, number>) {
  const read = async (wanted: string) =>
    Object.entries(series).flatMap(([text, value]) => {
      const [, name = '', labels = ''] = /^(\w+)\{(.*)\}$/.exec(text) ?? [];
      return name === wanted ? [{ labels: Object.fromEntries(labels.split(',').map((pair) => pair.split('='))), value }] : [];
    });
  return flowsOf(config(pipelines), await readMetrics(read));
}

test('what leads to an exporter is what came in, less what was refused and what processors dropped on the way', async () => {
  const account = await flows(
    {
      one: { receivers: ['r'], processors: ['p'], exporters: ['a'], pipelines: ['two'] },
      two: { receivers: ['s'], processors: ['q'], exporters: ['b'] },
    },
    {
      'flamegate_receiver_received_profiles_total{receiver=r,protocol=connect}': 60,
      'flamegate_receiver_received_profiles_total{receiver=r,protocol=ingest}': 40,
      'flamegate_receiver_received_profiles_total{receiver=s,protocol=ingest}': 7,
      'flamegate_receiver_refused_profiles_total{receiver=r,reason=labels}': 5,
      'flamegate_processor_dropped_profiles_total{pipeline=one,processor=p,reason=filtered}': 10,
      'flamegate_processor_dropped_profiles_total{pipeline=two,processor=q,reason=sampled}': 2,
      'flamegate_exporter_accepted_profiles_total{exporter=a}': 85,
      'flamegate_exporter_accepted_profiles_total{exporter=b}': 88,
    },
  );
  assert.deepEqual(account, [
    { exporter: 'a', offered: 85, accepted: 85, unaccounted: 0 },
    { exporter: 'b', offered: 90, accepted: 88, unaccounted: 2 },
  ]);
});

test('where a pipeline routes, what it routes to an exporter is what leads there', async () => {
  const account = await flows(
    { one: { receivers: ['r'], processors: ['route'], exporters: ['a', 'b'] } },
    {
      'flamegate_receiver_received_profiles_total{receiver=r,protocol=connect}': 100,
      'flamegate_pipeline_routed_profiles_total{pipeline=one,exporter=a}': 70,
      'flamegate_exporter_accepted_profiles_total{exporter=a}': 70,
    },
  );
  assert.deepEqual(account, [
    { exporter: 'a', offered: 70, accepted: 70, unaccounted: 0 },
    { exporter: 'b', offered: 0, accepted: 0, unaccounted: 0 },
  ]);
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { MetricStore } from '../../src/telemetry/metrics.ts';
import { addProcessMetrics } from '../../src/telemetry/process-metrics.ts';

function readingOf(body: string, name: string): number {
  return Number(new RegExp(`^${name}(?:\\{.*\\})? (.*)$`, 'm').exec(body)?.[1] ?? Number.NaN);
}

test('says which build this is and what it costs', async () => {
  const store = new MetricStore();
  addProcessMetrics(store, '1.2.3');
  const { body } = await store.exposition('');
  assert.match(body, new RegExp(`^flamegate_build_info\\{version="1.2.3",node="${process.versions.node}"\\} 1$`, 'm'));
  assert.ok(readingOf(body, 'process_resident_memory_bytes') > 1e6);
  assert.ok(readingOf(body, 'process_cpu_seconds_total') > 0);
});

test('no gauge is named like a counter', async () => {
  const store = new MetricStore();
  addProcessMetrics(store, '1.2.3');
  const { body } = await store.exposition('');
  assert.deepEqual(
    [...body.matchAll(/^# TYPE (\S+_total) (?!counter)/gm)].map(([, name]) => name),
    [],
  );
});

import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { test } from 'node:test';
import { startGateway } from '../support/gateway.ts';
import { metricsPage } from './metrics-table.ts';

const page = new URL('../../docs/metrics.md', import.meta.url);

const certificate = new URL('../golden/tls/ca.pem', import.meta.url).pathname;

/** Every component that has metrics of its own. */
const everything = `
receivers:
  pyroscope: { endpoint: 127.0.0.1:0 }
  scrape: { targets: [{ __address__: 127.0.0.1:1 }], scrape_interval: 1h }
processors: { label_drop: {}, external_labels: { labels: { a: b } }, relabel: {}, enrich: {}, cardinality: {}, route: { default: [pyroscope] } }
exporters: { pyroscope: { endpoints: [{ url: "http://127.0.0.1:1", tls_config: { ca_file: "${certificate}" } }], queue: { type: disk, dir: queue } } }
service:
  pipelines: { profiles: { receivers: [pyroscope, scrape], processors: [label_drop, external_labels, relabel, enrich, cardinality, route], exporters: [pyroscope] } }
  admin: { endpoint: 127.0.0.1:0 }
`;

test('docs/metrics.md is what a running gateway says', async (t) => {
  const gateway = await startGateway({ config: everything });
  t.after(() => gateway.stop());
  const current = metricsPage(await (await fetch(`${gateway.admin}/metrics`)).text());
  if (process.env['FLAMEGATE_WRITE_DOCS'] !== undefined) writeFileSync(page, current);
  const hint = 'stale: FLAMEGATE_WRITE_DOCS=1 npm exec -- node --test test/docs/metrics.test.ts';
  assert.equal(readFileSync(page, 'utf8'), current, hint);
});

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { parse } from 'yaml';
import { z } from 'zod';
import { startGateway } from './support/gateway.ts';

const root = join(import.meta.dirname, '..');
const prometheus = join(root, 'deploy', 'prometheus');
const read = (...path: string[]): string => readFileSync(join(root, ...path), 'utf8');

const RuleSchema = z.object({
  alert: z.string(),
  expr: z.string(),
  labels: z.object({ severity: z.enum(['critical', 'warning', 'info']) }),
  annotations: z.object({ summary: z.string(), runbook: z.string() }),
});
const rules = z
  .object({ groups: z.array(z.object({ rules: z.array(RuleSchema) })) })
  .parse(parse(read('deploy', 'prometheus', 'alerts.yaml')));
const alerts = rules.groups.flatMap((group) => group.rules);

const TargetSchema = z.object({ expr: z.string() });
const dashboard = z
  .object({ title: z.literal('Flamegate'), panels: z.array(z.object({ id: z.number(), targets: z.array(TargetSchema).optional() })) })
  .parse(JSON.parse(read('deploy', 'grafana', 'flamegate.json')));
const shown = dashboard.panels.flatMap(({ targets }) => (targets ?? []).map(({ expr }) => expr));

/** promtool of Debian's package `prometheus`; undefined where it is not installed, and then the test says so. */
function promtool(t: TestContext, args: readonly string[], input?: string): { status: number | null; said: string } | undefined {
  const result = spawnSync('promtool', args, { cwd: prometheus, encoding: 'utf8', input });
  if (result.error !== undefined) {
    t.skip('promtool is not installed: apt-get install prometheus');
    return undefined;
  }
  return { status: result.status, said: result.stdout + result.stderr };
}

test('every alert has a section of the runbook, and every section an alert', () => {
  const sections = [...read('docs', 'runbook.md').matchAll(/^## (\w+)$/gm)].map(([, name]) => name);
  assert.deepEqual(
    sections,
    alerts.map(({ alert }) => alert),
  );
  for (const { alert, annotations } of alerts) assert.equal(annotations.runbook, `docs/runbook.md#${alert.toLowerCase()}`);
});

test('alerts and dashboard name only metrics, labels and values that there are', () => {
  const page = read('docs', 'metrics.md');
  const known = new Map(
    [...page.matchAll(/^\| `(\w+)` \| (\w+) \| ([^|]*) \|/gm)].map(([, name = '', , labels = '']) => [name, labels.split(', ')]),
  );
  for (const expr of [...alerts.map((alert) => alert.expr), ...shown]) {
    for (const [, name = '', matchers = ''] of expr.matchAll(/\b((?:flamegate|pyroscope|process|nodejs)_\w+)(?:\{([^}]*)\})?/g)) {
      const labels = known.get(name) ?? known.get(name.replace(/_bucket$/, ''));
      assert.ok(labels, `${name} in ${expr}`);
      for (const [, label = ''] of matchers.matchAll(/(\w+)(?:=~|!~|!=|=)"/g)) {
        assert.ok(label === 'instance' || label === 'job' || labels.includes(label), `${label} of ${name} in ${expr}`);
      }
    }
  }
  assert.ok(shown.length > 20);
  assert.equal(new Set(dashboard.panels.map(({ id }) => id)).size, dashboard.panels.length);
});

test('the alert rules are valid and fire as their tests say', (t) => {
  for (const args of [
    ['check', 'rules', 'alerts.yaml'],
    ['test', 'rules', 'alerts.test.yaml'],
    ['check', 'config', 'scrape.yaml'],
  ]) {
    const result = promtool(t, args);
    if (result !== undefined) assert.equal(result.status, 0, result.said);
  }
});

const config = (dir: string): string => `
receivers: { pyroscope: { endpoint: "127.0.0.1:0" } }
processors: { label_drop: {} }
exporters: { pyroscope: { endpoints: [{ name: eu, url: "http://127.0.0.1:1" }], queue: { type: disk, dir: "${dir}" } } }
service:
  pipelines: { profiles: { receivers: [pyroscope], processors: [label_drop], exporters: [pyroscope] } }
  admin: { endpoint: "127.0.0.1:0" }
`;

test('promtool finds nothing to say of /metrics but the names that Alloy gave', async (t) => {
  const dir = mkdtempSync(join(tmpdir(), 'flamegate-promtool-'));
  t.after(() => rmSync(dir, { recursive: true, force: true }));
  const gateway = await startGateway({ config: config(join(dir, 'queue')) });
  t.after(() => gateway.stop());
  await fetch(`http://${gateway.address()}/ingest?name=a`, { method: 'POST', body: 'x 1' });
  const text = await (await fetch(`${gateway.admin}/metrics`)).text();
  const result = promtool(t, ['check', 'metrics'], text);
  if (result === undefined) return;
  const complaints = result.said.split('\n').filter((line) => line !== '' && !/^pyroscope_/.test(line));
  assert.deepEqual(complaints, []);
});

test('the rules fire on the metrics of a gateway whose endpoint is really down', { timeout: 60_000 }, async (t) => {
  const dir = mkdtempSync(join(tmpdir(), 'flamegate-alert-'));
  t.after(() => rmSync(dir, { recursive: true, force: true }));
  const gateway = await startGateway({ config: config(join(dir, 'queue')) });
  t.after(() => gateway.stop());
  let sent = 0;
  let open = 0;
  while (open === 0) {
    const { status } = await fetch(`http://${gateway.address()}/ingest?name=a`, { method: 'POST', body: 'x 1' });
    if (status === 200) sent += 1;
    open = (await gateway.metrics()).sum('flamegate_endpoint_breaker_open', { endpoint: 'eu' });
  }
  const metrics = await gateway.metrics();
  const queued = metrics.sum('flamegate_endpoint_queued_profiles');
  const status = (await (await fetch(`${gateway.admin}/api/v1/status`)).json()) as {
    endpoints: Record<string, unknown>[];
    account: Record<string, unknown>[];
  };
  const [endpoint] = status.endpoints;
  assert.deepEqual(
    [endpoint?.['accepted'], endpoint?.['queued'], endpoint?.['unaccounted'], endpoint?.['breaker_open'], endpoint?.['state']],
    [sent, queued, 0, true, 'down'],
  );
  assert.deepEqual(status.account, [{ exporter: 'pyroscope', offered: sent, accepted: sent, unaccounted: 0 }]);
  const age = 700; // as it would be after a while
  const series = [
    ['flamegate_endpoint_breaker_open', open],
    ['flamegate_endpoint_queued_profiles', queued],
    ['flamegate_endpoint_oldest_age_seconds', age],
    ['flamegate_endpoint_delivered_profiles_total', metrics.sum('flamegate_endpoint_delivered_profiles_total')],
  ].map(([name, value]) => `      - { series: '${name}{exporter="pyroscope",endpoint="eu"}', values: "${value}x30" }`);
  const labels = (severity: string): string => `{ severity: ${severity}, exporter: pyroscope, endpoint: eu }`;
  const alert = (name: string, severity: string, summary: string): string => `      - eval_time: 25m
        alertname: ${name}
        exp_alerts: [{ exp_labels: ${labels(severity)}, exp_annotations: { summary: "${summary}", runbook: docs/runbook.md#${name.toLowerCase()} } }]`;
  const file = join(dir, 'outage.yaml');
  writeFileSync(
    file,
    `rule_files: ["${join(prometheus, 'alerts.yaml')}"]
evaluation_interval: 1m
tests:
  - interval: 1m
    input_series:
${series.join('\n')}
    alert_rule_test:
${alert('FlamegateEndpointDown', 'warning', 'pyroscope eu counts as down; profiles are kept')}
${alert('FlamegateDeliveryStalled', 'critical', 'pyroscope eu: profiles wait and nothing was delivered for 10 minutes')}
`,
  );
  const result = promtool(t, ['test', 'rules', file]);
  if (result !== undefined) assert.equal(result.status, 0, result.said);
});

import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { type ConfigDiff, diffConfigs, formatDiff, isUnchanged } from '../../src/config/diff.ts';
import type { Config } from '../../src/config/schema.ts';
import { route } from '../../src/processors/route.ts';
import { goodText, type LoadFakes, loadText } from './fakes.ts';

function diff(t: TestContext, old: string, next: string, options: LoadFakes = {}): ConfigDiff {
  const [before, after] = [loadText(t, old, options).config, loadText(t, next, options).config];
  assert.ok(before && after);
  return diffConfigs(before, after);
}

test('the same configuration, written in another way, is unchanged', (t) => {
  const changes = diff(t, goodText, goodText.replace('  label_drop:', '  label_drop: { names: [] }'));
  assert.equal(isUnchanged(changes), true);
  assert.deepEqual(changes.exporters.keep, ['pyroscope/staging']);
});

test('a component whose settings become matchers is unchanged when they are', async (t) => {
  const config = (match: string): Config => {
    const routes = route.schema.parse({ routes: [{ match, to: ['a'] }] });
    return { ...(loadText(t, goodText).config as Config), processors: new Map([['route', { type: 'route', config: routes }]]) };
  };
  assert.deepEqual(diffConfigs(config('{a="1"}'), config('{a="1"}')).processors.keep, ['route']);
  assert.deepEqual([...diffConfigs(config('{a="1"}'), config('{a="2"}')).processors.keys], [['route', ['routes[0].match']]]);
});

test('says which keys of a component changed', (t) => {
  const changes = diff(t, goodText, goodText.replace('squad-1', 'squad-2').replace('    endpoints:', '    ack: delivered\n    endpoints:'));
  assert.deepEqual(changes.exporters.replace, ['pyroscope/staging']);
  assert.deepEqual(changes.exporters.keys.get('pyroscope/staging'), ['endpoints[0].headers.X-Scope-OrgID', 'ack']);
  assert.deepEqual(changes.receivers.keep, ['pyroscope']);
  assert.equal(isUnchanged(changes), false);
});

test('tells what comes and what goes, pipelines and service included', (t) => {
  const next = goodText
    .replace('  label_drop:\n', '  label_drop/pods:\n')
    .replace('[label_drop, external_labels]', '[label_drop/pods, external_labels]')
    .concat('  telemetry: { logs: { level: debug } }\n  shutdown: { timeout: 5s }\n');
  assert.equal(
    formatDiff(diff(t, goodText, next)),
    `  receivers.pyroscope
+ processors.label_drop/pods
- processors.label_drop
  processors.external_labels
  exporters.pyroscope/staging
~ pipelines.profiles: processors[0]
~ service.shutdown.timeout
~ service.telemetry.logs.level
`,
  );
});

test('notices another secret and never shows it', (t) => {
  const withToken = (token: string): string => goodText.replace('        headers:', `        bearer_token: ${token}\n        headers:`);
  const changes = diff(t, withToken('hunter2'), withToken('hunter3'));
  assert.equal(formatDiff(changes).match(/~.*/)?.[0], '~ exporters.pyroscope/staging: endpoints[0].bearer_token');
  assert.doesNotMatch(JSON.stringify(changes) + formatDiff(changes), /hunter/);
  assert.equal(isUnchanged(diff(t, withToken('hunter2'), withToken('hunter2'))), true);
});

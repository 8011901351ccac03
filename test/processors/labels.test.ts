import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Processor, ProcessorFactory } from '../../src/core/component.ts';
import { Invalid } from '../../src/core/errors.ts';
import type { Series } from '../../src/core/profile.ts';
import { appName } from '../../src/processors/app-name.ts';
import { checkLabels } from '../../src/processors/check-labels.ts';
import { externalLabels } from '../../src/processors/external-labels.ts';
import { labelDrop } from '../../src/processors/label-drop.ts';
import { serviceName } from '../../src/processors/service-name.ts';
import { batchOf, ingestSeries, labelsOf, pushSeries } from '../support/batches.ts';
import { createTestHost } from '../support/host.ts';

function create(factory: ProcessorFactory, config: unknown): Processor {
  return factory.create(factory.schema.parse(config), createTestHost());
}

async function run(
  factory: ProcessorFactory,
  config: unknown,
  ...series: readonly Series[]
): Promise<readonly Readonly<Record<string, string>>[]> {
  const dropped: string[] = [];
  const result = await create(factory, config).process(batchOf(...series), (_, reason) => dropped.push(reason));
  assert.deepEqual(dropped, []);
  return labelsOf(result);
}

test('label_drop removes reserved labels, but the profile type and __delta__', async () => {
  const labels = { __name__: 'cpu', __delta__: 'false', __meta_pod: 'p', service_name: 's' };
  assert.deepEqual(await run(labelDrop, {}, pushSeries(labels), ingestSeries(labels)), [
    { __name__: 'cpu', __delta__: 'false', service_name: 's' },
    { __name__: 'cpu', __delta__: 'false', service_name: 's' },
  ]);
  assert.deepEqual(await run(labelDrop, { reserved: 'keep' }, pushSeries(labels)), [labels]);
  assert.deepEqual(await run(labelDrop, { ingest: 'keep' }, ingestSeries(labels)), [labels]);
});

test('label_drop removes what it is told by name and by a pattern for the whole name', async () => {
  const labels = { pod: 'p', pod_ip: 'i', span_id: 's', id: 'x' };
  assert.deepEqual(await run(labelDrop, { names: ['pod'], patterns: ['.*_id'] }, pushSeries(labels)), [{ id: 'x', pod_ip: 'i' }]);
});

test('label_drop refuses a pattern that RE2 does not take, with the place in the list', () => {
  const issue = labelDrop.schema.safeParse({ patterns: ['ok', '(?=a)'] }).error?.issues[0];
  assert.deepEqual(issue?.path, ['patterns', 1]);
  assert.match(issue?.message ?? '', /invalid regular expression/);
});

test('external_labels override what the sender set, an empty value removes', async () => {
  const config = { labels: { env: 'prod', pod: '' } };
  assert.deepEqual(await run(externalLabels, config, pushSeries({ env: 'dev', pod: 'p' })), [{ env: 'prod' }]);
  assert.deepEqual(
    await run(externalLabels, { labels: { env: 'prod' }, override: false }, pushSeries({ env: 'dev' }), pushSeries({ a: '1' })),
    [{ env: 'dev' }, { a: '1', env: 'prod' }],
  );
});

for (const [given, expected] of [
  [{ __name__: 'cpu' }, { __name__: 'cpu', service_name: 'cpu' }],
  [{ app: 'x' }, { app: 'x' }],
  [
    { __name__: 'cpu', service_name: 's', app_name: 'old' },
    { __name__: 'cpu', service_name: 's', app_name: 'cpu' },
  ],
  [{ service_name: 's', app_name: 'old' }, { service_name: 's' }],
  [
    { __name__: 'cpu', service_name: '', empty: '' },
    { __name__: 'cpu', app_name: 'cpu' },
  ],
] as const) {
  test(`service_name makes ${JSON.stringify(expected)} of ${JSON.stringify(given)}`, async () => {
    assert.deepEqual(await run(serviceName, {}, pushSeries(given), ingestSeries(given)), [expected, expected]);
  });
}

test('app_name renames what came by /ingest after its service, and nothing else', async () => {
  const labels = { __name__: 'app.cpu', service_name: 'shop' };
  assert.deepEqual(await run(appName, {}, pushSeries(labels), ingestSeries(labels), ingestSeries({ __name__: 'a', service_name: '' })), [
    labels,
    { __name__: 'shop', service_name: 'shop' },
    { __name__: 'a', service_name: '' },
  ]);
});

test('check_labels refuses the whole batch for one bad series and names it', () => {
  const processor = create(checkLabels, { rules: 'alloy' });
  const batch = batchOf(pushSeries({ a: '1' }), pushSeries({ 'a-b': '1' }));
  assert.throws(
    () => processor.process(batch, () => {}),
    (why) =>
      why instanceof Invalid &&
      why.reason === 'labels' &&
      /invalid labels in profile: invalid label name: a-b.*\{a-b="1"\}/.test(why.message),
  );
  assert.equal(
    create(checkLabels, {}).process(batch, () => {}),
    batch,
  );
});

test('a batch of which nothing changes is passed on itself, its payload bytes are never copied', async () => {
  const batch = batchOf(pushSeries({ a: '1' }), ingestSeries({ b: '2' }));
  for (const factory of [labelDrop, externalLabels]) assert.equal(await create(factory, {}).process(batch, () => {}), batch);
  const changed = await create(externalLabels, { labels: { env: 'x' } }).process(batch, () => {});
  assert.equal(changed.series[0]?.payload, batch.series[0]?.payload);
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { hash53, hashLabels } from '../../src/core/hash.ts';
import { Labels } from '../../src/core/labels.ts';
import { sample } from '../../src/processors/sample.ts';
import { pushSeries } from '../support/batches.ts';
import { createProcessor } from '../support/processors.ts';

const fleet = Array.from({ length: 20_000 }, (_, at) =>
  pushSeries({ __name__: 'process_cpu', service_name: `s${at % 50}`, pod: `pod-${at}` }),
);

for (const ratio of [0.01, 0.1, 0.5, 0.9]) {
  test(`keeps ${ratio} of the series within 3 sigma`, () => {
    const { labels, dropped } = createProcessor(sample, { ratio }).run(...fleet);
    const sigma = Math.sqrt(fleet.length * ratio * (1 - ratio));
    assert.ok(Math.abs(labels.length - fleet.length * ratio) < 3 * sigma, `${labels.length} of ${fleet.length}`);
    assert.equal(labels.length + dropped.length, fleet.length);
  });
}

test('a series is never torn: the same decision again, in another process, and with other series beside it', () => {
  const kept = createProcessor(sample, { ratio: 0.3 }).run(...fleet).labels;
  const again = createProcessor(sample, { ratio: 0.3 });
  assert.deepEqual(again.run(...[...fleet].reverse()).labels.toReversed(), kept);
  assert.deepEqual(again.run(...fleet.map((series) => ({ ...series, labels: Labels.from(series.labels) }))).labels, kept);
  assert.equal(hashLabels(Labels.of({ a: '1', bc: '2' })), 1392001760781704);
  assert.notEqual(hashLabels(Labels.of({ ab: 'c' })), hashLabels(Labels.of({ a: 'bc' })));
  // What another version must still say: gateways are updated one by one.
  assert.deepEqual(
    ['', 'a', 'pod-1', 'pod-2', '日本'].map(hash53),
    [4530117999160369, 5156496427037996, 5444244483186558, 50032010168466, 6466411822550846],
  );
});

test('what a smaller ratio keeps a larger one keeps too; 0 keeps nothing and 1 everything', () => {
  const kept = (ratio: number): ReadonlySet<string | undefined> =>
    new Set(
      createProcessor(sample, { ratio })
        .run(...fleet)
        .labels.map(({ pod }) => pod),
    );
  const [few, more] = [kept(0.1), kept(0.2)];
  assert.ok(few.isSubsetOf(more) && few.size < more.size);
  assert.equal(kept(0).size, 0);
  assert.equal(kept(1).size, fleet.length);
});

test('with a key what has its values goes together', () => {
  const { labels } = createProcessor(sample, { ratio: 0.5, key: ['service_name'] }).run(...fleet);
  const services = new Map<string | undefined, number>();
  for (const { service_name } of labels) services.set(service_name, (services.get(service_name) ?? 0) + 1);
  assert.ok(services.size > 10 && services.size < 40, `${services.size} of 50 services`);
  assert.deepEqual([...new Set(services.values())], [fleet.length / 50], 'each of them whole');
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { Labels } from '../../src/core/labels.ts';
import type { Series } from '../../src/core/profile.ts';
import { compileRelabel } from '../../src/core/relabel.ts';
import { RelabelRuleSchema } from '../../src/core/relabel-rule.ts';
import { RelabelCache } from '../../src/processors/relabel/cache.ts';
import { relabel } from '../../src/processors/relabel/factory.ts';
import { batchOf, ingestSeries, labelsOf, pushSeries } from '../support/batches.ts';
import { createTestHost } from '../support/host.ts';

function create(settings: object) {
  const host = createTestHost({ id: 'relabel/r' });
  const processor = relabel.create(relabel.schema.parse(settings), host);
  const dropped: string[] = [];
  const run = (...series: readonly Series[]) => {
    const result = processor.process(batchOf(...series), (_, reason) => void dropped.push(reason));
    assert.ok(!(result instanceof Promise), 'nothing to wait for');
    return labelsOf(result);
  };
  const counts = () =>
    ['profiles_processed', 'profiles_written', 'profiles_dropped', 'cache_hits', 'cache_misses', 'cache_size'].map((what) =>
      host.metric(`pyroscope_relabel_${what}`, { component_id: 'relabel/r' }),
    );
  return { run, dropped, counts };
}

const dropDev = { rules: [{ source_labels: ['env'], regex: 'dev', action: 'drop' }] };

test('counts as Alloy does: once a series, hits and misses by label set', () => {
  const { run, dropped, counts } = create(dropDev);
  run(pushSeries({ env: 'prod' }, 3));
  run(pushSeries({ env: 'dev' }, 3));
  run(ingestSeries({ __name__: 'app', env: 'prod' }));
  run(ingestSeries({ __name__: 'app', env: 'stage' }));
  run(pushSeries({ env: 'prod' }));
  assert.deepEqual(counts(), [5, 4, 1, 1, 4, 4]);
  assert.deepEqual(dropped, ['relabeled']);
});

test('a series without labels passes by: no rule, no cache', () => {
  const { run, counts } = create({ rules: [{ target_label: 'a', replacement: 'x' }] });
  assert.deepEqual(run(pushSeries({})), [{}]);
  assert.deepEqual(counts(), [1, 1, 0, 0, 0, 0]);
});

test('what the rules leave no label is dropped, the first time too', () => {
  const { run, dropped, counts } = create({ rules: [{ regex: '.*', action: 'labeldrop' }] });
  assert.deepEqual(run(pushSeries({ a: '1' }), pushSeries({ a: '1' })), []);
  assert.deepEqual(dropped, ['relabeled', 'relabeled']);
  assert.deepEqual(counts(), [2, 0, 2, 1, 1, 1]);
});

test('a batch of which nothing changes is handed on itself', () => {
  const processor = relabel.create(relabel.schema.parse(dropDev), createTestHost());
  const batch = batchOf(pushSeries({ env: 'prod' }), pushSeries({ env: 'stage' }));
  assert.equal(
    processor.process(batch, () => assert.fail('nothing to drop')),
    batch,
  );
});

test('the cache forgets what was not asked for longest, and a size of 0 is refused', () => {
  const { run, counts } = create({ ...dropDev, max_cache_size: 2 });
  for (const env of ['a', 'b', 'a', 'c', 'a', 'b']) run(pushSeries({ env }));
  assert.deepEqual(counts(), [6, 6, 0, 2, 4, 2]);
  assert.ok(!relabel.schema.safeParse({ max_cache_size: 0 }).success);
});

test('cached equals uncached, whatever comes again and whatever was evicted', () => {
  const apply = compileRelabel([
    RelabelRuleSchema.parse({ source_labels: ['a', 'b'], regex: '(.*);(x|y)?', target_label: 'c', replacement: '$2$1' }),
    RelabelRuleSchema.parse({ source_labels: ['c'], regex: 'x.+', action: 'drop' }),
  ]);
  const set = fc.dictionary(fc.constantFrom('a', 'b', 'c', 'ab'), fc.constantFrom('', 'x', 'y', '1,1', 'xy'), { noNullPrototype: true });
  fc.assert(
    fc.property(fc.array(set, { maxLength: 40 }), fc.integer({ min: 1, max: 5 }), fc.boolean(), (sets, size, collides) => {
      const counts = { hits: { value: 0 }, misses: { value: 0 } };
      const cache = new RelabelCache(apply, size, counts, collides ? (labels) => labels.size : undefined);
      const objects = sets.map((record) => Labels.of(record));
      for (const labels of [...objects, ...objects]) {
        assert.deepEqual(cache.get(labels)?.toJSON(), apply(labels)?.toJSON());
        assert.ok(cache.size <= size);
      }
      assert.equal(counts.hits.value + counts.misses.value, 2 * objects.length);
    }),
  );
});

test('a set of labels as large as a request is not kept', () => {
  const cache = new RelabelCache((labels) => labels, 10, { hits: { value: 0 }, misses: { value: 0 } });
  cache.get(Labels.of({ a: 'x'.repeat(100_000) }));
  assert.equal(cache.size, 0);
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { cardinality } from '../../src/processors/cardinality/factory.ts';
import { RecentSet } from '../../src/processors/cardinality/recent-set.ts';
import { pushSeries } from '../support/batches.ts';
import { createProcessor } from '../support/processors.ts';

const pod = (name: string, tenant = 'a') => pushSeries({ service_name: 's', pod: name }, 1, tenant);

test('the series that are known go on, the new ones above the number are dropped, per tenant', () => {
  const { run } = createProcessor(cardinality, { max_series: 2 });
  const { labels, dropped } = run(pod('1'), pod('2'), pod('3'), pod('1'), pod('3', 'b'));
  assert.deepEqual(
    labels.map((one) => one['pod']),
    ['1', '2', '1', '3'],
  );
  assert.deepEqual(dropped, ['cardinality']);
});

test('a series that was not seen for the window makes room', async () => {
  const { run, clock } = createProcessor(cardinality, { max_series: 2, window: '1h' });
  run(pod('1'), pod('2'));
  await clock.advance(1_800_000);
  run(pod('2'));
  await clock.advance(1_800_001);
  assert.deepEqual(
    run(pod('3'), pod('4'), pod('2')).labels.map((one) => one['pod']),
    ['3', '2'],
  );
});

test('or loses a label, and is counted', () => {
  const { run, host } = createProcessor(cardinality, { max_series: 1, over: 'drop_label', label: 'pod' });
  const { labels, dropped } = run(pod('1'), pod('2'), pod('1'));
  assert.deepEqual(labels, [{ service_name: 's', pod: '1' }, { service_name: 's' }, { service_name: 's', pod: '1' }]);
  assert.deepEqual(dropped, []);
  assert.equal(host.metric('flamegate_cardinality_relabeled_profiles_total', { processor: 'cardinality' }), 1);
});

test('per label, and above max_keys the rest share one number', () => {
  const { run } = createProcessor(cardinality, { per: 'team', max_series: 1, max_keys: 2 });
  const series = (team: string, n: string) => pushSeries({ team, n });
  const { labels } = run(series('a', '1'), series('b', '1'), series('c', '1'), series('d', '1'), series('a', '2'));
  assert.deepEqual(
    labels.map(({ team }) => team),
    ['a', 'b', 'c'],
  );
});

test('drop_label needs a label, and nothing else takes one', () => {
  assert.match(cardinality.schema.safeParse({ over: 'drop_label' }).error?.issues[0]?.message ?? '', /needs the name/);
  assert.match(cardinality.schema.safeParse({ label: 'pod' }).error?.issues[0]?.message ?? '', /only with/);
});

test('a recent set is never larger than it may be, and does what its model says', () => {
  const step = fc.record({ member: fc.nat(12), after: fc.nat(60) });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 80 }), fc.integer({ min: 1, max: 6 }), (steps, most) => {
      const set = new RecentSet(most, 100);
      const model = new Map<number, number>();
      let now = 0;
      for (const { member, after } of steps) {
        now += after;
        const oldest = [...model].sort((a, b) => a[1] - b[1])[0];
        const isKnown = model.has(member);
        const hasLeft = oldest !== undefined && now - oldest[1] > 100;
        const fits = isKnown || model.size < most || hasLeft;
        if (!isKnown && model.size >= most && hasLeft) model.delete(oldest[0]);
        if (fits) model.set(member, now);
        assert.equal(set.add(member, now), fits);
        assert.equal(set.size, model.size);
        assert.ok(set.size <= most);
      }
    }),
  );
});

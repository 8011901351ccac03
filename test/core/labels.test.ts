import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { Labels, memoByLabels } from '../../src/core/labels.ts';

const pairs = fc.array(fc.record({ name: fc.string({ maxLength: 4 }), value: fc.string({ maxLength: 4 }) }), { maxLength: 12 });

test('labels are sorted by name, whatever the order they came in', () => {
  const labels = Labels.from([
    { name: 'b', value: '2' },
    { name: 'a', value: '1' },
  ]);
  assert.deepEqual(
    [...labels].map((label) => label.name),
    ['a', 'b'],
  );
});

test('of a name that stands twice the last value counts', () => {
  fc.assert(
    fc.property(pairs, (given) => {
      const labels = Labels.from(given);
      const last = new Map(given.map((pair) => [pair.name, pair.value]));
      assert.equal(labels.size, last.size);
      for (const [name, value] of last) assert.equal(labels.get(name), value);
    }),
  );
});

test('setting an empty value removes the label, setting the same value changes nothing', () => {
  const labels = Labels.of({ a: '1', b: '2' });
  assert.deepEqual(labels.with('a', '').toJSON(), { b: '2' });
  assert.equal(labels.with('a', '1'), labels);
  assert.equal(labels.with('c', ''), labels);
  assert.deepEqual(labels.with('a', '3').toJSON(), { a: '3', b: '2' });
  assert.deepEqual(labels.toJSON(), { a: '1', b: '2' }, 'the original stays');
});

test('without returns itself when nothing is picked', () => {
  const labels = Labels.of({ a: '1', __meta: '2' });
  assert.equal(
    labels.without(() => false),
    labels,
  );
  assert.deepEqual(labels.without((name) => name.startsWith('__')).toJSON(), { a: '1' });
});

test('two sets are equal when names and values are', () => {
  fc.assert(
    fc.property(pairs, pairs, (one, other) => {
      const a = Labels.from(one);
      const b = Labels.from(other);
      assert.equal(a.equals(b), JSON.stringify([...a]) === JSON.stringify([...b]));
      assert.ok(a.equals(Labels.from([...a].reverse())));
    }),
  );
});

test('a memo computes once for one object, also when the result is undefined', () => {
  let computed = 0;
  const memo = memoByLabels((labels) => {
    computed += 1;
    return labels.get('none');
  });
  const labels = Labels.of({ a: '1' });
  assert.equal(memo(labels), undefined);
  assert.equal(memo(labels), undefined);
  assert.equal(computed, 1);
  memo(Labels.of({ a: '1' }));
  assert.equal(computed, 2);
});

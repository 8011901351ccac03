import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { PositionSet } from '../../src/queue/position-set.ts';

// Near each other, far apart, and at the border of what a double counts exactly.
const position = fc.oneof(
  fc.integer({ min: 0, max: 200 }),
  fc.integer({ min: 0, max: 100_000 }),
  fc.integer({ min: 2 ** 52, max: 2 ** 52 + 3000 }).map((far) => far - (2 ** 52 - 40_000)),
);
const step = fc.record({ verb: fc.constantFrom('add', 'add', 'delete'), position });

test('a position set is an ordered set', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 200 }), position, (steps, probe) => {
      const set = new PositionSet();
      const model = new Set<number>();
      for (const { verb, position: at } of steps) {
        if (verb === 'add') {
          assert.equal(set.add(at), !model.has(at));
          model.add(at);
        } else {
          assert.equal(set.delete(at), model.delete(at));
        }
      }
      const sorted = [...model].sort((a, b) => a - b);
      assert.deepEqual([...set], sorted);
      assert.deepEqual([set.size, set.first, set.last], [sorted.length, sorted[0], sorted.at(-1)]);
      assert.equal(set.has(probe), model.has(probe));
      assert.equal(
        set.next(probe),
        sorted.find((at) => at >= probe),
      );
      assert.equal(
        set.previous(probe),
        sorted.findLast((at) => at <= probe),
      );
      let gap = probe;
      while (model.has(gap)) gap += 1;
      assert.equal(set.gap(probe), gap);
      const to = probe + 100;
      assert.equal(set.count(probe, to), sorted.filter((at) => at >= probe && at < to).length);
    }),
  );
});

test('a position set of a few words is the same wherever they begin and end in its memory', () => {
  // Each step adds or deletes a whole word's first position, at either end or between.
  const few = fc.record({ verb: fc.constantFrom('add', 'delete'), position: fc.integer({ min: 0, max: 40 }).map((word) => word * 32) });
  fc.assert(
    fc.property(fc.array(few, { maxLength: 80 }), (steps) => {
      const set = new PositionSet();
      const model = new Set<number>();
      for (const { verb, position: at } of steps) {
        if (verb === 'add') {
          set.add(at);
          model.add(at);
        } else {
          set.delete(at);
          model.delete(at);
        }
        assert.deepEqual(
          [...set],
          [...model].sort((a, b) => a - b),
        );
      }
    }),
    { numRuns: 1000 },
  );
});

test('a short queue whose window moves on loses nothing: three words at the end of four take a fourth', () => {
  const set = new PositionSet();
  for (let word = 0; word < 4; word++) set.add(32 * word);
  set.delete(0);
  set.add(32 * 4);
  assert.deepEqual([...set], [32, 64, 96, 128]);
});

test('a position set follows a window that moves on for ever', () => {
  const set = new PositionSet();
  for (let at = 0; at < 300_000; at++) {
    set.add(at);
    if (at >= 5000) set.delete(at - 5000);
  }
  assert.deepEqual([set.size, set.first, set.last], [5000, 295_000, 299_999]);
});

test('an emptied position set starts anew anywhere', () => {
  const set = new PositionSet();
  set.add(5);
  set.delete(5);
  set.add(2 ** 52);
  set.delete(2 ** 52);
  assert.equal(set.first, undefined);
  assert.equal(set.next(0), undefined);
  set.add(7);
  assert.deepEqual([...set], [7]);
});

test('the union of position sets counts each position once', () => {
  fc.assert(
    fc.property(fc.array(fc.array(position, { maxLength: 40 }), { maxLength: 4 }), (lists) => {
      const sets = lists.map((list) => {
        const set = new PositionSet();
        for (const each of list) set.add(each);
        return set;
      });
      assert.equal(PositionSet.unionSize(sets), new Set(lists.flat()).size);
    }),
  );
});

test('a position set costs by what is in it, not by what lies between', () => {
  const set = new PositionSet();
  const before = process.memoryUsage().arrayBuffers;
  for (let at = 0; at < 20_000; at++) set.add(at * 1_000_000);
  assert.ok(process.memoryUsage().arrayBuffers - before < 2 ** 21);
  assert.equal(set.next(500_001), 1_000_000);
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { Heap } from '../../src/queue/heap.ts';

const step = fc.record({ key: fc.integer({ min: 0, max: 20 }), priority: fc.option(fc.integer({ min: 0, max: 5 })) });

test('a heap yields the key of the lowest priority, of equal ones the lower key, whatever was changed or taken out', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 100 }), (steps) => {
      const heap = new Heap<number>();
      const model = new Map<number, number>();
      for (const { key, priority } of steps) {
        if (priority === null) {
          assert.equal(heap.delete(key), model.delete(key));
        } else {
          heap.set(key, priority);
          model.set(key, priority);
        }
        const best = [...model].sort(([keyA, a], [keyB, b]) => a - b || keyA - keyB)[0];
        assert.deepEqual([heap.size, heap.first, heap.lowest], [model.size, best?.[0], best?.[1] ?? Number.POSITIVE_INFINITY]);
        assert.equal(heap.priority(key), model.get(key));
      }
    }),
  );
});

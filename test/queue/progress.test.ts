import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { PositionSet } from '../../src/queue/position-set.ts';
import { decodeProgress, encodeProgress } from '../../src/queue/progress.ts';

const positions = fc.array(fc.oneof(fc.nat({ max: 300 }), fc.nat({ max: 1_000_000 })), { maxLength: 60 });

function setOf(numbers: readonly number[]): PositionSet {
  const set = new PositionSet();
  for (const position of numbers) set.add(position);
  return set;
}

test('progress is the same after encoding and decoding, and known up to the end', () => {
  fc.assert(
    fc.property(positions, fc.nat({ max: 500 }), (numbers, behind) => {
      const pending = setOf(numbers);
      const end = (pending.last ?? 0) + 1 + behind;
      const progress = encodeProgress(pending, end, 2 ** 20);
      const decoded = decodeProgress(progress);
      assert.equal(progress.low, pending.first ?? end);
      assert.equal(decoded.end, end);
      const found = decoded.pending.flatMap(({ from, to }) => Array.from({ length: to - from }, (_, at) => from + at));
      assert.deepEqual(found, [...pending]);
    }),
  );
});

test('cut progress forgets what is done, and never what is not', () => {
  fc.assert(
    fc.property(positions, fc.nat({ max: 20 }), (numbers, maxBytes) => {
      const pending = setOf(numbers);
      const end = (pending.last ?? 0) + 1;
      const progress = encodeProgress(pending, end, maxBytes);
      assert.ok(progress.runs.length <= maxBytes);
      const decoded = decodeProgress(progress);
      const known = (position: number): boolean =>
        position >= decoded.end || decoded.pending.some(({ from, to }) => position >= from && position < to);
      for (const position of pending) assert.ok(position >= progress.low && known(position));
    }),
  );
});

test('any runs decode or are refused', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 40 }), fc.nat(), (runs, low) => {
      try {
        decodeProgress({ low, runs });
      } catch (why) {
        assert.ok(why instanceof RangeError);
      }
    }),
  );
});

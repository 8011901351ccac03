import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { PositionSet } from '../../src/queue/position-set.ts';
import { decodeProgress, encodeProgress, type Progress } from '../../src/queue/progress.ts';

const sparse = fc.array(fc.oneof(fc.nat({ max: 300 }), fc.nat({ max: 1_000_000 })), { maxLength: 60 });
/** Every second or third of some thousand: more runs than are worth it. */
const alternating = fc
  .tuple(fc.nat({ max: 100_000 }), fc.integer({ min: 2, max: 3 }), fc.integer({ min: 600, max: 1500 }))
  .map(([first, step, count]) => Array.from({ length: count }, (_, at) => first + at * step));

function setOf(numbers: readonly number[]): PositionSet {
  const set = new PositionSet();
  for (const position of numbers) set.add(position);
  return set;
}

function pendingOf(progress: Progress, end: number): number[] {
  return [...decodeProgress(progress, end).pending].flatMap(({ from, to }) => Array.from({ length: to - from }, (_, at) => from + at));
}

for (const [form, positions] of [
  ['runs', sparse],
  ['bits', alternating],
] as const) {
  test(`progress as ${form} is the same after encoding and decoding, and known up to the end`, () => {
    fc.assert(
      fc.property(positions, fc.nat({ max: 500 }), (numbers, behind) => {
        const pending = setOf(numbers);
        const end = (pending.last ?? 0) + 1 + behind;
        const progress = encodeProgress(pending, end, 2 ** 20);
        assert.equal(progress.form, form);
        assert.ok(progress.low <= (pending.first ?? end));
        assert.equal(decodeProgress(progress, end).end, end);
        assert.deepEqual(pendingOf(progress, end), [...pending]);
      }),
      { numRuns: form === 'runs' ? 100 : 20 },
    );
  });

  test(`cut progress (${form}) forgets what is done, and never what is not`, () => {
    fc.assert(
      fc.property(positions, fc.nat({ max: 200 }), (numbers, maxBytes) => {
        const pending = setOf(numbers);
        const end = (pending.last ?? 0) + 1;
        const progress = encodeProgress(pending, end, maxBytes);
        assert.ok(progress.bytes.length <= maxBytes);
        const known = decodeProgress(progress, end).end;
        assert.ok(progress.low <= known && known <= end);
        assert.deepEqual(
          pendingOf(progress, end),
          [...pending].filter((position) => position < known),
        );
      }),
      { numRuns: form === 'runs' ? 100 : 20 },
    );
  });
}

test('of a million records of which every second is pending, none is cut', () => {
  const pending = new PositionSet();
  for (let position = 0; position < 1_000_000; position += 2) pending.add(position);
  const progress = encodeProgress(pending, 1_000_000, 2 ** 20 - 64);
  assert.equal(decodeProgress(progress, 1_000_000).end, 1_000_000);
  assert.equal(progress.bytes.length, 125_000);
});

test('any bytes decode or are refused', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 40 }), fc.nat(), fc.constantFrom('runs' as const, 'bits' as const), (bytes, low, form) => {
      try {
        for (const { from, to } of decodeProgress({ low, form, bytes }, low + 100).pending) assert.ok(from < to && from >= low);
      } catch (why) {
        assert.ok(why instanceof RangeError);
      }
    }),
  );
});

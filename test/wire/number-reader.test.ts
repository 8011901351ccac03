import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import protobuf from 'protobufjs/minimal.js';
import { withNumbers } from '../../src/wire/number-reader.ts';

test('reads every integer that a number can hold, and the nearest number to any other', () => {
  fc.assert(
    fc.property(
      fc.oneof(fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }), fc.maxSafeInteger().map(BigInt), fc.integer().map(BigInt)),
      (value) => {
        const signed = numberReader(varint(BigInt.asUintN(64, value))).int64();
        const unsigned = numberReader(varint(BigInt.asUintN(64, value))).uint64();
        assertNear(signed, value);
        assertNear(unsigned, BigInt.asUintN(64, value));
      },
    ),
    { numRuns: 500 },
  );
});

test('refuses a number that is cut off or too long', () => {
  assert.throws(() => numberReader(Uint8Array.of(0x80, 0x80)).int64(), /cut off/);
  assert.throws(() => numberReader(new Uint8Array(11).fill(0x80)).uint64(), /more than 10 bytes/);
});

function assertNear(actual: unknown, expected: bigint): void {
  assert.ok(typeof actual === 'number');
  if (expected >= -(2n ** 53n) && expected <= 2n ** 53n) assert.equal(actual, Number(expected));
  else assert.ok(Math.abs(actual / Number(expected) - 1) < 1e-15, `${actual} is not ${expected}`);
}

function varint(value: bigint): Uint8Array {
  const bytes: number[] = [];
  let left = value;
  for (; left >= 128n; left >>= 7n) bytes.push(Number(left & 127n) + 128);
  return Uint8Array.from([...bytes, Number(left)]);
}

function numberReader(bytes: Uint8Array): { int64(): number; uint64(): number } {
  return withNumbers(protobuf.Reader.create(bytes));
}

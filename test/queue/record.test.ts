import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { LogRecord } from '../../src/queue/log.ts';
import { decodeRecord } from '../../src/queue/record.ts';
import { record } from './contract.ts';
import { encodeRecord } from './encode-record.ts';

const anyRecord: fc.Arbitrary<LogRecord> = fc.record(
  {
    receivedAt: fc.double({ noNaN: true }),
    tenant: fc.string({ unit: 'grapheme', maxLength: 40 }),
    profiles: fc.nat({ max: 2 ** 32 - 1 }),
    only: fc.option(fc.string({ unit: 'grapheme', minLength: 1, maxLength: 40 }), { nil: undefined }),
    inOrder: fc.boolean(),
    head: fc.uint8Array({ maxLength: 60 }),
    body: fc.uint8Array({ maxLength: 200 }),
  },
  { noNullPrototype: true },
);

test('a record is the same after encoding and decoding', () => {
  fc.assert(
    fc.property(anyRecord, (original) => {
      const { head, body, ...facts } = decodeRecord(encodeRecord(original));
      assert.deepEqual({ ...facts, head: Uint8Array.from(head), body: Uint8Array.from(body) }, original);
    }),
  );
});

test('any bytes decode to a record or to a RangeError', () => {
  const bytes = fc.oneof(
    fc.uint8Array({ maxLength: 80 }),
    fc.tuple(anyRecord, fc.nat(), fc.nat({ max: 255 })).map(([original, at, value]) => {
      const encoded = encodeRecord(original);
      encoded[at % encoded.length] = value;
      return encoded.subarray(0, encoded.length - (at % 3));
    }),
  );
  fc.assert(
    fc.property(bytes, (input) => {
      try {
        decodeRecord(input);
      } catch (why) {
        assert.ok(why instanceof RangeError, String(why));
      }
    }),
  );
});

test('a record of a later version is refused by name', () => {
  const bytes = encodeRecord(record('1'));
  bytes[0] = 2;
  assert.throws(() => decodeRecord(bytes), /record version 2 is not known here, only 1/);
});

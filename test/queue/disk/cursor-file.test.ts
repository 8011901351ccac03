import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { type CursorState, cursorNameOf, cursorPath, decodeSlot, encodeSlot } from '../../../src/queue/disk/cursor-file.ts';

const logId = Buffer.alloc(16, 3);
const state: CursorState = { paused: true, retired: false, end: 900, progress: { low: 700, form: 'runs', bytes: Uint8Array.of(1, 2, 3) } };

test('a slot is the same after encoding and decoding, whatever follows it', () => {
  for (const each of [
    state,
    { ...state, paused: false, retired: true, progress: { low: 2 ** 52, form: 'bits', bytes: new Uint8Array() } } as const,
  ]) {
    const bytes = Buffer.concat([encodeSlot(logId, { generation: 5, state: each }), Buffer.alloc(20, 255)]);
    assert.deepEqual(decodeSlot(logId, bytes), { generation: 5, state: each });
  }
});

test('a damaged slot, one of another log, and garbage are not taken', () => {
  const bytes = encodeSlot(logId, { generation: 5, state });
  assert.equal(decodeSlot(Buffer.alloc(16, 4), bytes), undefined);
  fc.assert(
    fc.property(fc.nat({ max: bytes.length - 1 }), fc.integer({ min: 1, max: 255 }), (at, change) => {
      const damaged = Uint8Array.from(bytes);
      damaged[at] = (damaged[at] ?? 0) ^ change;
      assert.equal(decodeSlot(logId, damaged), undefined);
    }),
  );
  fc.assert(fc.property(fc.uint8Array({ maxLength: 200 }), (garbage) => decodeSlot(logId, garbage) === undefined));
});

test('any endpoint name makes a file name, and is known by it', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme', minLength: 1, maxLength: 15 }), (name) => {
      const file = cursorPath('/dir', name).slice('/dir/'.length);
      assert.ok(!file.includes('/') && !file.startsWith('.'), file);
      assert.equal(cursorNameOf(file), name);
    }),
  );
  assert.throws(() => cursorPath('/dir', 'x'.repeat(300)), /too long for a file name/);
  for (const file of ['a.cur.new', '%zz.cur', 'notes']) assert.equal(cursorNameOf(file), undefined);
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { Gather } from '../../../src/net/server/gather.ts';

test('a body of one piece is not copied, and neither is a large one behind it', () => {
  const gather = new Gather();
  const [small, large] = [Buffer.from('small'), Buffer.alloc(5000)];
  gather.add(small);
  gather.add(large);
  const [first, second, ...none] = gather.finish();
  assert.equal(first, small);
  assert.equal(second, large);
  assert.equal(none.length, 0);
});

test('a body that comes byte by byte ends in few pieces', () => {
  const gather = new Gather();
  for (let at = 0; at < 100_000; at++) gather.add(Buffer.from([at & 255]));
  const pieces = gather.finish();
  assert.ok(pieces.length < 10, `${pieces.length} pieces`);
  assert.ok(Buffer.concat(pieces).every((byte, at) => byte === (at & 255)));
});

test('the bytes are those that came, and hardly more memory is held than they need', () => {
  const sizes = fc.array(fc.oneof(fc.nat(10), fc.integer({ min: 4000, max: 4200 }), fc.nat(20_000)), { maxLength: 30 });
  fc.assert(
    fc.property(sizes, (lengths) => {
      const gather = new Gather();
      const sent = lengths.map((length, at) => Buffer.alloc(length, at));
      for (const piece of sent) gather.add(piece);
      const pieces = gather.finish();
      assert.deepEqual(Buffer.concat(pieces), Buffer.concat(sent));
      assert.ok(pieces.every((piece) => piece.length > 0));
      const heldBytes = pieces.reduce(
        (sum, piece) => sum + (sent.some((one) => one === piece) ? piece.length : piece.buffer.byteLength),
        0,
      );
      assert.ok(heldBytes <= 5 * Buffer.concat(sent).length + 32 * 1024, `${heldBytes} held`);
    }),
  );
});

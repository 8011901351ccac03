import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { Invalid, Refused } from '../../../src/core/errors.ts';
import { Admission, InFlight } from '../../../src/net/server/admission.ts';
import { Unserved } from '../../../src/net/server/unserved.ts';

test('refuses for now what others leave no room for, and for good what is larger than everything', () => {
  const admission = new Admission(100);
  const first = admission.open();
  first.hold(60);
  const second = admission.open();
  second.hold(40);
  assert.throws(
    () => second.hold(41),
    (why) => why instanceof Refused && why.reason === 'memory' && why.retryAfterMs > 0,
  );
  assert.equal(admission.heldBytes, 100, 'a refusal changes nothing');
  assert.throws(
    () => second.hold(101),
    (why) => why instanceof Invalid && why.reason === 'too_large',
  );
  first.release();
  second.hold(100);
  assert.equal(admission.heldBytes, 100);
});

test('takes bytes back once, however often they are returned', () => {
  const total = new InFlight();
  const admission = new Admission(100, total);
  const one = admission.open();
  one.hold(60);
  const other = admission.open();
  other.hold(40);
  one.release();
  one.release();
  assert.equal(admission.heldBytes, 40);
  assert.equal(total.bytes, 40);
});

test('holds nothing for a request that is over, and says so to whoever still works for it', () => {
  const admission = new Admission(100);
  const one = admission.open();
  one.hold(60);
  one.release();
  assert.throws(
    () => one.hold(50),
    (why) => why instanceof Unserved && why.reason === 'canceled',
  );
  assert.equal(admission.heldBytes, 0);
});

test('counts a tiny request for what it costs, and lets a bound that is small on purpose take a thousand of them', () => {
  const large = new Admission(2 * 1024 * 1024 * 1024);
  const tiny = large.open();
  assert.equal(large.heldBytes, 0, 'nothing as long as it holds nothing');
  tiny.hold(1);
  assert.deepEqual([large.heldBytes, tiny.bytes], [16 * 1024, 1]);
  tiny.hold(20_000);
  assert.equal(large.heldBytes, 20_000);
  tiny.release();
  assert.equal(large.heldBytes, 0);
  const small = new Admission(1024 * 1024);
  for (let count = 0; count < 1024; count++) small.open().hold(1);
  assert.throws(
    () => small.open().hold(1),
    (why) => why instanceof Refused && why.reason === 'memory',
  );
});

test('several receivers show one sum and have one bound each', () => {
  const total = new InFlight();
  const [a, b] = [new Admission(100, total), new Admission(100, total)];
  a.open().hold(90);
  b.open().hold(80);
  assert.equal(total.bytes, 170);
  assert.equal(a.heldBytes, 90);
});

test('the books balance whatever is held, refused and returned', () => {
  const step = fc.record({ slot: fc.nat(4), bytes: fc.nat(150), release: fc.boolean() });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
      const admission = new Admission(100);
      const held = new Map<number, { reservation: ReturnType<Admission['open']>; bytes: number }>();
      for (const { slot, bytes, release } of steps) {
        const entry = held.get(slot) ?? { reservation: admission.open(), bytes: 0 };
        held.set(slot, entry);
        if (release) {
          entry.reservation.release();
          held.delete(slot);
          continue;
        }
        try {
          entry.reservation.hold(bytes);
          entry.bytes = bytes;
        } catch (why) {
          assert.ok(why instanceof Refused || why instanceof Invalid);
        }
        assert.ok(admission.heldBytes <= 100);
        assert.equal(
          admission.heldBytes,
          [...held.values()].reduce((sum, one) => sum + one.bytes, 0),
        );
      }
      for (const { reservation } of held.values()) reservation.release();
      assert.equal(admission.heldBytes, 0);
    }),
  );
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { Births } from '../../../src/queue/ages.ts';
import { type IndexOf, SegmentIndex } from '../../../src/queue/disk/segment-index.ts';
import { FakeClock } from '../../support/fake-clock.ts';

const births = new Births(new FakeClock());
const segment: IndexOf = { logId: Buffer.alloc(16, 1), mark: Buffer.alloc(8, 2), first: 1000, sizeBytes: 2 ** 20 };

const entry = fc.record(
  {
    skip: fc.nat({ max: 3 }),
    length: fc.nat({ max: 2 ** 31 }),
    profiles: fc.nat({ max: 2 ** 32 - 1 }),
    bornAt: fc.integer({ min: -1_000_000, max: 0 }),
    tenant: fc.string({ unit: 'grapheme', maxLength: 10 }),
    only: fc.option(fc.string({ unit: 'grapheme', minLength: 1, maxLength: 10 }), { nil: undefined }),
    inOrder: fc.boolean(),
  },
  { noNullPrototype: true },
);

test('an index knows every record it was given, also after a way through its file', () => {
  fc.assert(
    fc.property(fc.array(entry, { maxLength: 40 }), (entries) => {
      const index = new SegmentIndex(segment.first);
      const expected = new Map<number, object>();
      let position = segment.first;
      for (const { skip, length, ...facts } of entries) {
        position += skip;
        index.add(position, 64 + position, length, facts);
        expected.set(position, { ...facts, length, sizeBytes: length, offset: 64 + position });
        position += 1;
      }
      const again = SegmentIndex.decode(index.encode(segment, births), segment, births) ?? assert.fail('its own bytes are good');
      for (const each of [index, again]) {
        assert.equal(each.end, position);
        for (let at = segment.first - 1; at <= position; at++) assert.deepEqual(each.get(at), expected.get(at));
      }
    }),
  );
});

test('an index goes on after it was read from its file', () => {
  const index = new SegmentIndex(segment.first);
  const facts = { profiles: 1, bornAt: 5, tenant: 't', only: undefined, inOrder: false };
  index.add(1000, 64, 10, facts);
  const again = SegmentIndex.decode(index.encode(segment, births), segment, births) ?? assert.fail('its own bytes are good');
  again.add(1002, 200, 20, { ...facts, tenant: 'u' });
  assert.deepEqual(
    [1000, 1001, 1002].map((position) => again.get(position)?.tenant),
    ['t', undefined, 'u'],
  );
  again.forget(1000);
  assert.equal(again.get(1000), undefined);
});

test('an index of another segment, of more of it than there is, or damaged is not taken', () => {
  const index = new SegmentIndex(segment.first);
  index.add(1000, 64, 10, { profiles: 1, bornAt: 5, tenant: 't', only: 'x', inOrder: true });
  const bytes = index.encode(segment, births);
  for (const other of [{ logId: Buffer.alloc(16, 9) }, { mark: Buffer.alloc(8, 9) }, { first: 999 }, { sizeBytes: 100 }]) {
    assert.equal(SegmentIndex.decode(bytes, { ...segment, ...other }, births), undefined);
  }
  fc.assert(
    fc.property(fc.nat({ max: bytes.length - 1 }), fc.integer({ min: 1, max: 255 }), (at, change) => {
      const damaged = Uint8Array.from(bytes);
      damaged[at] = (damaged[at] ?? 0) ^ change;
      assert.equal(SegmentIndex.decode(damaged, segment, births), undefined);
    }),
  );
  fc.assert(fc.property(fc.uint8Array({ maxLength: 200 }), (garbage) => SegmentIndex.decode(garbage, segment, births) === undefined));
});

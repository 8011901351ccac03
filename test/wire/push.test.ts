import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { create, fromBinary, type MessageInitShape, toBinary } from '@bufbuild/protobuf';
import fc from 'fast-check';
import { Invalid } from '../../src/core/errors.ts';
import { Labels } from '../../src/core/labels.ts';
import { type PushRequest, PushRequestSchema, RawProfileSeriesSchema } from '../../src/gen/push/v1/push_pb.ts';
import { LabelCache } from '../../src/wire/label-cache.ts';
import { describePush, encodePush, joinPush, type PushRules, type PushSeries, parsePush, splitPush } from '../../src/wire/push.ts';
import { decodePushObject } from '../../src/wire/push-object.ts';
import { brokenPushBytes, inPieces, pushBytes } from './push-arbitrary.ts';
import { isStrict, pushShape } from './strict-protobuf.ts';

const lenient: PushRules = { duplicates: 'last_wins', emptyValues: 'keep', maxSeries: 1000 };
const strict: PushRules = { ...lenient, duplicates: 'refuse' };
const alloy: PushRules = { ...lenient, emptyValues: 'drop' };

describe('parsePush', () => {
  for (const [what, bytes] of [
    ['well-formed', pushBytes],
    ['broken', brokenPushBytes],
    ['random', fc.uint8Array({ maxLength: 40 })],
  ] as const) {
    test(`finds in ${what} bytes, in however many pieces, what the generated decoder finds, or refuses them`, () => {
      const cache = new LabelCache(100_000);
      fc.assert(
        fc.property(inPieces(bytes), (pieces) => {
          const whole = new Uint8Array(Buffer.concat(pieces));
          const expected = decoded(whole);
          if (expected === undefined || !isStrict(whole, pushShape)) assert.throws(() => parsePush(pieces, cache, lenient), Invalid);
          else assertSame(parsePush(pieces, cache, lenient), expected);
        }),
        { numRuns: 1500 },
      );
    });
  }

  test('takes what strict protobuf allows and the generated decoder reads', () => {
    let taken = 0;
    fc.assert(
      fc.property(pushBytes, (bytes) => {
        if (isStrict(bytes, pushShape)) taken++;
      }),
      { numRuns: 300 },
    );
    assert.ok(taken > 100, `only ${taken} of 300 well-formed messages are strict: the comparison above would compare little`);
  });

  test('hands out views into the request, not copies', () => {
    const body = Buffer.from(message({ labels: [{ name: 'a', value: 'b' }], samples: [{ rawProfile: Buffer.from('profile') }] }));
    const [series] = parsePush([body], new LabelCache(1000), strict);
    body.write('PROFILE', body.indexOf('profile'));
    assert.match(Buffer.concat(series?.payload.fields ?? []).toString('latin1'), /PROFILE/);
  });

  test('hands out the same Labels object for the same label block', () => {
    const cache = new LabelCache(10_000);
    const body = message({ labels: [{ name: 'a', value: 'b' }], samples: [] });
    const [first] = parsePush([body], cache, strict);
    const [second] = parsePush([body.subarray(0, 3), body.subarray(3)], cache, strict);
    assert.equal(first?.labels, second?.labels);
  });

  test('is an empty list when there is no series', () => {
    assert.deepEqual(parsePush([], new LabelCache(1000), strict), []);
    assert.deepEqual(parsePush([Buffer.from([0x98, 0x06, 0x05])], new LabelCache(1000), strict), []);
  });

  test('refuses a name that stands twice, or lets the last one count, as the rules say', () => {
    const body = message({
      labels: [
        { name: 'a', value: '1' },
        { name: 'b', value: '' },
        { name: 'a', value: '2' },
      ],
      samples: [],
    });
    assert.throws(() => parsePush([body], new LabelCache(1000), strict), { name: 'Invalid', reason: 'labels', message: /found twice: a/ });
    assert.deepEqual(labelsOf(parsePush([body], new LabelCache(1000), lenient)), [{ a: '2', b: '' }]);
    assert.deepEqual(labelsOf(parsePush([body], new LabelCache(1000), alloy)), [{ a: '2' }]);
  });

  test('lets a last value that is empty remove the label where empty values are dropped', () => {
    const body = message({
      labels: [
        { name: 'a', value: '1' },
        { name: 'a', value: '' },
      ],
      samples: [],
    });
    assert.deepEqual(labelsOf(parsePush([body], new LabelCache(1000), alloy)), [{}]);
  });

  test('refuses text that is not UTF-8, and says which', () => {
    const inLabel = Buffer.from([0x0a, 0x07, 0x0a, 0x05, 0x0a, 0x01, 0x61, 0x12, 0x00]);
    inLabel[6] = 0xff;
    assert.throws(() => parsePush([inLabel], new LabelCache(1000), lenient), { reason: 'labels', message: /UTF-8/ });
    const inId = Buffer.from([0x0a, 0x05, 0x12, 0x03, 0x12, 0x01, 0xff]);
    assert.throws(() => parsePush([inId], new LabelCache(1000), lenient), { reason: 'malformed', message: /ID of a sample is not UTF-8/ });
  });

  test('refuses more series than allowed before it reads them all', () => {
    const limited: PushRules = { ...lenient, maxSeries: 10_000 };
    const million = Buffer.alloc(2_000_000, Buffer.from([0x0a, 0x00]));
    assert.throws(() => parsePush([million], new LabelCache(1000), limited), {
      reason: 'too_large',
      message: /10000/,
    });
  });

  test('takes exactly as many series as allowed', () => {
    const two = Buffer.from([0x0a, 0x00, 0x0a, 0x00]);
    assert.equal(parsePush([two], new LabelCache(1000), { ...lenient, maxSeries: 2 }).length, 2);
    assert.throws(() => parsePush([two], new LabelCache(1000), { ...lenient, maxSeries: 1 }), { reason: 'too_large' });
  });

  test('refuses a length above what a message can have instead of wrapping round', () => {
    // 5 + 2^32 as a length: the generated decoder reads 5.
    const body = Buffer.from([0x0a, 0x85, 0x80, 0x80, 0x80, 0x10, 0x12, 0x03, 0x0a, 0x01, 0x00]);
    assert.throws(() => parsePush([body], new LabelCache(1000), lenient), { reason: 'malformed' });
  });

  for (const [what, bytes] of [
    ['a series', [0x08, 0x00]],
    ['a label', [0x0a, 0x02, 0x0d, 0x00]],
    ['a sample', [0x0a, 0x02, 0x10, 0x00]],
    ['an annotation', [0x0a, 0x02, 0x18, 0x00]],
    ['a raw profile', [0x0a, 0x04, 0x12, 0x02, 0x08, 0x00]],
    ['the key of an annotation', [0x0a, 0x04, 0x1a, 0x02, 0x08, 0x00]],
    ['the name of a label', [0x0a, 0x04, 0x0a, 0x02, 0x08, 0x00]],
  ] as const) {
    test(`refuses ${what} in a form that no encoder gives it: decoders differ on what it means`, () => {
      assert.throws(() => parsePush([Buffer.from(bytes)], new LabelCache(1000), lenient), {
        reason: 'malformed',
        message: /wire type \d, expected 2/,
      });
    });
  }

  test('refuses groups that nest without end, and passes over others', () => {
    const open = Buffer.alloc(100_000, 0x7b);
    const close = Buffer.alloc(100_000, 0x7c);
    assert.throws(() => parsePush([open, close], new LabelCache(1000), lenient), { reason: 'malformed', message: /deeper than 100/ });
    assert.deepEqual(parsePush([open.subarray(0, 50), close.subarray(0, 50)], new LabelCache(1000), lenient), []);
  });

  test('reads a request in very many pieces in linear time', () => {
    const one = message({ labels: [{ name: 'a', value: 'b' }], samples: [{ rawProfile: Buffer.alloc(100) }] });
    const body = Buffer.alloc(one.length * 2000, one);
    const pieces = Array.from(body, (_, at) => body.subarray(at, at + 1));
    assert.equal(parsePush(pieces, new LabelCache(10_000), { ...lenient, maxSeries: 2000 }).length, 2000);
  });
});

describe('encodePush', () => {
  test('writes what it was given, in any label set: the generated decoder reads it back', () => {
    fc.assert(
      fc.property(
        fc.array(
          fc.tuple(
            fc.dictionary(fc.string({ unit: 'grapheme', maxLength: 5 }), fc.string({ unit: 'grapheme', maxLength: 300 })),
            pushBytes,
          ),
          { maxLength: 3 },
        ),
        (inputs) => {
          const series = inputs.map(([record, bytes]): PushSeries => {
            const [one] = isStrict(bytes, pushShape) ? parsePush([bytes], new LabelCache(0), lenient) : [];
            return { labels: Labels.of(record), payload: one?.payload ?? { kind: 'push', fields: [], profiles: 0, rawBytes: 0 } };
          });
          assertSame(series, fromBinary(PushRequestSchema, new Uint8Array(encodePush(series))));
        },
      ),
      { numRuns: 300 },
    );
  });

  test('writes one piece of memory that holds nothing else', () => {
    const [series] = parsePush(
      [message({ labels: [{ name: 'a', value: 'b' }], samples: [{ rawProfile: Buffer.alloc(10) }] })],
      new LabelCache(0),
      lenient,
    );
    assert.ok(series);
    const body = encodePush([series]);
    assert.equal(body.buffer.byteLength, body.byteLength);
  });

  test('sorts labels by name, as every backend does', () => {
    const series: PushSeries = { labels: Labels.of({ z: '1', a: '2' }), payload: { kind: 'push', fields: [], profiles: 0, rawBytes: 0 } };
    assert.deepEqual(
      fromBinary(PushRequestSchema, encodePush([series])).series[0]?.labels.map(({ name }) => name),
      ['a', 'z'],
    );
  });
});

describe('splitPush and joinPush', () => {
  test('take a push apart into requests of one series and put it together again', () => {
    fc.assert(
      fc.property(
        pushBytes.filter((bytes) => isStrict(bytes, pushShape)),
        (bytes) => {
          const whole = encodePush(parsePush([bytes], new LabelCache(0), lenient));
          const parts = splitPush(whole);
          assert.deepEqual(
            parts.map((part) => fromBinary(PushRequestSchema, part).series.length),
            parts.map(() => 1),
          );
          assert.deepEqual(Buffer.from(joinPush(parts)), Buffer.from(whole));
        },
      ),
      { numRuns: 300 },
    );
  });

  test('a field that is no series is in none of the parts', () => {
    assert.deepEqual(splitPush(Uint8Array.of(0x98, 0x06, 0x05, 0x0a, 0x00)), [Uint8Array.of(0x0a, 0x00)]);
  });

  test('a part is a view into the request', () => {
    const whole = message({ labels: [], samples: [{ rawProfile: Buffer.from('x') }] });
    assert.equal(splitPush(whole)[0]?.buffer, whole.buffer);
  });
});

test('describePush tells labels, profiles and raw bytes', () => {
  const body = message({
    labels: [{ name: 'service_name', value: 'shop' }],
    samples: [{ rawProfile: Buffer.alloc(3) }, { rawProfile: Buffer.alloc(4) }],
  });
  assert.deepEqual(describePush(body), [{ labels: Labels.of({ service_name: 'shop' }), profiles: 2, rawBytes: 7 }]);
});

describe('decodePushObject', () => {
  test('finds in a decoded message what parsePush finds in its bytes', () => {
    fc.assert(
      fc.property(
        pushBytes.filter((bytes) => isStrict(bytes, pushShape)),
        (bytes) => {
          const expected = fromBinary(PushRequestSchema, bytes, { readUnknownFields: false });
          assertSame(decodePushObject(expected, lenient), expected);
        },
      ),
      { numRuns: 300 },
    );
  });

  test('keeps the rules of the receiver', () => {
    const twice = create(PushRequestSchema, { series: [{ labels: [{ name: 'a' }, { name: 'a' }] }] });
    assert.throws(() => decodePushObject(twice, strict), { reason: 'labels' });
    assert.deepEqual(labelsOf(decodePushObject(twice, alloy)), [{}]);
    assert.throws(() => decodePushObject(twice, { ...lenient, maxSeries: 0 }), { reason: 'too_large' });
  });

  test('refuses half a surrogate pair, which JSON can spell and UTF-8 cannot', () => {
    const half = create(PushRequestSchema, { series: [{ labels: [{ name: 'a', value: '\ud800' }] }] });
    assert.throws(() => decodePushObject(half, lenient), { reason: 'labels', message: /surrogate/ });
  });
});

function message(...series: MessageInitShape<typeof RawProfileSeriesSchema>[]): Uint8Array {
  return toBinary(PushRequestSchema, create(PushRequestSchema, { series }));
}

function decoded(bytes: Uint8Array): PushRequest | undefined {
  try {
    return fromBinary(PushRequestSchema, bytes);
  } catch {
    return undefined;
  }
}

function labelsOf(series: readonly PushSeries[]): Record<string, string>[] {
  return series.map(({ labels }) => labels.toJSON());
}

/** The same labels, and payloads that decode to the same samples, annotations and unknown fields. */
function assertSame(actual: readonly PushSeries[], expected: PushRequest): void {
  assert.equal(actual.length, expected.series.length);
  for (const [at, series] of expected.series.entries()) {
    const { labels, payload } = actual[at] ?? assert.fail('a series is missing');
    assert.deepEqual([...labels], [...Labels.from(series.labels.map(({ name, value }) => ({ name, value })))]);
    assert.equal(payload.profiles, series.samples.length);
    assert.equal(
      payload.rawBytes,
      series.samples.reduce((sum, { rawProfile }) => sum + rawProfile.length, 0),
    );
    const bare = fromBinary(RawProfileSeriesSchema, new Uint8Array(Buffer.concat(payload.fields)));
    assert.deepEqual(bare, { ...series, labels: [] });
  }
}

test('a series with a thousand labels passes, one more and a push full of them do not', () => {
  const request = (series: number, labels: number): Uint8Array => {
    const pairs = Array.from({ length: labels }, (_, at) => ({ name: `n${at}`, value: 'v' }));
    return toBinary(PushRequestSchema, create(PushRequestSchema, { series: Array.from({ length: series }, () => ({ labels: pairs })) }));
  };
  const parse = (body: Uint8Array) =>
    parsePush([body], new LabelCache(1e6), { duplicates: 'last_wins', emptyValues: 'keep', maxSeries: 10_000 });
  assert.equal(parse(request(1, 1000))[0]?.labels.size, 1000);
  assert.throws(() => parse(request(1, 1001)), /at most 1000 labels/);
  assert.throws(() => parse(request(101, 1000)), /at most 100000 labels/);
});

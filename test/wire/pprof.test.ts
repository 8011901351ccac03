import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { emptyTableToken, Profile, type ProfileInput, StringTable } from 'pprof-format';
import { Invalid } from '../../src/core/errors.ts';
import { summarize } from '../../src/wire/pprof.ts';

const strings = ['', 'samples', 'count', 'cpu', 'nanoseconds', 'main', 'work', 'inlined', 'idle'];

/** main calls work, into which another function was inlined; one stack ends in main itself. */
const cpu: ProfileInput = {
  sampleType: [
    { type: 1, unit: 2 },
    { type: 3, unit: 4 },
  ],
  function: [
    { id: 1, name: 5 },
    { id: 2, name: 6 },
    { id: 3, name: 7 },
  ],
  location: [
    { id: 10, line: [{ functionId: 1 }] },
    { id: 11, line: [{ functionId: 3 }, { functionId: 2 }] },
    { id: 12, address: 0xbeef },
  ],
  sample: [
    { locationId: [11, 10], value: [3, 300] },
    { locationId: [10], value: [1, 900] },
    { locationId: [12, 10], value: [7, 50] },
  ],
  timeNanos: 1_700_000_000_000_000_000n,
  durationNanos: 15_000_000_000,
};

describe('summarize', () => {
  test('adds up each sample type and names the functions with the largest self value of the last one', () => {
    assert.deepEqual(summarize(encode(cpu), 2), {
      types: [
        { type: 'samples', unit: 'count', total: 11 },
        { type: 'cpu', unit: 'nanoseconds', total: 1250 },
      ],
      samples: 3,
      top: [
        { name: 'main', self: 900, unit: 'nanoseconds' },
        { name: 'inlined', self: 300, unit: 'nanoseconds' },
      ],
      durationNanos: 15_000_000_000,
      timeNanos: 1.7e18,
    });
  });

  test('ranks by the default sample type where the profile names one', () => {
    assert.deepEqual(summarize(encode({ ...cpu, defaultSampleType: 1 }), 1).top, [{ name: '0xbeef', self: 7, unit: 'count' }]);
  });

  test('inflates by itself', () => {
    assert.deepEqual(summarize(gzipSync(encode(cpu)), 3), summarize(encode(cpu), 3));
  });

  test('finds what another decoder finds, in any profile', () => {
    fc.assert(
      fc.property(anyProfile(), fc.nat(4), (input, top) => {
        const bytes = encode(input);
        const { types, samples, top: functions } = summarize(bytes, top);
        const expected = expectedOf(Profile.decode(bytes));
        assert.deepEqual({ types, samples }, { types: expected.types, samples: expected.samples });
        assert.deepEqual(
          functions.map(({ self }) => self),
          [...expected.selves.values()].sort((a, b) => b - a).slice(0, top),
        );
        for (const { name, self } of functions) assert.equal(expected.selves.get(name), self);
      }),
    );
  });

  test('any bytes are a profile or are refused as malformed', () => {
    const valid = encode(cpu);
    const broken = fc
      .tuple(fc.nat(valid.length - 1), fc.nat(255))
      .map(([at, byte]) => Uint8Array.from(valid, (old, index) => (index === at ? byte : old)));
    const zipped = fc.oneof(broken, fc.uint8Array()).map((bytes) => gzipSync(bytes));
    fc.assert(
      fc.property(fc.oneof(fc.uint8Array(), broken, zipped), (bytes) => {
        try {
          summarize(bytes, 3);
        } catch (error) {
          assert.ok(error instanceof Invalid && error.reason === 'malformed', String(error));
        }
      }),
      { numRuns: 1000 },
    );
  });

  for (const [what, bytes, message] of [
    ['nothing', new Uint8Array(0), /first string is empty, found undefined/],
    ['text', Buffer.from('<html>not a profile</html>'), /decodes as/],
    ['a cut gzip', gzipSync(encode(cpu)).subarray(0, 40), /gzipped one inflates/],
    ['a bomb', gzipSync(Buffer.alloc(65 * 2 ** 20)), /at most 67108864 bytes/],
    ['no sample type', encode({ ...cpu, sampleType: [], sample: [] }), /at least one sample type/],
    ['a sample with a value too few', encode({ ...cpu, sample: [{ locationId: [10], value: [1] }] }), /each of the 2 types, found 1/],
    ['a location that is not listed', encode({ ...cpu, sample: [{ locationId: [99], value: [1, 2] }] }), /unlisted id 99/],
    ['a string that is not in the table', encode({ ...cpu, function: [{ id: 1, name: 1000 }] }), /found index 1000/],
    ['a first string that is not empty', encode(cpu, ['x', ...strings.slice(1)]), /found "x"/],
  ] as const) {
    test(`refuses ${what}`, () => {
      assert.throws(() => summarize(bytes, 3), { name: 'Invalid', reason: 'malformed', message });
    });
  }
});

function encode(input: ProfileInput, texts: readonly string[] = strings): Uint8Array {
  const stringTable = new StringTable(emptyTableToken);
  for (const text of texts) stringTable.dedup(text);
  return new Profile({ ...input, stringTable }).encode();
}

function anyProfile(): fc.Arbitrary<ProfileInput> {
  const id = fc.integer({ min: 1, max: 5 });
  // From 1: pprof-format fails to write a message whose fields are all 0.
  const text = fc.integer({ min: 1, max: strings.length - 1 });
  const sampleType = fc.array(fc.record({ type: text, unit: text }), { minLength: 1, maxLength: 3 });
  const line = fc.record({ functionId: id });
  const location = fc
    .constant([1, 2, 3, 4, 5])
    .chain((ids) =>
      fc.tuple(
        ...ids.map((locationId) => fc.record({ id: fc.constant(locationId), address: fc.nat(), line: fc.array(line, { maxLength: 2 }) })),
      ),
    );
  const functions = fc
    .subarray([1, 2, 3, 4, 5])
    .chain((ids) => fc.tuple(...ids.map((functionId) => fc.record({ id: fc.constant(functionId), name: text }))));
  return sampleType.chain((types) => {
    const value = fc.array(fc.integer(), { minLength: types.length, maxLength: types.length });
    const sample = fc.array(fc.record({ locationId: fc.array(id, { maxLength: 3 }), value }), { maxLength: 5 });
    return fc.record({ sampleType: fc.constant(types), function: functions, location, sample, defaultSampleType: text });
  });
}

/** The same facts from pprof-format's own decoder. */
function expectedOf(profile: Profile): { types: object[]; samples: number; selves: Map<string, number> } {
  const textAt = (index: number | bigint): string => profile.stringTable.strings[Number(index)] ?? assert.fail('no such string');
  const names = profile.sampleType.map(({ type }) => textAt(type));
  const preferred = names.indexOf(textAt(profile.defaultSampleType));
  const column = preferred < 0 ? names.length - 1 : preferred;
  const selves = new Map<string, number>();
  for (const { locationId, value } of profile.sample) {
    const location = profile.location.find(({ id }) => id === locationId[0]);
    const leaf = profile.function.find(({ id }) => id === location?.line[0]?.functionId);
    const name = location === undefined ? '(no stack)' : leaf === undefined ? `0x${location.address.toString(16)}` : textAt(leaf.name);
    selves.set(name, (selves.get(name) ?? 0) + signed(value[column]));
  }
  const types = profile.sampleType.map(({ type, unit }, at) => ({
    type: textAt(type),
    unit: textAt(unit),
    total: profile.sample.reduce((sum, { value }) => sum + signed(value[at]), 0),
  }));
  return { types, samples: profile.sample.length, selves };
}

/** pprof-format reads every number as unsigned. */
function signed(value: number | bigint | undefined): number {
  return Number(BigInt.asIntN(64, BigInt(value ?? 0)));
}

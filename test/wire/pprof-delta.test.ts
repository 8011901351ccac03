import assert from 'node:assert/strict';
import { test } from 'node:test';
import { perftools } from '../../src/gen/pprof/index.js';
import { type Baseline, cumulativeTypes, subtract } from '../../src/wire/pprof-delta.ts';

const Profile = perftools.profiles.Profile;
const memory = cumulativeTypes.get('memory') ?? new Set<string>();
const mutex = cumulativeTypes.get('mutex') ?? new Set<string>();

interface Stack {
  /** Names of functions, leaf first; their addresses are made of them. */
  readonly frames: readonly string[];
  readonly values: readonly number[];
  readonly bytes?: number;
}

const memoryTypes = ['alloc_objects/count', 'alloc_space/bytes', 'inuse_objects/count', 'inuse_space/bytes'];

/** A profile as Go writes it; `shuffle` numbers everything the other way round. */
function profile(
  stacks: readonly Stack[],
  timeNanos: number,
  types = memoryTypes,
  options: { shuffle?: boolean; addresses?: boolean } = {},
): Uint8Array {
  const texts = [''];
  const text = (value: string): number => {
    const at = texts.indexOf(value);
    if (at >= 0) return at;
    texts.push(value);
    return texts.length - 1;
  };
  if (options.shuffle) for (const { frames } of [...stacks].reverse()) for (const frame of frames) text(frame);
  const names = [...new Set(stacks.flatMap(({ frames }) => frames))];
  if (options.shuffle) names.reverse();
  const address = (name: string): number =>
    options.addresses === false ? 0 : 0x400000 + [...name].reduce((sum, one) => sum * 31 + one.charCodeAt(0), 7);
  const bytes = Profile.encode(
    Profile.create({
      sampleType: types.map((one) => ({ type: text(one.split('/')[0] ?? ''), unit: text(one.split('/')[1] ?? '') })),
      sample: stacks.map(({ frames, values, bytes }) => ({
        locationId: frames.map((name) => names.indexOf(name) + 1),
        value: [...values],
        label: bytes === undefined ? [] : [{ key: text('bytes'), num: bytes }],
      })),
      mapping: [{ id: 1, filename: text('/bin/app') }],
      location: names.map((name, at) => ({ id: at + 1, mappingId: 1, address: address(name), line: [{ functionId: at + 1, line: 3 }] })),
      function: names.map((name, at) => ({ id: at + 1, name: text(name), systemName: text(name), filename: text(`${name}.go`) })),
      stringTable: [],
      timeNanos,
      periodType: { type: text('space'), unit: text('bytes') },
      period: 524_288,
    }),
  ).finish();
  // The texts come last, when all of them are known: a field of a message may be anywhere.
  return Buffer.concat([bytes, ...texts.map((one) => Profile.encode(Profile.create({ stringTable: [one] })).finish())]);
}

interface Read {
  readonly stacks: Record<string, number[]>;
  readonly texts: string[];
  readonly locations: number;
  readonly functions: number;
  readonly duration: number;
}

function read(bytes: Uint8Array): Read {
  const { sample, location, function: functions, stringTable, durationNanos } = Profile.decode(bytes);
  const name = (id: number): string => {
    const line = location.find((one) => Number(one.id) === id)?.line?.[0];
    const found = functions.find((one) => Number(one.id) === Number(line?.functionId));
    return stringTable[Number(found?.name)] ?? '?';
  };
  return {
    stacks: Object.fromEntries(
      sample.map((one) => [(one.locationId ?? []).map((id) => name(Number(id))).join('<'), (one.value ?? []).map(Number)]),
    ),
    texts: stringTable,
    locations: location.length,
    functions: functions.length,
    duration: Number(durationNanos),
  };
}

function difference(first: Uint8Array, second: Uint8Array, types = memory): Read | undefined {
  const { delta } = subtract(second, types, subtract(first, types, undefined).baseline);
  return delta && read(delta);
}

test('S12: the first profile gives nothing, the second what has been added; what counts the present passes as it is', () => {
  const first = profile([{ frames: ['a', 'main'], values: [1, 2, 3, 4] }], 1_000_000_000);
  assert.equal(subtract(first, memory, undefined).delta, undefined);
  const found = difference(first, profile([{ frames: ['a', 'main'], values: [10, 2, 3, 4] }], 16_000_000_000));
  assert.deepEqual(found?.stacks, { 'a<main': [9, 0, 3, 4] });
  assert.equal(found?.duration, 15_000_000_000);
});

test('keeps only what the samples that stay refer to, and the numbers of texts', () => {
  const idle = { frames: ['idle', 'main'], values: [5, 50, 0, 0] };
  const first = profile([idle, { frames: ['busy', 'main'], values: [1, 10, 0, 0] }], 1e9);
  const second = profile([idle, { frames: ['busy', 'main'], values: [3, 30, 0, 0] }], 2e9);
  const found = difference(first, second);
  assert.deepEqual(found?.stacks, { 'busy<main': [2, 20, 0, 0] });
  assert.deepEqual([found?.locations, found?.functions], [2, 2]);
  const all = Profile.decode(second).stringTable;
  assert.equal(found?.texts.length, all.length);
  for (const [at, text] of (found?.texts ?? []).entries()) if (text !== '') assert.equal(text, all[at]);
  for (const gone of ['idle', 'idle.go']) assert.ok(!found?.texts.includes(gone), gone);
  for (const kept of ['alloc_objects', 'space', 'busy', 'busy.go', '/bin/app']) assert.ok(found?.texts.includes(kept), kept);
});

test('knows stacks again whatever their numbers, and tells them apart by their labels', () => {
  const stacks: Stack[] = [
    { frames: ['a', 'main'], values: [1, 16, 0, 0], bytes: 16 },
    { frames: ['a', 'main'], values: [2, 64, 0, 0], bytes: 32 },
    { frames: ['b', 'main'], values: [7, 7, 0, 0] },
  ];
  const second = stacks.map((one) => ({ ...one, values: one.values.map((value) => value * 2) })).reverse();
  for (const addresses of [true, false]) {
    const { delta } = subtract(
      profile(second, 2e9, memoryTypes, { shuffle: true, addresses }),
      memory,
      subtract(profile(stacks, 1e9, memoryTypes, { addresses }), memory, undefined).baseline,
    );
    const values = Profile.decode(delta ?? new Uint8Array()).sample.map(({ value }) => value?.map(Number));
    assert.deepEqual(
      values.sort(),
      [
        [1, 16, 0, 0],
        [2, 64, 0, 0],
        [7, 7, 0, 0],
      ].sort(),
    );
  }
});

test('adds up stacks that stand there twice', () => {
  const first = profile([{ frames: ['a'], values: [1, 1, 0, 0] }], 1e9);
  const second = profile(
    [
      { frames: ['a'], values: [2, 2, 1, 1] },
      { frames: ['a'], values: [3, 3, 1, 1] },
    ],
    2e9,
  );
  assert.deepEqual(difference(first, second)?.stacks, { a: [4, 4, 2, 2] });
});

test('gives nothing when counts have fallen: the process has started anew', () => {
  const first = profile([{ frames: ['a'], values: [100, 100, 0, 0] }], 1e9);
  assert.equal(difference(first, profile([{ frames: ['a'], values: [3, 300, 0, 0] }], 2e9)), undefined);
  assert.equal(difference(first, profile([{ frames: ['b'], values: [3, 300, 0, 0] }], 2e9)), undefined);
});

test('subtracts mutex and block profiles, with numbers above 2^53', () => {
  const types = ['contentions/count', 'delay/nanoseconds'];
  const much = 2 ** 54;
  const first = profile([{ frames: ['lock'], values: [1, much] }], 1e9, types);
  const second = profile([{ frames: ['lock'], values: [4, much + 4096] }], 2e9, types);
  assert.deepEqual(difference(first, second, mutex)?.stacks, { lock: [3, 4096] });
});

test('S13: what is no such profile is refused and leaves what was known as it is', () => {
  const first = subtract(profile([{ frames: ['a'], values: [1, 1, 0, 0] }], 1e9), memory, undefined).baseline;
  const before: Baseline = { ...first, keys: first.keys.slice(), values: first.values.slice() };
  for (const broken of [
    Buffer.from('0a026f6b', 'hex'),
    Buffer.from('ff', 'hex'),
    profile([{ frames: ['a'], values: [1] }], 1e9, ['cpu/nanoseconds']),
  ])
    assert.throws(() => subtract(broken, memory, first), /not a valid protobuf message/);
  const whole = profile([{ frames: ['a'], values: [2, 2, 0, 0] }], 2e9);
  for (let cut = 1; cut < whole.length; cut += 3)
    try {
      subtract(whole.subarray(0, cut), memory, first);
    } catch (error) {
      assert.match(String(error), /not a valid protobuf message/);
    }
  assert.deepEqual(first, before);
});

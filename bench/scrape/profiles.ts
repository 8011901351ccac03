import { gzipSync } from 'node:zlib';
import { perftools } from '../../src/gen/pprof/index.js';

const Profile = perftools.profiles.Profile;

/** What a Go service of middling size serves: stacks per kind. */
const stacks: Readonly<Record<string, number>> = { allocs: 600, block: 60, mutex: 40, goroutine: 80, profile: 250 };
const depth = 16;

/** The kinds, by the end of their path below /debug/pprof/. */
export const kinds = Object.keys(stacks);

/** A profile of that kind as the `age`-th scrape of a process finds it, gzipped as Go does; what counts from the start grows with age. */
export function goProfile(kind: string, age: number): Uint8Array {
  const count = stacks[kind] ?? 0;
  const types =
    kind === 'allocs'
      ? ['alloc_objects/count', 'alloc_space/bytes', 'inuse_objects/count', 'inuse_space/bytes']
      : kind === 'goroutine'
        ? ['goroutine/count']
        : kind === 'profile'
          ? ['samples/count', 'cpu/nanoseconds']
          : ['contentions/count', 'delay/nanoseconds'];
  const texts = [''];
  const text = (value: string): number => {
    const at = texts.indexOf(value);
    if (at >= 0) return at;
    return texts.push(value) - 1;
  };
  const functions = Math.ceil(count * 1.5) + depth;
  const grows = kind !== 'goroutine' && kind !== 'profile';
  const profile = Profile.create({
    sampleType: types.map((one) => ({ type: text(one.split('/')[0] ?? ''), unit: text(one.split('/')[1] ?? '') })),
    mapping: [{ id: 1, filename: text('/app/server') }],
    sample: Array.from({ length: count }, (_, at) => ({
      locationId: Array.from({ length: depth }, (_, frame) => 1 + ((at * 7 + frame * (frame < 8 ? 13 : 1)) % functions)),
      // A part of the stacks is quiet, as in a service.
      value: types.map((type) => (grows && type.startsWith('inuse') ? at % 5 : (at + 1) * (grows && at % 4 === 0 ? age + 1 : 1))),
    })),
    location: Array.from({ length: functions }, (_, at) => ({
      id: at + 1,
      mappingId: 1,
      address: 0x400000 + at * 173,
      line: [{ functionId: at + 1, line: at % 900 }],
    })),
    function: Array.from({ length: functions }, (_, at) => {
      const name = text(`github.com/example/service/internal/package${at % 40}.(*Handler).method${at}`);
      return { id: at + 1, name, systemName: name, filename: text(`/src/internal/package${at % 40}/handler.go`) };
    }),
    stringTable: texts,
    timeNanos: 1_700_000_000_000_000_000 + age * 15_000_000_000,
    durationNanos: grows ? 0 : 14_000_000_000,
  });
  return gzipSync(Profile.encode(profile).finish());
}

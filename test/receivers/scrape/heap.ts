import { perftools } from '../../../src/gen/pprof/index.js';

const Profile = perftools.profiles.Profile;

/** A heap profile as Go serves it, not gzipped: so many objects allocated by each function. */
export function heapProfile(allocated: Readonly<Record<string, number>>): Uint8Array {
  const names = Object.keys(allocated);
  const texts = ['', 'alloc_objects', 'count', 'alloc_space', 'bytes', 'inuse_objects', 'inuse_space', ...names];
  return Profile.encode(
    Profile.create({
      sampleType: [1, 3, 5, 6].map((type) => ({ type, unit: type % 2 === 1 && type !== 3 ? 2 : 4 })),
      sample: names.map((name, at) => ({ locationId: [at + 1], value: [allocated[name] ?? 0, 8 * (allocated[name] ?? 0), 0, 0] })),
      location: names.map((_, at) => ({ id: at + 1, address: 0x1000 + at, line: [{ functionId: at + 1, line: 1 }] })),
      function: names.map((_, at) => ({ id: at + 1, name: 7 + at })),
      stringTable: texts,
      timeNanos: 1_700_000_000_000_000_000,
    }),
  ).finish();
}

/** Objects allocated according to such a profile. */
heapProfile.total = (profile: Uint8Array): number =>
  Profile.decode(profile).sample.reduce((sum, { value }) => sum + Number(value?.[0] ?? 0), 0);

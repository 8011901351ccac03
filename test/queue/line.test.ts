import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { Line } from '../../src/queue/line.ts';
import type { RecordInfo } from '../../src/queue/store.ts';
import { FakeClock } from '../support/fake-clock.ts';

/** What stands in line, in the plainest form. */
interface Standing {
  readonly info: RecordInfo;
  dueMs: number;
}

function infoOf(facts: Partial<RecordInfo>): RecordInfo {
  return { receivedAt: 0, tenant: '', profiles: 1, sizeBytes: 100, only: undefined, inOrder: false, ...facts };
}

const tenant = fc.constantFrom('a', 'b', 'c');
const step = fc.oneof(
  fc.record({ verb: fc.constant('arrive' as const), tenant, receivedAt: fc.integer({ min: 0, max: 50 }), inOrder: fc.boolean() }),
  fc.record({ verb: fc.constant('next' as const), order: fc.constantFrom('oldest' as const, 'newest' as const) }),
  fc.record({ verb: fc.constant('return' as const), afterMs: fc.constantFrom(0, 10, 30) }),
  fc.record({ verb: fc.constant('hold' as const), tenant, ms: fc.constantFrom(0, 15, 40) }),
  fc.record({ verb: fc.constant('remove' as const), pick: fc.nat({ max: 100 }) }),
  fc.record({ verb: fc.constant('advance' as const), ms: fc.constantFrom(1, 10, 20) }),
  fc.record({ verb: fc.constant('reset' as const) }),
);

test('a line yields who is next, whatever waits or is held, and knows the oldest of all', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 80 }), async (steps) => {
      const clock = new FakeClock(0);
      const infos: RecordInfo[] = [];
      const line = new Line(
        clock,
        (position) => infos[position],
        () => {},
      );
      const standing = new Map<number, Standing>();
      const holds = new Map<string, number>();
      const taken: number[] = [];
      const free = ([, { info, dueMs }]: [number, Standing]): boolean =>
        dueMs <= clock.monotonic() && (holds.get(info.tenant) ?? 0) <= clock.monotonic();
      for (const each of steps) {
        switch (each.verb) {
          case 'arrive': {
            const info = infoOf(each);
            line.add(infos.length, info);
            standing.set(infos.length, { info, dueMs: 0 });
            infos.push(info);
            break;
          }
          case 'next': {
            const candidates = [...standing].filter(free).sort(([a], [b]) => a - b);
            const newest = candidates.filter(([, { info }]) => !info.inOrder).at(-1);
            const expected = ((each.order === 'newest' ? newest : undefined) ?? candidates[0])?.[0];
            assert.equal(line.next(each.order), expected);
            if (expected === undefined) break;
            standing.delete(expected);
            taken.push(expected);
            break;
          }
          case 'return': {
            const position = taken.pop();
            const info = position === undefined ? undefined : infos[position];
            if (position === undefined || info === undefined) break;
            line.wait(position, info, each.afterMs, undefined);
            standing.set(position, { info, dueMs: clock.monotonic() + each.afterMs });
            break;
          }
          case 'hold':
            line.hold(each.tenant, each.ms);
            holds.set(each.tenant, clock.monotonic() + each.ms);
            break;
          case 'remove': {
            const position = [...standing.keys()][each.pick % Math.max(1, standing.size)] ?? -1;
            assert.equal(line.remove(position), standing.delete(position));
            break;
          }
          case 'advance':
            clock.jump(0);
            await clock.advance(each.ms);
            break;
          case 'reset':
            line.reset();
            holds.clear();
            for (const each of standing.values()) each.dueMs = 0;
            break;
          default:
            each satisfies never;
        }
        const oldest = [...standing].sort(([a, x], [b, y]) => x.info.receivedAt - y.info.receivedAt || a - b)[0];
        assert.equal(line.oldest?.position, oldest?.[0]);
      }
    }),
    { numRuns: 60 },
  );
});

test('a line looks at each record once, however many wait or are held in front of it', () => {
  const clock = new FakeClock(0);
  let looks = 0;
  const infos = Array.from({ length: 30_000 }, (_, at) => infoOf({ tenant: at < 10_000 ? 'bad' : 'good' }));
  const line = new Line(
    clock,
    (position) => {
      looks += 1;
      return infos[position];
    },
    () => {},
  );
  for (const [position, info] of infos.entries()) line.add(position, info);
  line.hold('bad', 60_000);
  assert.equal(line.next('oldest'), 10_000);
  const info = infoOf({ tenant: 'good' });
  for (let at = 10_001; at < 20_000; at++) line.wait(line.next('oldest') ?? -1, info, 60_000, undefined);
  looks = 0;
  for (let at = 20_000; at < 21_000; at++) assert.equal(line.next('oldest'), at);
  assert.ok(looks <= 3000, `${looks} looks for 1000 records`);
});

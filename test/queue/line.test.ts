import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
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
  return { bornAt: 0, tenant: '', profiles: 1, sizeBytes: 100, only: undefined, inOrder: false, ...facts };
}

const tenant = fc.constantFrom('a', 'b', 'c');
const step = fc.oneof(
  fc.record({ verb: fc.constant('arrive' as const), tenant, bornAt: fc.integer({ min: 0, max: 50 }), inOrder: fc.boolean() }),
  fc.record({ verb: fc.constant('next' as const), order: fc.constantFrom('oldest' as const, 'newest' as const) }),
  fc.record({ verb: fc.constant('return' as const), afterMs: fc.constantFrom(0, 10, 30) }),
  fc.record({ verb: fc.constant('hold' as const), tenant, ms: fc.constantFrom(0, 15, 40) }),
  fc.record({ verb: fc.constant('remove' as const), pick: fc.nat({ max: 100 }) }),
  fc.record({ verb: fc.constant('wake' as const), pick: fc.nat({ max: 100 }) }),
  fc.record({ verb: fc.constant('advance' as const), ms: fc.constantFrom(1, 10, 20) }),
  fc.record({ verb: fc.constant('reset' as const) }),
);

test('a line yields who is next, whatever waits or is held, and knows the oldest of all', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 80 }), async (steps) => {
      const clock = new FakeClock(0);
      const infos: RecordInfo[] = [];
      const line = new Line(clock, (position) => infos[position]);
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
            line.wait(position, info, each.afterMs);
            standing.set(position, { info, dueMs: clock.monotonic() + each.afterMs });
            break;
          }
          case 'hold':
            line.hold(each.tenant, each.ms);
            holds.set(each.tenant, clock.monotonic() + each.ms);
            break;
          case 'remove': {
            const position = [...standing.keys()][each.pick % Math.max(1, standing.size)] ?? -1;
            assert.equal(line.remove(position, infos[position] ?? infoOf({})), standing.delete(position));
            break;
          }
          case 'wake': {
            const position = [...standing.keys()][each.pick % Math.max(1, standing.size)] ?? -1;
            line.wake(position);
            const woken = standing.get(position);
            if (woken !== undefined) woken.dueMs = 0;
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
        const oldest = [...standing].sort(([a, x], [b, y]) => x.info.bornAt - y.info.bornAt || a - b)[0];
        assert.equal(line.oldest?.position, oldest?.[0]);
        assert.deepEqual(
          [...line.standing],
          [...standing.keys()].sort((a, b) => a - b),
        );
      }
    }),
    { numRuns: 60 },
  );
});

test('a line looks at no record in vain, however many wait or are held in front of it', () => {
  const clock = new FakeClock(0);
  let looks = 0;
  const infos = Array.from({ length: 30_000 }, (_, at) => infoOf({ tenant: at < 10_000 ? 'bad' : 'good' }));
  const line = new Line(clock, (position) => {
    looks += 1;
    return infos[position];
  });
  for (const [position, info] of infos.entries()) line.add(position, info);
  line.hold('bad', 60_000);
  assert.equal(line.next('oldest'), 10_000);
  const info = infoOf({ tenant: 'good' });
  for (let at = 10_001; at < 20_000; at++) line.wait(line.next('oldest') ?? -1, info, 60_000);
  for (let at = 20_000; at < 21_000; at++) assert.equal(line.next('oldest'), at);
  assert.equal(looks, 0);
});

test('tenants that are held cost by what they have in line, and a take nothing by their number', () => {
  const [tenants, records] = [2000, 200_000];
  const infos = Array.from({ length: tenants }, (_, at) => infoOf({ tenant: `t${at}` }));
  const line = new Line(new FakeClock(0), (position) => infos[position % tenants]);
  const before = process.memoryUsage().arrayBuffers;
  for (let position = 0; position < records; position++) line.add(position, infos[position % tenants] ?? infoOf({}));
  for (let at = 0; at < tenants; at++) line.hold(`t${at}`, 60_000);
  const heldBytes = process.memoryUsage().arrayBuffers - before;
  assert.ok(heldBytes < 40 * records, `${heldBytes} bytes for ${records} records`);
  assert.equal(line.next('oldest'), undefined);
  line.hold('t7', 0);
  assert.deepEqual([line.next('oldest'), line.next('oldest'), line.next('newest')], [7, 2007, records - tenants + 7]);
});

test('tenants that have nothing in line any more cost no memory', () => {
  setFlagsFromString('--expose-gc');
  const gc: unknown = runInNewContext('gc');
  assert.ok(typeof gc === 'function');
  const line = new Line(new FakeClock(0), () => undefined);
  gc();
  const before = process.memoryUsage().heapUsed;
  for (let at = 0; at < 20_000; at++) {
    line.add(at, infoOf({ tenant: `t${at}` }));
    if (at > 100) line.next('oldest');
  }
  gc();
  const keptBytes = process.memoryUsage().heapUsed - before;
  assert.ok(keptBytes < 2 ** 21, `${keptBytes} bytes`);
  assert.equal(line.standing.size, 101);
});

import assert from 'node:assert/strict';
import test from 'node:test';
import { Expiry } from '../../../src/exporters/pyroscope/delivery/expiry.ts';
import type { Lease } from '../../../src/queue/log.ts';
import { MemoryLog } from '../../../src/queue/memory.ts';
import { options, record } from '../../queue/contract.ts';
import { FakeClock, settle } from '../../support/fake-clock.ts';

const limits = { maxSizeBytes: 2 ** 30, overflow: 'refuse', fsync: 'never' } as const;

/** A cursor with so many records of so many bytes, all a second old. */
async function backlog(count: number, bytes: number) {
  const clock = new FakeClock();
  const log = new MemoryLog(limits, clock);
  const cursor = await log.cursor('a', options());
  const body = Buffer.alloc(bytes);
  for (let at = 0; at < count; at++) void log.append([record('x', { body, receivedAt: clock.now() })]);
  await clock.advance(1000);
  return cursor;
}

for (const [count, bytes, most] of [
  [200, 10, 64],
  [20, 2 ** 20, 8],
] as const) {
  test(`of ${count} records of ${bytes} bytes that are too old ${most} end at a time`, async () => {
    const cursor = await backlog(count, bytes);
    let [together, highest] = [0, 0];
    const expiry = new Expiry(cursor, async (lease) => {
      together += 1;
      highest = Math.max(highest, together);
      await settle();
      together -= 1;
      lease.done();
      return true;
    });
    await expiry.run(999);
    assert.deepEqual([highest, cursor.stats.records], [most, 0]);
  });
}

test('what is not too old stays', async () => {
  const cursor = await backlog(3, 10);
  await new Expiry(cursor, () => assert.fail('nothing has expired')).run(1000);
  assert.equal(cursor.stats.records, 3);
});

test('no more is taken once one could not end, or it was stopped', async () => {
  for (const why of ['failure', 'stop']) {
    const cursor = await backlog(200, 10);
    let ended = 0;
    const end = async (lease: Lease): Promise<boolean> => {
      ended += 1;
      if (why === 'stop') void expiry.stop();
      else if (ended === 10) {
        lease.release(0);
        return false;
      }
      lease.done();
      return true;
    };
    const expiry: Expiry = new Expiry(cursor, end);
    await expiry.run(999);
    assert.equal(ended, 64, why);
    assert.equal(cursor.stats.leased, 0);
  }
});

test('stop() waits for what is under way, and nothing begins after it', async () => {
  const cursor = await backlog(3, 10);
  const held = Promise.withResolvers<void>();
  let ended = 0;
  const expiry = new Expiry(cursor, async (lease) => {
    await held.promise;
    lease.done();
    ended += 1;
    return true;
  });
  const running = expiry.run(999);
  await settle();
  const stopped = expiry.stop().then(() => ended);
  await settle();
  held.resolve();
  assert.equal(await stopped, 3);
  await running;
  await expiry.run(0);
  assert.equal(ended, 3);
});

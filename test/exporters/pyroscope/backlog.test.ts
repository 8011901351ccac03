import assert from 'node:assert/strict';
import test from 'node:test';
import { takeAll } from '../../../src/exporters/pyroscope/backlog.ts';
import { Orphan } from '../../../src/exporters/pyroscope/orphan.ts';
import { MemoryLog } from '../../../src/queue/memory.ts';
import { options, record } from '../../queue/contract.ts';
import { FakeClock, settle } from '../../support/fake-clock.ts';
import { createTestHost } from '../../support/host.ts';

const limits = { maxSizeBytes: 2 ** 30, overflow: 'refuse', fsync: 'never' } as const;

/** A cursor with so many records of so many bytes. */
async function backlog(count: number, bytes: number) {
  const clock = new FakeClock();
  const log = new MemoryLog(limits, clock);
  const cursor = await log.cursor('a', options());
  const body = Buffer.alloc(bytes);
  for (let at = 0; at < count; at++) await log.append(record('x', { body }));
  return { clock, log, cursor };
}

for (const [count, bytes, most] of [
  [200, 10, 64],
  [20, 2 ** 20, 8],
] as const) {
  test(`a backlog of ${count} records of ${bytes} bytes ends ${most} at a time`, async () => {
    const { cursor } = await backlog(count, bytes);
    let [together, highest] = [0, 0];
    await takeAll(cursor, Number.POSITIVE_INFINITY, async (lease) => {
      together += 1;
      highest = Math.max(highest, together);
      await settle();
      together -= 1;
      lease.done();
      return true;
    });
    assert.deepEqual([highest, cursor.stats.records], [most, 0]);
  });
}

test('no more of a backlog is taken once one could not end, or the signal has aborted', async () => {
  for (const why of ['failure', 'abort']) {
    const { cursor } = await backlog(200, 10);
    const controller = new AbortController();
    let ended = 0;
    const end = async (lease: { done(): void; release(afterMs: number): void }): Promise<boolean> => {
      ended += 1;
      if (why === 'abort') controller.abort();
      else if (ended === 10) {
        lease.release(0);
        return false;
      }
      lease.done();
      return true;
    };
    await takeAll(cursor, Number.POSITIVE_INFINITY, end, controller.signal);
    assert.equal(ended, 64, why);
    assert.equal(cursor.stats.leased, 0);
  }
});

test('an orphan that is closed while it buries what is too old counts that once, and gives it back to nobody', async () => {
  const { clock, log, cursor } = await backlog(3, 10);
  const host = createTestHost({ clock });
  const buried = Promise.withResolvers<void>();
  const orphan = new Orphan(host, cursor, () => buried.promise);
  const expired = orphan.expire(-1);
  await settle();
  const closed = orphan.close();
  await settle();
  buried.resolve();
  await expired;
  await closed;
  assert.equal(host.account('a').deadLettered.expired, 3);
  assert.equal((await log.cursor('a', options())).stats.records, 0);
});

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { type Account, emptyAccount } from '../../src/core/account.ts';
import type { Clock } from '../../src/core/clock.ts';
import { Invalid, Refused } from '../../src/core/errors.ts';
import type { Cursor, CursorOptions, Limits, Log, LogRecord } from '../../src/queue/log.ts';
import { FakeClock, settle } from '../support/fake-clock.ts';

/** Opens an empty log that the test closes. */
export type OpenEmpty = (clock: Clock, limits: Limits) => Promise<Log>;

const roomy: Limits = { maxSizeBytes: 64 * 2 ** 20, overflow: 'drop_oldest', fsync: 'group' };

/** A record whose body is its name. */
export function record(name: string, facts: Partial<LogRecord> = {}): LogRecord {
  return {
    receivedAt: 1_700_000_000_000,
    tenant: '',
    profiles: 1,
    only: undefined,
    inOrder: false,
    head: Buffer.from(`head of ${name}`),
    body: Buffer.from(name),
    ...facts,
  };
}

/** The name of a record made by record(). */
export function nameOf(stored: LogRecord): string {
  return Buffer.from(stored.body).toString();
}

/** Options of a cursor that begins at the end, with books of its own. */
export function options(facts: Partial<CursorOptions> = {}): CursorOptions & { readonly account: Account } {
  return { from: 'end', retired: false, account: emptyAccount(), ...facts };
}

/** Takes and ends so many records; their names. */
export async function drain(cursor: Cursor, count: number, order: 'oldest' | 'newest' = 'oldest'): Promise<string[]> {
  const names: string[] = [];
  for (let at = 0; at < count; at++) {
    const lease = await cursor.take(order, new AbortController().signal);
    names.push(nameOf(lease.record));
    lease.done();
  }
  return names;
}

/** Asserts that a take() waits. */
export async function assertNothing(cursor: Cursor, order: 'oldest' | 'newest' = 'oldest'): Promise<void> {
  const controller = new AbortController();
  const taken = cursor.take(order, controller.signal).then(
    (lease) => nameOf(lease.record),
    () => undefined,
  );
  await settle();
  controller.abort();
  assert.equal(await taken, undefined, 'nothing may be taken now');
}

/** What an account says is still queued. */
export function balance(account: Account): number {
  const gone = [...Object.values(account.dropped), ...Object.values(account.deadLettered)].reduce((sum, n) => sum + n, 0);
  return account.accepted + account.recovered - account.delivered - gone;
}

/** What every log keeps, whatever its driver. */
export function testLogContract(driver: string, openEmpty: OpenEmpty): void {
  const logTest = (name: string, run: (log: Log, clock: FakeClock) => Promise<void>, limits: Limits = roomy): void => {
    test(name, async () => {
      const clock = new FakeClock();
      const log = await openEmpty(clock, limits);
      try {
        await run(log, clock);
      } finally {
        await log.close();
      }
    });
  };
  const never = new AbortController().signal;

  describe(`${driver} log`, () => {
    logTest('yields records in the order of append, as they were', async (log) => {
      const cursor = await log.cursor('a', options());
      const records = ['1', '2', '3'].map((name) => record(name, { tenant: `t${name}`, profiles: Number(name), inOrder: name === '2' }));
      await Promise.all(records.map((each) => log.append(each)));
      for (const each of records) {
        const lease = await cursor.take('oldest', never);
        assert.deepEqual({ ...lease.record, head: Buffer.from(lease.record.head), body: Buffer.from(lease.record.body) }, each);
        lease.done();
      }
    });

    logTest('gives every cursor every record appended while it exists', async (log) => {
      const early = await log.cursor('early', options());
      await log.append(record('1'));
      const late = await log.cursor('late', options());
      const oldest = await log.cursor('oldest', options({ from: 'oldest' }));
      await log.append(record('2'));
      assert.deepEqual(await drain(early, 2), ['1', '2']);
      assert.deepEqual(await drain(late, 1), ['2']);
      assert.deepEqual(await drain(oldest, 2), ['1', '2']);
      for (const cursor of [early, late, oldest]) await assertNothing(cursor);
    });

    logTest('keeps nothing when there is no cursor', async (log) => {
      await log.append(record('1'));
      const cursor = await log.cursor('a', options({ from: 'oldest' }));
      assert.equal(log.stats.records, 0);
      await assertNothing(cursor);
    });

    logTest('lets a take wait for the next record', async (log) => {
      const cursor = await log.cursor('a', options());
      const lease = cursor.take('oldest', never);
      await log.append(record('1'));
      assert.equal(nameOf((await lease).record), '1');
    });

    logTest('rejects a take with the reason of its signal, and loses nothing by it', async (log) => {
      const cursor = await log.cursor('a', options());
      const controller = new AbortController();
      const lease = cursor.take('oldest', controller.signal);
      controller.abort('enough');
      await assert.rejects(lease, (why) => why === 'enough');
      await assert.rejects(cursor.take('oldest', controller.signal), (why) => why === 'enough');
      await log.append(record('1'));
      assert.deepEqual(await drain(cursor, 1), ['1']);
    });

    logTest('refuses a second take while one waits', async (log) => {
      const cursor = await log.cursor('a', options());
      const first = cursor.take('oldest', never);
      await assert.rejects(cursor.take('oldest', never), /has a take\(\) already/);
      await log.append(record('1'));
      assert.equal(nameOf((await first).record), '1');
    });

    logTest('lets a released record wait while others pass it', async (log, clock) => {
      const cursor = await log.cursor('a', options());
      await log.append(record('1'));
      await log.append(record('2'));
      (await cursor.take('oldest', never)).release(1000);
      assert.deepEqual(await drain(cursor, 1), ['2']);
      await assertNothing(cursor);
      const lease = cursor.take('oldest', never);
      await clock.advance(999);
      assert.equal(await Promise.race([lease.then(nameOfLease), settle().then(() => 'waits')]), 'waits');
      await clock.advance(1);
      assert.equal(nameOf((await lease).record), '1');
    });

    logTest('ends a wait when its signal aborts', async (log) => {
      const cursor = await log.cursor('a', options());
      const wake = new AbortController();
      await log.append(record('1'));
      (await cursor.take('oldest', never)).release(60_000, wake.signal);
      const lease = cursor.take('oldest', never);
      wake.abort();
      (await lease).release(60_000, wake.signal);
      assert.deepEqual(await drain(cursor, 1), ['1'], 'a signal that has aborted makes nobody wait');
    });

    logTest('gives a released record its old place back', async (log) => {
      const cursor = await log.cursor('a', options());
      for (const name of ['1', '2', '3']) await log.append(record(name));
      const [first, second] = [await cursor.take('oldest', never), await cursor.take('oldest', never)];
      second.release(0);
      first.release(0);
      assert.deepEqual(await drain(cursor, 3), ['1', '2', '3']);
    });

    logTest('passes the records of a held tenant until the hold is over', async (log, clock) => {
      const cursor = await log.cursor('a', options());
      for (const name of ['1', '2', '3', '4']) await log.append(record(name, { tenant: name === '2' ? 'other' : 'bad' }));
      cursor.hold('bad', 5000);
      assert.deepEqual(await drain(cursor, 1), ['2']);
      await log.append(record('5', { tenant: 'bad' }));
      await log.append(record('6', { tenant: 'other' }));
      assert.deepEqual(await drain(cursor, 1), ['6']);
      const lease = cursor.take('oldest', never);
      await clock.advance(5000);
      assert.equal(nameOf((await lease).record), '1');
      cursor.hold('bad', 5000);
      await assertNothing(cursor);
      cursor.hold('bad', 0);
      assert.deepEqual(await drain(cursor, 3), ['3', '4', '5']);
    });

    logTest('yields the newest first on request, but for records that must keep their turn', async (log) => {
      const cursor = await log.cursor('a', options());
      for (const name of ['1', '2', '3', '4']) await log.append(record(name, { inOrder: name === '1' || name === '4' }));
      assert.deepEqual(await drain(cursor, 1, 'newest'), ['3']);
      assert.deepEqual(await drain(cursor, 1, 'oldest'), ['1']);
      assert.deepEqual(await drain(cursor, 2, 'newest'), ['2', '4']);
    });

    logTest('ends a lease once', async (log) => {
      const cursor = await log.cursor('a', options());
      await log.append(record('1'));
      const lease = await cursor.take('oldest', never);
      lease.done();
      assert.throws(() => lease.done(), /has ended already/);
      assert.throws(() => lease.release(0), /has ended already/);
      await assert.rejects(lease.replace(record('2')), /has ended already/);
      assert.equal(cursor.stats.records, 0);
    });

    logTest('replaces a record for its own cursor alone, without counting it as accepted again', async (log) => {
      const [a, b] = [options(), options()];
      const [cursor, other] = [await log.cursor('a', a), await log.cursor('b', b)];
      await log.append(record('whole', { profiles: 5 }));
      const lease = await cursor.take('oldest', never);
      a.account.delivered += 3;
      await lease.replace(record('rest', { profiles: 2 }));
      assert.deepEqual(cursor.stats.profiles, 2);
      assert.equal(balance(a.account), 2);
      assert.deepEqual(await drain(cursor, 1), ['rest']);
      assert.deepEqual(await drain(other, 1), ['whole']);
      await assertNothing(other);
    });

    logTest('yields a record with `only` to that cursor', async (log) => {
      const [a, b] = [options(), options()];
      const [cursor, other] = [await log.cursor('a', a), await log.cursor('b', b)];
      await log.append(record('1', { only: 'a' }));
      await log.append(record('2', { only: 'nobody' }));
      assert.deepEqual([a.account.accepted, b.account.accepted], [1, 0]);
      await assertNothing(other);
      assert.deepEqual(await drain(cursor, 1), ['1']);
      assert.equal(log.stats.records, 0);
    });

    logTest('finds what is too old wherever it stands, but for leased records', async (log, clock) => {
      const cursor = await log.cursor('a', options());
      const start = clock.now();
      await log.append(record('leased', { receivedAt: start - 9000 }));
      const leased = await cursor.take('oldest', never);
      await log.append(record('waiting', { receivedAt: start - 8000 }));
      (await cursor.take('oldest', never)).release(60_000);
      await log.append(record('held', { receivedAt: start - 7000, tenant: 'bad' }));
      cursor.hold('bad', 60_000);
      await assertNothing(cursor);
      await log.append(record('young', { receivedAt: start }));
      await log.append(record('late', { receivedAt: start - 8500 }));
      await cursor.pause(true);
      const expired: string[] = [];
      for (let lease = await cursor.takeExpired(start); lease !== undefined; lease = await cursor.takeExpired(start)) {
        expired.push(nameOf(lease.record));
        lease.done();
      }
      assert.deepEqual(expired, ['late', 'waiting', 'held']);
      assert.equal(cursor.stats.oldestReceivedAt, start - 9000);
      leased.release(0);
      assert.equal(nameOf((await cursor.takeExpired(start))?.record ?? record('none')), 'leased');
    });

    logTest('yields nothing while paused', async (log) => {
      const cursor = await log.cursor('a', options());
      await cursor.pause(true);
      await log.append(record('1'));
      await assertNothing(cursor);
      const lease = cursor.take('oldest', never);
      await cursor.pause(false);
      assert.equal(nameOf((await lease).record), '1');
    });

    logTest('lets the next holder in when the first has closed, with everything that was not done', async (log) => {
      const { account } = options();
      const first = await log.cursor('a', options({ account }));
      for (const name of ['1', '2', '3']) await log.append(record(name));
      await drain(first, 1);
      const lease = await first.take('oldest', never);
      (await first.take('oldest', never)).release(60_000);
      const waits = first.take('oldest', never);
      const refused = assert.rejects(waits, /was closed/);
      let entered = false;
      const second = log.cursor('a', options({ account })).then((cursor) => {
        entered = true;
        return cursor;
      });
      await settle();
      assert.equal(entered, false);
      await first.close();
      await refused;
      assert.throws(() => lease.done(), /has ended already/);
      await assert.rejects(first.take('oldest', never), /was closed/);
      assert.deepEqual(await drain(await second, 2), ['2', '3']);
      assert.deepEqual([account.accepted, account.recovered], [3, 0]);
    });

    logTest('gives a cursor that nobody holds its records all the same', async (log) => {
      const { account } = options();
      await (await log.cursor('a', options({ account }))).close();
      await log.append(record('1'));
      assert.deepEqual(await drain(await log.cursor('a', options({ account })), 1), ['1']);
      assert.equal(account.accepted, 1);
    });

    logTest('gives a retired cursor nothing new, and what came meanwhile never', async (log) => {
      const cursor = await log.cursor('a', options());
      const other = await log.cursor('b', options());
      await log.append(record('1'));
      await log.append(record('2'));
      await cursor.close();
      const retired = await log.cursor('a', options({ retired: true }));
      await log.append(record('3'));
      assert.deepEqual(await drain(retired, 1), ['1']);
      assert.deepEqual(
        [...log.names()],
        [
          { name: 'a', retired: true },
          { name: 'b', retired: false },
        ],
      );
      await retired.close();
      const again = await log.cursor('a', options());
      await log.append(record('4'));
      assert.deepEqual(await drain(again, 2), ['2', '4']);
      await drain(other, 4);
      assert.equal(log.stats.records, 0);
    });

    logTest('forgets a cursor with what only it needed', async (log) => {
      const cursor = await log.cursor('a', options());
      const other = await log.cursor('b', options());
      await log.append(record('1'));
      await drain(other, 1);
      await log.append(record('2'));
      const forgotten = log.forget('a');
      await settle();
      assert.equal(log.names().length, 2, 'its holder keeps it');
      await cursor.close();
      await forgotten;
      await log.forget('a');
      assert.equal(log.stats.records, 1);
      assert.deepEqual(await drain(other, 1), ['2']);
    });

    logTest('lets a holder forget its cursor, and whoever waited for it begins a new one', async (log) => {
      const held = await log.cursor('a', options());
      await log.append(record('1'));
      const { account } = options();
      const waiting = log.cursor('a', options({ account }));
      await held.forget();
      const fresh = await waiting;
      assert.equal(fresh.stats.records, 0);
      await log.append(record('2'));
      assert.deepEqual(await drain(fresh, 1), ['2']);
      assert.deepEqual([account.accepted, account.recovered], [1, 0]);
      await fresh.forget();
      assert.deepEqual(log.names(), []);
    });

    logTest('changes nothing for who does not wait any longer', async (log) => {
      const held = await log.cursor('a', options());
      const leaving = new AbortController();
      const attempts = [log.cursor('a', options({ retired: true }), leaving.signal), log.rename('a', 'b', leaving.signal)];
      const next = log.cursor('a', options());
      leaving.abort(new Error('left'));
      await held.close();
      for (const attempt of attempts) await assert.rejects(attempt, /left/);
      await next;
      assert.deepEqual(log.names(), [{ name: 'a', retired: false }]);
    });

    logTest('renames a cursor with what it has not passed', async (log) => {
      const cursor = await log.cursor('old', options());
      await log.append(record('1'));
      await (await cursor.take('oldest', never)).replace(record('rest'));
      await cursor.close();
      await log.rename('old', 'new');
      const { account } = options();
      const renamed = await log.cursor('new', options({ account }));
      await log.append(record('2'));
      assert.deepEqual(await drain(renamed, 2), ['rest', '2']);
      assert.deepEqual([account.recovered, account.accepted], [1, 1]);
      await assert.rejects(log.rename('old', 'other'), /no cursor old/);
      await (await log.cursor('third', options())).close();
      await assert.rejects(log.rename('third', 'new'), /cursor new already/);
    });

    logTest('shows what some cursor has not passed, in order, and takes nothing', async (log) => {
      const [cursor, other] = [await log.cursor('a', options()), await log.cursor('b', options())];
      for (const name of ['1', '2', '3']) await log.append(record(name));
      await drain(cursor, 2);
      await drain(other, 1);
      const shown: [string, readonly string[]][] = [];
      for await (const { record: each, cursors } of log.records()) shown.push([nameOf(each), cursors]);
      assert.deepEqual(shown, [
        ['2', ['b']],
        ['3', ['a', 'b']],
      ]);
      assert.deepEqual(await drain(other, 2), ['2', '3']);
    });

    logTest('takes a record by its position from wherever it stands in line', async (log) => {
      const cursor = await log.cursor('a', options());
      for (const name of ['1', '2', '3']) await log.append(record(name, { tenant: 'bad' }));
      const first = await cursor.take('oldest', never);
      cursor.hold('bad', 60_000);
      await cursor.pause(true);
      const lease = await cursor.takeAt(first.position + 1);
      assert.equal(nameOf(lease?.record ?? record('none')), '2');
      lease?.done();
      for (const position of [first.position, first.position + 1, 99]) assert.equal(await cursor.takeAt(position), undefined);
      assert.equal(cursor.stats.records, 2);
    });

    logTest('tells what a cursor has not passed', async (log) => {
      const cursor = await log.cursor('a', options());
      assert.deepEqual(cursor.stats, { records: 0, profiles: 0, sizeBytes: 0, leased: 0, oldestReceivedAt: undefined });
      await log.append(record('1', { profiles: 2, receivedAt: 1000 }));
      await log.append(record('2', { profiles: 3, receivedAt: 2000 }));
      const lease = await cursor.take('oldest', never);
      const { sizeBytes, ...counts } = cursor.stats;
      assert.deepEqual(counts, { records: 2, profiles: 5, leased: 1, oldestReceivedAt: 1000 });
      assert.ok(sizeBytes > 0);
      lease.done();
      assert.deepEqual([cursor.stats.records, cursor.stats.profiles, cursor.stats.oldestReceivedAt], [1, 3, 2000]);
      assert.equal(log.stats.records, 1);
    });

    const twoMebibytes: Limits = { ...roomy, maxSizeBytes: 2 * 2 ** 20 };
    const tenth = (name: string): LogRecord => record(name, { body: Buffer.alloc(200_000, name) });

    logTest(
      'stays within its size and drops the oldest, for whoever needs it and for nobody else',
      async (log) => {
        const [a, b] = [options(), options()];
        const [behind, ahead] = [await log.cursor('behind', a), await log.cursor('ahead', b)];
        for (let at = 0; at < 40; at++) {
          await log.append(tenth(String(at % 10)));
          await drain(ahead, 1);
          assert.ok(log.stats.sizeBytes <= twoMebibytes.maxSizeBytes, `${log.stats.sizeBytes} bytes`);
        }
        assert.equal(b.account.dropped.overflow, 0);
        assert.ok(a.account.dropped.overflow >= 30, `${a.account.dropped.overflow} dropped`);
        assert.ok(behind.stats.records >= 7, `${behind.stats.records} left`);
        assert.equal(balance(a.account), behind.stats.profiles);
        assert.equal((await drain(behind, behind.stats.records)).at(-1)?.at(-1), '9');
      },
      twoMebibytes,
    );

    logTest(
      'leaves a leased record readable when overflow takes it, and counts it by its verdict',
      async (log) => {
        const { account } = options();
        const cursor = await log.cursor('a', options({ account }));
        for (const name of ['1', '2']) await log.append(tenth(name));
        const [done, released] = [await cursor.take('oldest', never), await cursor.take('oldest', never)];
        for (let at = 0; at < 40; at++) await log.append(tenth('x'));
        const droppedBefore = account.dropped.overflow;
        assert.equal(nameOf(done.record).at(0), '1');
        done.done();
        account.delivered += 1;
        assert.equal(account.dropped.overflow, droppedBefore);
        released.release(0);
        assert.equal(account.dropped.overflow, droppedBefore + 1);
        assert.equal(balance(account), cursor.stats.profiles);
      },
      twoMebibytes,
    );

    logTest(
      'refuses what does not fit, before anything is stored',
      async (log) => {
        const { account } = options();
        const cursor = await log.cursor('a', options({ account }));
        let stored = 0;
        while (log.refusal(200_100) === undefined) {
          await log.append(tenth('1'));
          stored += 1;
        }
        assert.ok(stored >= 7 && stored <= 10, `${stored} stored`);
        assert.equal(refusedReason(log.refusal(200_100)), 'queue_full');
        await assert.rejects(log.append(tenth('2')), (why) => refusedReason(why) === 'queue_full');
        assert.equal(account.accepted, stored);
        assert.equal((await drain(cursor, stored)).length, stored);
        assert.equal(log.refusal(200_100), undefined);
      },
      { ...twoMebibytes, overflow: 'refuse' },
    );

    logTest(
      'says that a record larger than the whole log will never fit',
      async (log) => {
        await log.cursor('a', options());
        assert.equal(invalidReason(log.refusal(3 * 2 ** 20)), 'too_large');
        await assert.rejects(log.append(record('1', { body: Buffer.alloc(3 * 2 ** 20) })), (why) => invalidReason(why) === 'too_large');
        log.limit(roomy);
        await log.append(record('1', { body: Buffer.alloc(3 * 2 ** 20) }));
      },
      twoMebibytes,
    );
  });
}

function nameOfLease(lease: { readonly record: LogRecord }): string {
  return nameOf(lease.record);
}

function refusedReason(why: unknown): string | undefined {
  return why instanceof Refused ? why.reason : undefined;
}

function invalidReason(why: unknown): string | undefined {
  return why instanceof Invalid ? why.reason : undefined;
}

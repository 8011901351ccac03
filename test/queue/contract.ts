import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { type Account, emptyAccount } from '../../src/core/account.ts';
import type { Clock } from '../../src/core/clock.ts';
import { Invalid, Refused } from '../../src/core/errors.ts';
import type { Cursor, CursorOptions, Lease, Limits, Log, LogRecord } from '../../src/queue/log.ts';
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

/** The next record, waited for. */
export async function take(cursor: Cursor, order: 'oldest' | 'newest' = 'oldest'): Promise<Lease> {
  for (;;) {
    const free = new Promise<void>((resolve) => {
      cursor.onFree = resolve;
    });
    const taken = cursor.take(order);
    const lease = await taken;
    if (lease !== undefined) return lease;
    if (taken === undefined) await free;
  }
}

/** Takes and ends so many records; their names. */
export async function drain(cursor: Cursor, count: number, order: 'oldest' | 'newest' = 'oldest'): Promise<string[]> {
  const names: string[] = [];
  for (let at = 0; at < count; at++) {
    const lease = await take(cursor, order);
    names.push(nameOf(lease.record));
    lease.done();
  }
  return names;
}

/** Asserts that nobody is free. */
export async function assertNothing(cursor: Cursor, order: 'oldest' | 'newest' = 'oldest'): Promise<void> {
  await settle();
  const lease = await cursor.take(order);
  assert.equal(lease && nameOf(lease.record), undefined, 'nothing may be taken now');
}

/** Appends one record. */
export async function append(log: Log, record: LogRecord): Promise<void> {
  await log.append([record]);
}

/** Counts how often a cursor says that somebody may be free. */
export function countFree(cursor: Cursor): { count: number } {
  const counted = { count: 0 };
  cursor.onFree = () => {
    counted.count += 1;
  };
  return counted;
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

  describe(`${driver} log`, () => {
    logTest('yields records in the order of append, as they were', async (log) => {
      const cursor = await log.cursor('a', options());
      const records = ['1', '2', '3'].map((name) => record(name, { tenant: `t${name}`, profiles: Number(name), inOrder: name === '2' }));
      await Promise.all(records.map((each) => append(log, each)));
      for (const each of records) {
        const lease = await take(cursor);
        assert.deepEqual({ ...lease.record, head: Buffer.from(lease.record.head), body: Buffer.from(lease.record.body) }, each);
        lease.done();
      }
    });

    logTest('gives every cursor every record appended while it exists', async (log) => {
      const early = await log.cursor('early', options());
      await append(log, record('1'));
      const late = await log.cursor('late', options());
      const oldest = await log.cursor('oldest', options({ from: 'oldest' }));
      await append(log, record('2'));
      assert.deepEqual(await drain(early, 2), ['1', '2']);
      assert.deepEqual(await drain(late, 1), ['2']);
      assert.deepEqual(await drain(oldest, 2), ['1', '2']);
      for (const cursor of [early, late, oldest]) await assertNothing(cursor);
    });

    logTest('keeps nothing when there is no cursor', async (log) => {
      await append(log, record('1'));
      const cursor = await log.cursor('a', options({ from: 'oldest' }));
      assert.equal(log.stats.records, 0);
      await assertNothing(cursor);
    });

    logTest('tells when a record came after nobody was free, and only then', async (log) => {
      const cursor = await log.cursor('a', options());
      const free = countFree(cursor);
      await append(log, record('1'));
      assert.equal(free.count, 1, 'nothing was asked for yet');
      await append(log, record('2'));
      assert.equal(free.count, 1, 'that there may be more is known');
      const leases = [await cursor.take('oldest'), await cursor.take('oldest')];
      assert.equal(cursor.take('oldest'), undefined);
      await append(log, record('3'));
      assert.equal(free.count, 2);
      assert.deepEqual(
        leases.map((lease) => lease && nameOf(lease.record)),
        ['1', '2'],
      );
    });

    logTest('yields a record to a listener that takes it at once', async (log) => {
      const cursor = await log.cursor('a', options());
      const names: string[] = [];
      cursor.onFree = () => {
        for (let lease = cursor.take('oldest'); lease !== undefined; lease = cursor.take('oldest')) {
          assert.ok(!(lease instanceof Promise), 'what was appended just now is in memory');
          names.push(nameOf(lease.record));
          lease.done();
        }
      };
      await append(log, record('1'));
      await log.append([record('2'), record('3')]);
      assert.deepEqual(names, ['1', '2', '3']);
      assert.equal(cursor.stats.records, 0);
    });

    logTest('opens a cursor once', async (log) => {
      const cursor = await log.cursor('a', options());
      await assert.rejects(log.cursor('a', options()), /cursor a is open already/);
      await assert.rejects(log.forget('a'), /cursor a is open/);
      await cursor.close();
      await (await log.cursor('a', options())).close();
    });

    logTest('stores a batch under one check, whole', async (log) => {
      const { account } = options();
      const cursor = await log.cursor('a', options({ account }));
      await log.append(['1', '2', '3'].map((name) => record(name, { profiles: 2, tenant: `t${name}` })));
      assert.equal(account.accepted, 6);
      assert.deepEqual(await drain(cursor, 3), ['1', '2', '3']);
      await log.append([]);
      assert.equal(log.stats.records, 0);
    });

    logTest('lets a released record wait while others pass it', async (log, clock) => {
      const cursor = await log.cursor('a', options());
      await append(log, record('1'));
      await append(log, record('2'));
      (await take(cursor)).release(1000);
      assert.deepEqual(await drain(cursor, 1), ['2']);
      await assertNothing(cursor);
      const free = countFree(cursor);
      await clock.advance(999);
      assert.equal(free.count, 0);
      await clock.advance(1);
      assert.equal(free.count, 1);
      assert.deepEqual(await drain(cursor, 1), ['1']);
    });

    logTest('ends a wait when it is told to', async (log) => {
      const cursor = await log.cursor('a', options());
      await append(log, record('1'));
      const lease = await take(cursor);
      lease.release(60_000);
      await assertNothing(cursor);
      const free = countFree(cursor);
      cursor.wake(lease.position + 1);
      assert.equal(free.count, 0);
      cursor.wake(lease.position);
      assert.equal(free.count, 1);
      const again = await take(cursor);
      again.release(60_000);
      await assertNothing(cursor);
      again.wake();
      assert.deepEqual(await drain(cursor, 1), ['1']);
    });

    logTest('gives a released record its old place back', async (log) => {
      const cursor = await log.cursor('a', options());
      for (const name of ['1', '2', '3']) await append(log, record(name));
      const [first, second] = [await take(cursor), await take(cursor)];
      second.release(0);
      first.release(0);
      assert.deepEqual(await drain(cursor, 3), ['1', '2', '3']);
    });

    logTest('passes the records of a held tenant until the hold is over', async (log, clock) => {
      const cursor = await log.cursor('a', options());
      for (const name of ['1', '2', '3', '4']) await append(log, record(name, { tenant: name === '2' ? 'other' : 'bad' }));
      cursor.hold('bad', 5000);
      assert.deepEqual(await drain(cursor, 1), ['2']);
      await append(log, record('5', { tenant: 'bad' }));
      await append(log, record('6', { tenant: 'other' }));
      assert.deepEqual(await drain(cursor, 1), ['6']);
      await assertNothing(cursor);
      const free = countFree(cursor);
      await clock.advance(5000);
      assert.equal(free.count, 1);
      assert.deepEqual(await drain(cursor, 1), ['1']);
      cursor.hold('bad', 5000);
      await assertNothing(cursor);
      cursor.hold('bad', 0);
      assert.deepEqual(await drain(cursor, 3), ['3', '4', '5']);
    });

    logTest('yields the newest first on request, but for records that must keep their turn', async (log) => {
      const cursor = await log.cursor('a', options());
      for (const name of ['1', '2', '3', '4']) await append(log, record(name, { inOrder: name === '1' || name === '4' }));
      assert.deepEqual(await drain(cursor, 1, 'newest'), ['3']);
      assert.deepEqual(await drain(cursor, 1, 'oldest'), ['1']);
      assert.deepEqual(await drain(cursor, 2, 'newest'), ['2', '4']);
    });

    logTest('ends a lease once', async (log) => {
      const cursor = await log.cursor('a', options());
      await append(log, record('1'));
      const lease = await take(cursor);
      lease.done();
      assert.throws(() => lease.done(), /has ended already/);
      assert.throws(() => lease.release(0), /has ended already/);
      await assert.rejects(lease.replace(record('2')), /has ended already/);
      assert.equal(cursor.stats.records, 0);
    });

    logTest('replaces a record for its own cursor alone, without counting it as accepted again', async (log) => {
      const [a, b] = [options(), options()];
      const [cursor, other] = [await log.cursor('a', a), await log.cursor('b', b)];
      await append(log, record('whole', { profiles: 5 }));
      const lease = await take(cursor);
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
      await append(log, record('1', { only: 'a' }));
      await append(log, record('2', { only: 'nobody' }));
      assert.deepEqual([a.account.accepted, b.account.accepted], [1, 0]);
      await assertNothing(other);
      assert.deepEqual(await drain(cursor, 1), ['1']);
      assert.equal(log.stats.records, 0);
    });

    logTest('finds what is too old wherever it stands, but for leased records', async (log, clock) => {
      const cursor = await log.cursor('a', options());
      const start = clock.now();
      await append(log, record('leased', { receivedAt: start - 9000 }));
      const leased = await take(cursor);
      await append(log, record('waiting', { receivedAt: start - 8000 }));
      (await take(cursor)).release(60_000);
      await append(log, record('held', { receivedAt: start - 7000, tenant: 'bad' }));
      cursor.hold('bad', 60_000);
      await assertNothing(cursor);
      await append(log, record('young', { receivedAt: start }));
      await append(log, record('late', { receivedAt: start - 8500 }));
      await cursor.pause(true);
      const expired: string[] = [];
      for (let lease = await cursor.takeExpired(0); lease !== undefined; lease = await cursor.takeExpired(0)) {
        expired.push(nameOf(lease.record));
        lease.done();
      }
      assert.deepEqual(expired, ['late', 'waiting', 'held']);
      assert.equal(cursor.stats.oldestAgeMs, 9000);
      leased.release(0);
      assert.equal(await cursor.takeExpired(9000), undefined, 'as old, not older');
      assert.equal(nameOf((await cursor.takeExpired(8999))?.record ?? record('none')), 'leased');
    });

    logTest('lets records age by the time that passes, whatever the wall clock says', async (log, clock) => {
      const cursor = await log.cursor('a', options());
      await append(log, record('1', { receivedAt: clock.now() - 500 }));
      clock.jump(7_200_000);
      assert.equal(cursor.stats.oldestAgeMs, 500);
      assert.equal(cursor.takeExpired(1000), undefined);
      await append(log, record('2', { receivedAt: clock.now() }));
      await clock.advance(300);
      clock.jump(-9_000_000);
      await append(log, record('3', { receivedAt: clock.now() }));
      await append(log, record('4', { receivedAt: clock.now() + 60_000 }));
      const ages: number[] = [];
      for (let at = 0; at < 4; at++) {
        const lease = await take(cursor);
        ages.push(lease.ageMs());
        if (at > 0) lease.done();
        else await lease.replace(record('rest', { receivedAt: lease.record.receivedAt }));
      }
      assert.deepEqual(ages, [800, 300, 0, 0]);
      assert.equal(cursor.stats.oldestAgeMs, 800, 'what is left of a record is as old as the whole');
    });

    logTest('yields nothing while paused', async (log) => {
      const cursor = await log.cursor('a', options());
      await cursor.pause(true);
      await append(log, record('1'));
      await assertNothing(cursor);
      const free = countFree(cursor);
      await cursor.pause(false);
      assert.equal(free.count, 1);
      assert.deepEqual(await drain(cursor, 1), ['1']);
    });

    logTest('takes everything that was not done back when a cursor is closed', async (log) => {
      const { account } = options();
      const first = await log.cursor('a', options({ account }));
      for (const name of ['1', '2', '3']) await append(log, record(name));
      await drain(first, 1);
      const lease = await take(first);
      (await take(first)).release(60_000);
      await first.close();
      assert.throws(() => lease.done(), /has ended already/);
      assert.throws(() => first.take('oldest'), /not open/);
      const again = await log.cursor('a', options({ account }));
      assert.deepEqual(await drain(again, 2), ['2', '3']);
      assert.deepEqual([account.accepted, account.recovered], [3, 0]);
    });

    logTest('closes cursors with the log, which then ask nothing of it', async (log, clock) => {
      const cursor = await log.cursor('a', options());
      await append(log, record('1'));
      const lease = await take(cursor);
      await append(log, record('2'));
      (await take(cursor)).release(500);
      await assertNothing(cursor);
      const free = countFree(cursor);
      await log.close();
      await clock.advance(1000);
      assert.equal(free.count, 0);
      assert.throws(() => cursor.take('oldest'), /not open/);
      assert.throws(() => lease.done(), /has ended already/);
    });

    logTest('gives a cursor that nobody has opened its records all the same', async (log) => {
      const { account } = options();
      await (await log.cursor('a', options({ account }))).close();
      await append(log, record('1'));
      assert.deepEqual(await drain(await log.cursor('a', options({ account })), 1), ['1']);
      assert.equal(account.accepted, 1);
    });

    logTest('gives a retired cursor nothing new, and what came meanwhile never', async (log) => {
      const cursor = await log.cursor('a', options());
      const other = await log.cursor('b', options());
      await append(log, record('1'));
      await append(log, record('2'));
      const retiring = cursor.retire(true);
      await append(log, record('3'));
      await retiring;
      assert.equal(cursor.retired, true);
      assert.deepEqual(await drain(cursor, 1), ['1']);
      assert.deepEqual(
        [...log.names()],
        [
          { name: 'a', retired: true },
          { name: 'b', retired: false },
        ],
      );
      await cursor.close();
      const again = await log.cursor('a', options());
      await append(log, record('4'));
      assert.deepEqual(await drain(again, 2), ['2', '4']);
      const backAndForth = [again.retire(true), again.retire(false)];
      await append(log, record('5'));
      await Promise.all(backAndForth);
      assert.deepEqual(await drain(again, 1), ['5']);
      await drain(other, 5);
      assert.equal(log.stats.records, 0);
    });

    logTest('counts in the books that a cursor was bound to last', async (log) => {
      const [first, second] = [options(), options()];
      const cursor = await log.cursor('a', first);
      await append(log, record('1', { profiles: 3 }));
      cursor.bind(second.account);
      await append(log, record('2', { profiles: 4 }));
      assert.deepEqual([first.account.accepted, second.account.accepted], [3, 4]);
    });

    logTest('forgets a cursor with what only it needed', async (log) => {
      const cursor = await log.cursor('a', options());
      const other = await log.cursor('b', options());
      await append(log, record('1'));
      await drain(other, 1);
      await append(log, record('2'));
      await cursor.close();
      await log.forget('a');
      await log.forget('never was');
      assert.equal(log.stats.records, 1);
      assert.deepEqual(await drain(other, 1), ['2']);
    });

    logTest('forgets an open cursor, and begins a new one of the same name', async (log) => {
      const held = await log.cursor('a', options());
      await append(log, record('1'));
      const lease = await take(held);
      await held.forget();
      assert.throws(() => lease.done(), /has ended already/);
      assert.equal(log.stats.records, 0);
      const { account } = options();
      const fresh = await log.cursor('a', options({ account }));
      assert.equal(fresh.stats.records, 0);
      await append(log, record('2'));
      assert.deepEqual(await drain(fresh, 1), ['2']);
      assert.deepEqual([account.accepted, account.recovered], [1, 0]);
      await fresh.forget();
      assert.deepEqual(log.names(), []);
    });

    logTest('renames a cursor with what it has not passed', async (log) => {
      const books = options();
      const cursor = await log.cursor('old', books);
      await append(log, record('1'));
      await (await take(cursor)).replace(record('rest'));
      const lease = await take(cursor);
      await cursor.rename('new');
      assert.equal(cursor.name, 'new');
      assert.deepEqual(log.names(), [{ name: 'new', retired: false }]);
      lease.release(0);
      await append(log, record('2'));
      await append(log, record('3', { only: 'old' }));
      await append(log, record('4', { only: 'new' }));
      assert.deepEqual(await drain(cursor, 3), ['rest', '2', '4']);
      assert.deepEqual([books.account.recovered, books.account.accepted], [0, 3]);
      await log.cursor('third', options());
      await assert.rejects(cursor.rename('third'), /cursor third already/);
      assert.equal(cursor.name, 'new');
    });

    logTest('shows what stands in line, to whoever looks for another record', async (log) => {
      const cursor = await log.cursor('a', options());
      assert.equal(cursor.line.size, 0);
      await log.append(['1', '2', '3', '4', '5'].map((name) => record(name, { tenant: `t${name}` })));
      const [first, second] = [await take(cursor), await take(cursor)];
      second.release(60_000);
      cursor.hold('t3', 60_000);
      const from = first.position;
      assert.deepEqual(cursor.line, { first: from + 1, last: from + 4, size: 4 });
      assert.deepEqual([cursor.inLine(0), cursor.inLine(from + 2), cursor.inLine(from + 5)], [from + 1, from + 2, undefined]);
      assert.deepEqual([cursor.tenantAt(from), cursor.tenantAt(from + 2), cursor.tenantAt(99)], ['t1', 't3', undefined]);
      (await cursor.takeAt(from + 4))?.done();
      assert.equal(cursor.line.last, from + 3);
    });

    logTest('shows what some cursor has not passed, in order, and takes nothing', async (log) => {
      const [cursor, other] = [await log.cursor('a', options()), await log.cursor('b', options())];
      for (const name of ['1', '2', '3']) await append(log, record(name));
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
      for (const name of ['1', '2', '3']) await append(log, record(name, { tenant: 'bad' }));
      const first = await take(cursor);
      cursor.hold('bad', 60_000);
      await cursor.pause(true);
      const lease = await cursor.takeAt(first.position + 1);
      assert.equal(nameOf(lease?.record ?? record('none')), '2');
      lease?.done();
      for (const position of [first.position, first.position + 1, 99]) assert.equal(await cursor.takeAt(position), undefined);
      assert.equal(cursor.stats.records, 2);
    });

    logTest('tells what a cursor has not passed', async (log, clock) => {
      const cursor = await log.cursor('a', options());
      assert.deepEqual(cursor.stats, { records: 0, profiles: 0, sizeBytes: 0, leased: 0, oldestAgeMs: undefined });
      await append(log, record('1', { profiles: 2, receivedAt: clock.now() - 1000 }));
      await append(log, record('2', { profiles: 3, receivedAt: clock.now() }));
      const lease = await take(cursor);
      const { sizeBytes, ...counts } = cursor.stats;
      assert.deepEqual(counts, { records: 2, profiles: 5, leased: 1, oldestAgeMs: 1000 });
      assert.ok(sizeBytes > 0);
      lease.done();
      assert.deepEqual([cursor.stats.records, cursor.stats.profiles, cursor.stats.oldestAgeMs], [1, 3, 0]);
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
          await append(log, tenth(String(at % 10)));
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
        for (const name of ['1', '2']) await append(log, tenth(name));
        const [done, released] = [await take(cursor), await take(cursor)];
        for (let at = 0; at < 40; at++) await append(log, tenth('x'));
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
          await append(log, tenth('1'));
          stored += 1;
        }
        assert.ok(stored >= 7 && stored <= 10, `${stored} stored`);
        assert.equal(refusedReason(log.refusal(200_100)), 'queue_full');
        assert.throws(
          () => log.append([tenth('2')]),
          (why) => refusedReason(why) === 'queue_full',
        );
        await drain(cursor, 1);
        assert.throws(
          () => log.append([tenth('2'), tenth('3'), tenth('4'), tenth('5')]),
          (why) => refusedReason(why) === 'queue_full',
          'a batch is checked as a whole',
        );
        stored -= 1;
        assert.equal(log.stats.records, stored);
        assert.equal(account.accepted, stored + 1);
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
        const large = record('1', { body: Buffer.alloc(3 * 2 ** 20) });
        for (const batch of [[large], [tenth('1'), record('1', { body: Buffer.alloc(1.9 * 2 ** 20) })]]) {
          assert.throws(
            () => log.append(batch),
            (why) => invalidReason(why) === 'too_large',
          );
        }
        assert.equal(log.stats.records, 0);
        log.limit(roomy);
        await append(log, record('1', { body: Buffer.alloc(3 * 2 ** 20) }));
      },
      twoMebibytes,
    );
  });
}

function refusedReason(why: unknown): string | undefined {
  return why instanceof Refused ? why.reason : undefined;
}

function invalidReason(why: unknown): string | undefined {
  return why instanceof Invalid ? why.reason : undefined;
}

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Refused } from '../../../src/core/errors.ts';
import type { Comparer, Question } from '../../../src/net/server/bcrypt-thread.ts';
import { type Attempt, Passwords } from '../../../src/net/server/passwords.ts';
import { Unserved } from '../../../src/net/server/unserved.ts';
import { FakeClock, settle } from '../../support/fake-clock.ts';

/** Takes 50 ms of the fake clock for each question; "right" is right. */
function slowComparer(clock: FakeClock): Comparer & { readonly asked: Question[]; closed: number } {
  const asked: Question[] = [];
  return {
    asked,
    closed: 0,
    async compare(question) {
      asked.push(question);
      await clock.sleep(50);
      if (question.password === 'broken') throw new Error('the thread has ended');
      return question.password === 'right';
    },
    async close() {
      this.closed += 1;
    },
  };
}

function attempt(password: string, more: Partial<Attempt> = {}): Attempt {
  return { hash: 'hash', password, user: 'ann', address: '192.0.2.1', signal: new AbortController().signal, ...more };
}

/** What came of it: undefined while it waits. */
function watch(verdict: boolean | Promise<boolean>): { outcome: unknown } {
  const seen: { outcome: unknown } = { outcome: undefined };
  Promise.resolve(verdict).then(
    (isRight) => {
      seen.outcome = isRight;
    },
    (why) => {
      seen.outcome = why;
    },
  );
  return seen;
}

function begin(): { clock: FakeClock; comparer: ReturnType<typeof slowComparer>; passwords: Passwords } {
  const clock = new FakeClock();
  const comparer = slowComparer(clock);
  return { clock, comparer, passwords: new Passwords(comparer, clock) };
}

test('looks at a password once, right or wrong, for all who ask at once and later', async () => {
  const { clock, comparer, passwords } = begin();
  const crowd = Array.from({ length: 500 }, (_, at) => watch(passwords.matches(attempt('right', { address: `192.0.2.${at % 250}` }))));
  const wrong = watch(passwords.matches(attempt('wrong', { user: 'bob' })));
  await clock.advance(1000);
  assert.ok(crowd.every(({ outcome }) => outcome === true));
  assert.equal(wrong.outcome, false);
  assert.equal(passwords.matches(attempt('right')), true);
  assert.equal(passwords.matches(attempt('wrong')), false);
  assert.equal(comparer.asked.length, 2);
  watch(passwords.matches(attempt('right', { hash: 'a changed one' })));
  await settle();
  assert.equal(comparer.asked.length, 3, 'a changed hash is another question');
});

test('a guesser waits behind everybody else, and has a quarter of one thread', async () => {
  const { clock, comparer, passwords } = begin();
  let guesses = 0;
  const guess = (): void => {
    try {
      watch(passwords.matches(attempt(`wrong ${guesses++}`)));
    } catch (why) {
      assert.ok(why instanceof Refused && why.reason === 'rate' && why.retryAfterMs > 0);
    }
  };
  for (let at = 0; at < 100; at++) guess();
  await clock.advance(500); // those that came while nothing was known of him
  const before = comparer.asked.length;
  assert.ok(before <= 9, `${before} of 100 were let in`);
  let slowestMs = 0;
  for (let round = 0; round < 20; round++) {
    for (let at = 0; at < 50; at++) guess();
    const startedAt = clock.monotonic();
    const other = watch(passwords.matches(attempt('right', { user: `user ${round}`, hash: `hash ${round}`, address: '192.0.2.2' })));
    const same = watch(passwords.matches(attempt('right', { hash: `ann ${round}`, address: '192.0.2.3' })));
    while (other.outcome === undefined || same.outcome === undefined) await clock.advance(10);
    assert.deepEqual([other.outcome, same.outcome], [true, true]);
    slowestMs = Math.max(slowestMs, clock.monotonic() - startedAt);
    await clock.advance(350);
  }
  assert.ok(slowestMs <= 160, `${slowestMs} ms: two looks, behind one that has begun`);
  const guessed = comparer.asked.filter(({ password }) => password.startsWith('wrong')).length - before;
  assert.ok(guessed * 50 <= (20 * 500) / 4 + 100, `${guessed} guesses in 20 rounds`);
  assert.ok(guessed > 10, `${guessed}: what he says is looked at all the same`);
});

test('ten thousand addresses that guess for one user delay no other user, and fill no memory', async () => {
  const { clock, comparer, passwords } = begin();
  let refused = 0;
  for (let at = 0; at < 10_000; at++) {
    try {
      watch(passwords.matches(attempt(`wrong ${at}`, { address: `10.0.${at >> 8}.${at & 255}` })));
    } catch {
      refused += 1;
    }
  }
  assert.equal(refused, 10_000 - 65);
  const other = watch(passwords.matches(attempt('right', { user: 'bob' })));
  await clock.advance(151); // one that has begun, and one turn
  assert.equal(other.outcome, true);
  await clock.advance(100 * 50);
  assert.equal(comparer.asked.length, 66);
});

test('so many requests wait for one password and no more', async () => {
  const { clock, passwords } = begin();
  let refused = 0;
  const waiting: { outcome: unknown }[] = [];
  for (let at = 0; at < 1500; at++) {
    try {
      waiting.push(watch(passwords.matches(attempt('right'))));
    } catch {
      refused += 1;
    }
  }
  assert.equal(refused, 500);
  await clock.advance(100);
  assert.ok(waiting.every(({ outcome }) => outcome === true));
});

test('addresses of one IPv6 network are one sender', async () => {
  const { clock, comparer, passwords } = begin();
  for (let at = 0; at < 20; at++) {
    try {
      watch(passwords.matches(attempt(`wrong ${at}`, { address: `2001:db8:0:7::${at.toString(16)}` })));
    } catch {}
  }
  await clock.advance(2000);
  assert.equal(comparer.asked.length, 9);
});

test('a sender that has left is not looked at, unless another one asks the same', async () => {
  const { clock, comparer, passwords } = begin();
  const leaving = new AbortController();
  watch(passwords.matches(attempt('first')));
  const left = watch(passwords.matches(attempt('left', { signal: leaving.signal })));
  const shared = watch(passwords.matches(attempt('right', { signal: leaving.signal })));
  const staying = watch(passwords.matches(attempt('right')));
  leaving.abort();
  await clock.advance(1000);
  assert.ok(left.outcome instanceof Unserved && shared.outcome instanceof Unserved);
  assert.equal(staying.outcome, true);
  assert.deepEqual(
    comparer.asked.map(({ password }) => password),
    ['first', 'right'],
  );
  const again = watch(passwords.matches(attempt('left')));
  await clock.advance(1000);
  assert.equal(again.outcome, false);
});

test('goes on when the thread breaks, and ends it when nobody asks', async () => {
  const { clock, comparer, passwords } = begin();
  const broken = watch(passwords.matches(attempt('broken')));
  const next = watch(passwords.matches(attempt('right')));
  await clock.advance(100);
  assert.match(String(broken.outcome), /the thread has ended/);
  assert.equal(next.outcome, true);
  assert.equal(comparer.closed, 0);
  await clock.advance(60_000);
  assert.equal(comparer.closed, 1);
  watch(passwords.matches(attempt('wrong')));
  await clock.advance(60_300);
  assert.deepEqual([comparer.asked.length, comparer.closed], [3, 2]);
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { systemClock } from '../../src/core/clock.ts';
import { FakeClock } from '../support/fake-clock.ts';

test('a timer longer than Node takes does not fire at once', async () => {
  let fired = false;
  const cancel = systemClock.after(2 ** 31 + 1000, () => {
    fired = true;
  });
  await systemClock.sleep(5);
  cancel();
  assert.equal(fired, false);
});

for (const [name, clock] of [
  ['the system clock', systemClock],
  ['the fake clock', new FakeClock()],
] as const) {
  test(`${name} ends a sleep with the reason of its signal`, async () => {
    const stop = new AbortController();
    const sleeping = clock.sleep(60_000, stop.signal);
    stop.abort(new Error('enough'));
    await assert.rejects(sleeping, /enough/);
    await assert.rejects(clock.sleep(60_000, stop.signal), /enough/, 'also when it has aborted before');
  });
}

test('the fake clock fires what falls due, in order, and nothing else', async () => {
  const clock = new FakeClock();
  const seen: string[] = [];
  clock.after(20, () => seen.push('b'));
  clock.after(10, () => seen.push('a'));
  clock.after(30, () => seen.push('c'));
  clock.after(15, () => seen.push('never'))();
  await clock.advance(20);
  assert.deepEqual(seen, ['a', 'b']);
});

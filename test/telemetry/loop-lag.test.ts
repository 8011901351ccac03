import assert from 'node:assert/strict';
import { test } from 'node:test';
import { LoopLag } from '../../src/telemetry/loop-lag.ts';
import { FakeClock } from '../support/fake-clock.ts';

/** A clock whose timers run late: what a blocked event loop looks like. */
class BlockedClock extends FakeClock {
  blockedMs = 0;

  override monotonic(): number {
    return super.monotonic() + this.blockedMs;
  }
}

test('a loop that turns in time has no lag', async () => {
  const clock = new FakeClock();
  const lag = new LoopLag(clock);
  await clock.advance(200);
  assert.equal(lag.take(), 0);
});

test('the worst of several delays shows once', async () => {
  const clock = new BlockedClock();
  const lag = new LoopLag(clock);
  for (const blockedMs of [300, 100]) {
    clock.blockedMs += blockedMs;
    await clock.advance(20);
  }
  assert.equal(lag.take(), 0.3);
  await clock.advance(20);
  assert.equal(lag.take(), 0);
});

test('a loop that is held up until the very scrape shows at that scrape', () => {
  const clock = new BlockedClock();
  const lag = new LoopLag(clock);
  clock.blockedMs = 520;
  assert.equal(lag.take(), 0.5);
});

test('nothing ticks after stop', async () => {
  const clock = new FakeClock();
  new LoopLag(clock).stop();
  assert.equal(clock.pending, 0);
});

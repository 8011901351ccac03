import assert from 'node:assert/strict';
import test from 'node:test';
import fc from 'fast-check';
import { backoffMs, retryAfterMs } from '../../../src/exporters/pyroscope/pacing/backoff.ts';

const shortest = (): number => 0;
const longest = (): number => 1 - Number.EPSILON;

test('the waits of the defaults double from [0.5, 1) s to [128, 256) s, as Alloy has them', () => {
  const periods = { minMs: 500, maxMs: 300_000 };
  const lows = [1, 2, 3, 4, 5, 6, 7, 8, 9].map((attempts) => backoffMs(periods, attempts, shortest));
  assert.deepEqual(lows, [500, 1000, 2000, 4000, 8000, 16_000, 32_000, 64_000, 128_000]);
  for (const [at, low] of lows.entries()) {
    const high = backoffMs(periods, at + 1, longest);
    assert.ok(high < 2 * low && high > 2 * low - 1, `${high} after ${low}`);
  }
});

test('the interval stays as it is once its end has reached max_backoff_period', () => {
  const periods = { minMs: 100, maxMs: 200 };
  for (const attempts of [1, 2, 3, 50]) {
    assert.equal(backoffMs(periods, attempts, shortest), 100);
    assert.ok(backoffMs(periods, attempts, longest) < 200);
  }
});

test('without room between the bounds there is no jitter', () => {
  for (const periods of [
    { minMs: 100, maxMs: 100 },
    { minMs: 100, maxMs: 20 },
  ]) {
    for (const random of [shortest, longest]) assert.equal(backoffMs(periods, 7, random), 100);
  }
});

test('a min_backoff_period of 0 waits for nothing', () => {
  assert.equal(backoffMs({ minMs: 0, maxMs: 1000 }, 9, longest), 0);
});

test('no wait is below min or above max, however often it failed', () => {
  fc.assert(
    fc.property(
      fc.nat(10_000),
      fc.nat(1_000_000),
      fc.integer({ min: 1, max: 10_000 }),
      fc.double({ min: 0, max: 0.999, noNaN: true }),
      (minMs, more, attempts, at) => {
        const wait = backoffMs({ minMs, maxMs: minMs + more }, attempts, () => at);
        assert.ok(wait >= minMs && wait <= minMs + more);
      },
    ),
  );
});

const now = Date.parse('2026-11-25T12:00:00Z');

test('Retry-After is read as seconds or as any of the three forms of an HTTP date', () => {
  assert.equal(retryAfterMs('7', now), 7000);
  assert.equal(retryAfterMs(' 0 ', now), 0);
  assert.equal(retryAfterMs('Wed, 25 Nov 2026 12:00:30 GMT', now), 30_000);
  assert.equal(retryAfterMs('Wednesday, 25-Nov-26 12:00:30 GMT', now), 30_000);
});

test('Retry-After is never longer than five minutes', () => {
  assert.equal(retryAfterMs('86400', now), 300_000);
  assert.equal(retryAfterMs('Wed, 25 Nov 2026 18:00:00 GMT', now), 300_000);
});

test('a Retry-After that cannot be read or has passed is ignored', () => {
  for (const value of [undefined, '', '-1', '1.5', 'soon', '2027-01-01', '25 Nov 2027', 'Wed, 25 Nov 2026 11:59:59 GMT', 'Wednesday']) {
    assert.equal(retryAfterMs(value, now), undefined, String(value));
  }
});

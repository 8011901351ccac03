import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { Refused } from '../../src/core/errors.ts';
import { Buckets } from '../../src/processors/rate-limit/buckets.ts';
import { rateLimit } from '../../src/processors/rate-limit/factory.ts';
import { ingestSeries, pushSeries } from '../support/batches.ts';
import { createProcessor } from '../support/processors.ts';

function refusal(run: () => unknown): Refused {
  try {
    run();
  } catch (why) {
    if (why instanceof Refused) return why;
    throw why;
  }
  return assert.fail('expected a refusal');
}

test('refuses what is above the rate with the time to wait, and takes nothing then', async () => {
  const { run, clock } = createProcessor(rateLimit, { profiles_per_second: 2, burst: 2 });
  run(pushSeries({}, 3, 'a'));
  const why = refusal(() => run(pushSeries({}, 2, 'a')));
  assert.equal(why.reason, 'rate');
  assert.equal(why.retryAfterMs, 500, 'one token is missing');
  assert.match(why.message, /^tenant "a" is above its rate of 2 profiles\/s$/);
  await clock.advance(500);
  run(pushSeries({}, 2, 'a'));
  assert.equal(refusal(() => run(pushSeries({}, 1, 'a'))).retryAfterMs, 500);
});

test('a batch is refused as a whole: the tenant that has tokens loses none', () => {
  const { run } = createProcessor(rateLimit, { profiles_per_second: 1, burst: 1 });
  run(pushSeries({}, 1, 'a'));
  for (let round = 0; round < 3; round += 1) refusal(() => run(pushSeries({}, 1, 'b'), pushSeries({}, 1, 'a')));
  run(pushSeries({}, 1, 'b'));
  refusal(() => run(pushSeries({}, 1, 'c'), pushSeries({}, 1, 'c'), pushSeries({}, 1, 'b')));
});

test('series of one batch with one key add up', () => {
  const { run } = createProcessor(rateLimit, { profiles_per_second: 4, burst: 1 });
  run(pushSeries({}, 2, 'a'));
  refusal(() => run(pushSeries({}, 2, 'a'), pushSeries({ x: '1' }, 2, 'a')));
});

test('drops series by series when it is told to', () => {
  const { run } = createProcessor(rateLimit, { profiles_per_second: 1, burst: 2, action: 'drop', per: ['team'] });
  const { labels, dropped } = run(...['a', 'b', 'a', 'a', 'b'].map((team, at) => pushSeries({ team, at: String(at) })));
  assert.deepEqual(
    labels.map(({ at }) => at),
    ['0', '1', '2', '4'],
  );
  assert.deepEqual(dropped, ['rate_limited']);
});

test('bytes count as they were sent, by whatever way', async () => {
  const { run, clock } = createProcessor(rateLimit, { bytes_per_second: 10, burst: 1 });
  run(ingestSeries({}, '12345'), pushSeries({}, 1));
  assert.equal(refusal(() => run(ingestSeries({}, '1'))).retryAfterMs, 100);
  await clock.advance(100);
  run(ingestSeries({}, '1'));
});

test('what is larger than the burst passes when the bucket is full, and is paid back', async () => {
  const { run, clock } = createProcessor(rateLimit, { bytes_per_second: 10, burst: 1 });
  run(ingestSeries({}, 'x'.repeat(50)));
  assert.equal(refusal(() => run(ingestSeries({}, 'x'.repeat(50)))).retryAfterMs, 5_000);
  await clock.advance(5_000);
  run(ingestSeries({}, 'x'.repeat(50)));
});

test('with no `per` everything shares one rate; a label that is missing is a value of its own', () => {
  const shared = createProcessor(rateLimit, { profiles_per_second: 1, burst: 1, per: [] });
  shared.run(pushSeries({}, 1, 'a'));
  refusal(() => shared.run(pushSeries({}, 1, 'b')));
  const both = createProcessor(rateLimit, { profiles_per_second: 1, burst: 1, per: ['tenant', 'team'] });
  for (const team of ['', 'x', 'y']) both.run(pushSeries({ team }, 1, 'a'));
  refusal(() => both.run(pushSeries({}, 1, 'a')));
  both.run(pushSeries({}, 1, 'ax'));
});

test('a token bucket does what its model says, and never lets more pass than rate and burst allow', () => {
  const step = fc.record({ after: fc.nat(3_000), cost: fc.integer({ min: 1, max: 12 }) });
  fc.assert(
    fc.property(
      fc.array(step, { maxLength: 60 }),
      fc.integer({ min: 1, max: 20 }),
      fc.integer({ min: 1, max: 4 }),
      (steps, rate, burst) => {
        const buckets = new Buckets({ profiles: rate, bytes: 0 }, burst, 10);
        // The model counts in thousandths of a token, so that it knows no rounding.
        const full = rate * burst * 1000;
        let tokens = full;
        let now = 0;
        let passed = 0;
        for (const { after, cost } of steps) {
          now += after;
          tokens = Math.min(full, tokens + after * rate);
          const missing = Math.min(cost * 1000, full) - tokens;
          const wait = buckets.wait('k', { profiles: cost, bytes: 1e9 }, now);
          if (Math.abs(missing) > 1e-6) assert.equal(wait > 0, missing > 0, `${missing} thousandths are missing, told to wait ${wait} ms`);
          if (missing > 0) assert.ok(Math.abs(wait - missing / rate) < 1e-3);
          if (wait > 0) continue;
          buckets.take('k', { profiles: cost, bytes: 1e9 }, now);
          tokens -= cost * 1000;
          passed += cost;
          assert.ok(passed <= burst * rate + (now / 1000) * rate + 12);
        }
      },
    ),
  );
});

test('the number of keys is bounded: full buckets are forgotten, and when none is full new keys share one', () => {
  const buckets = new Buckets({ profiles: 1, bytes: 0 }, 1, 2);
  const one = { profiles: 1, bytes: 0 };
  for (const key of ['a', 'b']) buckets.take(key, one, 0);
  buckets.take('c', one, 0);
  assert.ok(buckets.wait('d', one, 0) > 0, 'c and d share');
  assert.ok(buckets.wait('a', one, 0) > 0, 'a is still known');
  assert.equal(buckets.size, 2);
  assert.equal(buckets.wait('e', one, 1_000), 0, 'b is full again and makes room');
  buckets.take('e', one, 1_000);
  assert.equal(buckets.size, 2);
});

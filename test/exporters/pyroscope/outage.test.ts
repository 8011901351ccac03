import assert from 'node:assert/strict';
import test from 'node:test';
import { ingestSeries, pushSeries } from '../../support/batches.ts';
import { FakeClock } from '../../support/fake-clock.ts';
import { eventually, pump, quick, rig, server } from './rig.ts';

for (const [dress, answer] of [
  ['503', { status: 503 }],
  ['500', { code: 'unknown', status: 500, message: 'segment writers are gone' }],
  ['429', { status: 429 }],
  ['401', { status: 401 }],
  ['404', { status: 404 }],
  ['a sign-in page', { status: 200, headers: { 'Content-Type': 'text/html' }, body: '<html>' }],
  ['200 of something else', { status: 200, headers: { 'Content-Type': 'application/json' }, body: '{}' }],
] as const) {
  test(`an outage of 15 minutes dressed as ${dress} loses nothing and costs few attempts`, async () => {
    const clock = new FakeClock();
    const up = await server(() => answer);
    const { push, account } = await rig({ endpoints: [{ url: up.url, name: 'up' }] }, { clock });
    for (let n = 0; n < 20; n++) await push(pushSeries({ service_name: `s${n}` }));
    const endsAt = clock.monotonic() + 15 * 60_000;
    await pump(clock, 20_000, () => clock.monotonic() >= endsAt);
    assert.ok(up.arrivals.length > 5 && up.arrivals.length < 1000, `${up.arrivals.length} attempts`);
    up.script([{}]);
    await pump(clock, 5000, () => account('up').delivered === 20);
    assert.ok(clock.monotonic() < endsAt + 120_000, 'it is noticed soon that the endpoint is back');
    assert.deepEqual(new Set(Object.values(account('up').deadLettered)), new Set([0]));
  });
}

test('an outage of /ingest dressed as 422 loses nothing', async () => {
  const clock = new FakeClock();
  const up = await server(() => ({ code: 'unknown', status: 422, message: 'pushing IngestInput-pprof failed' }));
  const { push, account } = await rig({ endpoints: [{ url: up.url, name: 'up' }] }, { clock });
  for (let n = 0; n < 10; n++) await push(ingestSeries({ __name__: `s${n}` }));
  const endsAt = clock.monotonic() + 10 * 60_000;
  await pump(clock, 20_000, () => clock.monotonic() >= endsAt);
  up.script([{}]);
  await pump(clock, 5000, () => account('up').delivered === 10);
});

test('a profile that outlives max_age goes to the dead letters within two seconds, also while the endpoint is down', async () => {
  const clock = new FakeClock();
  const up = await server(() => ({ status: 503 }));
  const { push, account } = await rig({ endpoints: [{ url: up.url, name: 'up' }], queue: { max_age: '2m' } }, { clock });
  await push(pushSeries({ service_name: 'a' }, 2));
  await up.received(1);
  await pump(clock, 1000, () => clock.monotonic() >= 119_000);
  assert.equal(account('up').deadLettered.expired, 0);
  await pump(clock, 1000, () => clock.monotonic() >= 122_000);
  await eventually(() => account('up').deadLettered.expired === 2);
});

test('what has become too old since its last attempt gets no other', async () => {
  const clock = new FakeClock();
  const up = await server(() => ({ status: 503 }));
  const periods = { min_backoff_period: '1600ms', max_backoff_period: '1600ms' };
  const { push, account } = await rig({ endpoints: [{ url: up.url, name: 'up', ...periods }], queue: { max_age: '1500ms' } }, { clock });
  await push(pushSeries({ service_name: 'a' }));
  await pump(clock, 0, () => up.arrivals.length === 1);
  await pump(clock, 10, () => account('up').deadLettered.expired === 1);
  assert.equal(up.arrivals.length, 1);
  assert.ok(clock.monotonic() < 2000, 'the next look for what is too old is yet to come');
});

test('ages run by the monotonic clock: a wall clock that jumps makes nothing older', async () => {
  for (const ms of [7_200_000, -7_200_000]) {
    const clock = new FakeClock();
    const up = await server([{ status: 503 }, {}]);
    const { push, account, host } = await rig({ endpoints: [{ url: up.url, name: 'up', ...quick }] }, { clock });
    await push(pushSeries({ service_name: 'a' }));
    await pump(clock, 0, () => up.arrivals.length === 1);
    clock.jump(ms);
    await push(pushSeries({ service_name: 'b' }));
    await pump(clock, 100, () => account('up').delivered === 2);
    assert.equal(account('up').deadLettered.expired, 0);
    const ages = host.observed('flamegate_endpoint_delivery_seconds', { exporter: 'pyroscope/test', endpoint: 'up' });
    assert.ok(
      ages.every((age) => age >= 0 && age < 60),
      String(ages),
    );
  }
});

test('max_backoff_retries above 0 ends a queued profile as exhausted', async () => {
  const up = await server(() => ({ status: 503 }));
  const { push, account } = await rig({ endpoints: [{ url: up.url, name: 'up', ...quick, max_backoff_retries: 3 }] });
  await push(pushSeries({ service_name: 'a' }));
  await eventually(() => account('up').deadLettered.exhausted === 1);
  assert.equal(up.arrivals.length, 3);
});

test('an endpoint rests for as long as Retry-After asks', async () => {
  const clock = new FakeClock();
  const up = await server([{ status: 503, headers: { 'Retry-After': '120' } }, {}]);
  const { push, account } = await rig({ endpoints: [{ url: up.url, name: 'up' }] }, { clock });
  await push(pushSeries({ service_name: 'a' }));
  await pump(clock, 100, () => up.arrivals.length === 1);
  await pump(clock, 1000, () => clock.monotonic() >= 110_000);
  await push(pushSeries({ service_name: 'b' }));
  await pump(clock, 1000, () => clock.monotonic() >= 119_000);
  assert.equal(up.arrivals.length, 1);
  await pump(clock, 1000, () => account('up').delivered === 2);
  assert.ok(clock.monotonic() < 125_000);
});

test('a dead endpoint gets at most 20 attempts a second, however short the backoff', async () => {
  const up = await server(() => ({ status: 503 }));
  const clock = new FakeClock();
  const { push } = await rig({ endpoints: [{ url: up.url, name: 'up', min_backoff_period: '1ms', max_backoff_period: '1ms' }] }, { clock });
  for (let n = 0; n < 200; n++) await push(pushSeries({ service_name: 'a' }));
  await pump(clock, 20, () => clock.monotonic() >= 1000);
  const before = up.arrivals.length;
  await pump(clock, 20, () => clock.monotonic() >= 4000);
  const perSecond = (up.arrivals.length - before) / 3;
  assert.ok(perSecond > 1 && perSecond <= 20, `${perSecond} attempts a second`);
});

test('one endpoint that answers 429, 503 or nothing leaves the delivery of another as it is', async () => {
  for (const trouble of [{ status: 429 }, { status: 503 }, { do: 'reset' }, { do: 'stall' }] as const) {
    const [good, bad] = [await server(), await server(() => trouble)];
    const { push, account } = await rig({
      endpoints: [
        { url: bad.url, name: 'bad', ...quick },
        { url: good.url, name: 'good' },
      ],
    });
    for (let n = 0; n < 100; n++) await push(pushSeries({ service_name: 'a' }));
    await eventually(
      () => account('good').delivered === 100,
      () => [trouble, account('good')],
    );
    assert.equal(account('bad').delivered, 0);
  }
});

test('an endpoint that is dead for an hour gets what is younger than max_age, the rest is dead letters, and the other one notices nothing', async () => {
  const clock = new FakeClock();
  const [dead, good] = [await server(() => ({ status: 503 })), await server([{}])];
  const { push, account } = await rig(
    { endpoints: [dead, good].map(({ url }, at) => ({ url, name: at === 0 ? 'dead' : 'good' })) },
    { clock },
  );
  const startedAt = clock.monotonic();
  for (let minute = 0; minute < 60; minute++) {
    await push(pushSeries({ service_name: `s${minute}` }));
    await pump(clock, 20_000, () => clock.monotonic() >= startedAt + (minute + 1) * 60_000);
    assert.equal(account('good').delivered, minute + 1, 'at once, every minute');
  }
  dead.script([{}]);
  await pump(clock, 5000, () => account('dead').delivered + account('dead').deadLettered.expired === 60);
  const { delivered, deadLettered } = account('dead');
  assert.ok(delivered >= 50 && delivered <= 55, `${delivered} of the last 55 minutes`);
  assert.equal(deadLettered.expired, 60 - delivered);
  assert.equal(account('good').delivered, 60);
});

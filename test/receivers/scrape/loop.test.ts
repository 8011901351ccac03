import assert from 'node:assert/strict';
import { test } from 'node:test';
import { gunzipSync } from 'node:zlib';
import type { Clock } from '../../../src/core/clock.ts';
import type { Call } from '../../../src/core/component.ts';
import { Refused } from '../../../src/core/errors.ts';
import type { ProfileBatch } from '../../../src/core/profile.ts';
import type { Fetched, FetchRequest, NotFetched } from '../../../src/net/client/fetch.ts';
import { ScrapeCounters } from '../../../src/receivers/scrape/counters.ts';
import { ScrapeLoop } from '../../../src/receivers/scrape/loop.ts';
import { enabledKinds } from '../../../src/receivers/scrape/profiles.ts';
import { BodyRoom } from '../../../src/receivers/scrape/room.ts';
import { profilesOf, type ScrapeTarget } from '../../../src/receivers/scrape/target.ts';
import { BackPressure, type Work } from '../../../src/receivers/scrape/work.ts';
import { FakeClock } from '../../support/fake-clock.ts';
import { createTestHost } from '../../support/host.ts';
import { heapProfile } from './heap.ts';

const good: Fetched = {
  kind: 'response',
  status: 200,
  headers: { 'content-type': 'application/octet-stream' },
  contentType: 'application/octet-stream',
  body: Buffer.from('0a026f6b', 'hex'),
};

/** A loop over a target that answers by script; times are the clock's. */
function setUp(
  options: { kind?: string; intervalMs?: number; answer?: (request: FetchRequest, count: number) => Promise<Fetched | NotFetched> } = {},
) {
  const clock = new FakeClock(1_700_000_000_000);
  const host = createTestHost({ id: 'scrape', clock });
  const begun: number[] = [];
  const timeouts: number[] = [];
  const taken: ProfileBatch[] = [];
  let consume = async (_batch: ProfileBatch, _call: Call): Promise<void> => {};
  const room = new BodyRoom();
  room.limit = 10_000;
  let work: Work = {
    intervalMs: options.intervalMs ?? 10_000,
    timeoutMs: 3000,
    maxBodyBytes: 1000,
    maxInflatedBytes: 10_000,
    host,
    counters: new ScrapeCounters(host),
    room,
    turned: () => {},
    hurry: new AbortController().signal,
    fetcher: {
      get(request) {
        begun.push(clock.monotonic());
        timeouts.push(request.timeoutMs);
        return options.answer?.(request, begun.length) ?? Promise.resolve(good);
      },
      open: () => assert.fail('nothing is watched'),
      close: async () => {},
    },
    next: {
      async consume(batch, call) {
        taken.push(batch);
        await consume(batch, call);
      },
    },
  };
  const pressure = new BackPressure();
  const kinds = enabledKinds({}).filter(({ kind }) => kind === (options.kind ?? 'goroutine'));
  const targetOf = (intervalMs: number): ScrapeTarget => {
    const found = profilesOf(
      { __address__: 'app:6060', service_name: 'app', __meta_x: 'y' },
      { kinds, jobName: '', scheme: 'http', params: {}, pathPrefix: '', intervalMs, deltaMs: 14_000 },
    );
    if (typeof found === 'string') throw new Error(found);
    const [target] = found;
    if (target === undefined) throw new Error('there is no such kind');
    return target;
  };
  const target = targetOf(work.intervalMs);
  const loop = new ScrapeLoop(target, () => work, pressure);
  return {
    clock,
    host,
    loop,
    begun,
    timeouts,
    taken,
    target,
    /** Milliseconds from the start to the first beat. */
    first: (target.phase * work.intervalMs - (clock.now() % work.intervalMs) + work.intervalMs) % work.intervalMs,
    workOf: () => work,
    onConsume(next: typeof consume) {
      consume = next;
    },
    reload(intervalMs: number) {
      work = { ...work, intervalMs };
      loop.follow(targetOf(intervalMs));
    },
  };
}

const near = (found: readonly number[], wanted: readonly number[]): void => assert.deepEqual(found.map(Math.round), wanted.map(Math.round));

test('asks on its own beat of the interval and hands the answer on with labels and scope', async () => {
  const { clock, loop, begun, first, taken, host, target } = setUp();
  loop.follow(target);
  await clock.advance(35_000 - 1);
  near(
    begun,
    [0, 1, 2, 3].map((beat) => first + beat * 10_000).filter((at) => at < 35_000),
  );
  const [batch] = taken;
  assert.equal(batch?.origin.protocol, 'scrape');
  const [series] = batch?.series ?? [];
  assert.deepEqual(series?.labels.toJSON(), {
    ...target.labels.toJSON(),
    'otel.scope.name': 'flamegate/scrape',
    'otel.scope.version': series?.labels.get('otel.scope.version'),
  });
  assert.equal(series?.labels.get('__delta__'), undefined);
  assert.equal(series?.payload.kind === 'push' && Buffer.concat(series.payload.fields).toString('hex'), '12060a040a026f6b');
  assert.equal(loop.state.health, 'up');
  assert.equal(host.metric('flamegate_receiver_received_profiles_total', { receiver: 'scrape', protocol: 'scrape' }), taken.length);
  await loop.stop();
  assert.equal(clock.pending, 0);
});

test('S14: a profile that takes time may take interval - 1 s more', async () => {
  for (const [kind, timeout] of [
    ['goroutine', 3000],
    ['process_cpu', 12_000],
  ] as const) {
    const { clock, loop, timeouts, target } = setUp({ kind });
    loop.follow(target);
    await clock.advance(10_000);
    assert.equal(timeouts[0], timeout);
    await loop.stop();
  }
});

test('S16: a slow scrape never overlaps: one beat is made up at once, the others are skipped and counted', async () => {
  const slow = Promise.withResolvers<Fetched>();
  const { clock, loop, begun, first, host, target } = setUp({ answer: async (_request, count) => (count === 1 ? slow.promise : good) });
  loop.follow(target);
  await clock.advance(first + 35_000);
  assert.equal(begun.length, 1);
  slow.resolve(good);
  await clock.advance(0);
  near(begun, [first, first + 35_000]);
  await clock.advance(10_000);
  near(begun, [first, first + 35_000, first + 40_000]);
  assert.equal(host.metric('flamegate_scrape_skipped_total', { receiver: 'scrape', reason: 'busy' }), 2);
  await loop.stop();
});

test('a timer that fires a little early is this beat and not another one', async () => {
  const { clock, begun, first, target, workOf } = setUp();
  // As Node's do: milliseconds are cut off when a timer is set.
  const early: Clock = {
    now: () => clock.now(),
    monotonic: () => clock.monotonic(),
    sleep: (ms, signal) => clock.sleep(ms, signal),
    after: (ms, run) => clock.after(ms - 0.4, run),
  };
  const eager = new ScrapeLoop(target, () => ({ ...workOf(), host: { ...workOf().host, clock: early } }), new BackPressure());
  eager.follow(target);
  await clock.advance(first + 25_000);
  assert.equal(begun.length, 3);
  await eager.stop();
});

test('a jump of the wall clock neither moves nor doubles a scrape', async () => {
  const { clock, loop, begun, first, target } = setUp();
  loop.follow(target);
  await clock.advance(first);
  clock.jump(-3_600_000);
  await clock.advance(10_000);
  clock.jump(7_200_000);
  await clock.advance(10_000);
  near(begun, [first, first + 10_000, first + 20_000]);
  await loop.stop();
});

test('a new interval counts from the last scrape: none is doubled, none is left out', async () => {
  const { clock, loop, begun, first, target, reload } = setUp();
  loop.follow(target);
  await clock.advance(first + 1000);
  reload(60_000);
  await clock.advance(59_000 - 1);
  assert.equal(begun.length, 1);
  await clock.advance(1001);
  assert.equal(begun.length, 2);
  reload(5000);
  await clock.advance(5000);
  assert.ok((begun[2] ?? 0) - (begun[1] ?? 0) >= 5000);
  const before = begun.length;
  loop.follow(target);
  await clock.advance(5000);
  assert.equal(begun.length, before + 1);
  await loop.stop();
});

test('a reload while a scrape is under way does not begin a second one', async () => {
  const slow = Promise.withResolvers<Fetched>();
  const { clock, loop, begun, first, target, reload } = setUp({ answer: async (_request, count) => (count === 1 ? slow.promise : good) });
  loop.follow(target);
  await clock.advance(first);
  reload(20_000);
  await clock.advance(60_000);
  assert.equal(begun.length, 1);
  slow.resolve(good);
  await clock.advance(0);
  assert.equal(begun.length, 2);
  await clock.advance(20_000);
  assert.equal(begun.length, 3);
  await loop.stop();
});

test('S18: a target that fails says its reason once, then counts, and says when it is back', async () => {
  let status = 500;
  const { clock, loop, host, target } = setUp({ answer: async () => ({ ...good, status }) });
  assert.equal(loop.state.health, 'unknown');
  loop.follow(target);
  await clock.advance(40_000);
  assert.equal(loop.state.health, 'down');
  assert.equal(loop.state.failures, 4);
  assert.match(loop.state.error, /HTTP status \(500\)/);
  assert.equal(host.lines.filter(({ level }) => level === 'warn').length, 1);
  assert.equal(host.metric('flamegate_scrape_failed_total', { receiver: 'scrape', reason: 'status' }), 4);
  status = 200;
  await clock.advance(10_000);
  assert.deepEqual([loop.state.health, loop.state.failures, loop.state.error], ['up', 0, '']);
  assert.deepEqual(host.lines.at(-1)?.facts['failures'], 4);
  await loop.stop();
});

test('a full queue: the scrapes after it are skipped and counted, and what was refused counts as down', async () => {
  const { clock, loop, host, first, begun, onConsume, target } = setUp();
  onConsume(async () => {
    throw new Refused('queue_full', 'the queue is full', 15_000);
  });
  loop.follow(target);
  await clock.advance(first);
  assert.equal(loop.state.health, 'down');
  onConsume(async () => {});
  await clock.advance(9_999);
  assert.equal(begun.length, 1);
  const skipped = (): number | undefined => host.metric('flamegate_scrape_skipped_total', { receiver: 'scrape', reason: 'back_pressure' });
  assert.equal(skipped(), 0);
  assert.equal(host.metric('flamegate_receiver_refused_profiles_total', { receiver: 'scrape', reason: 'queue_full' }), 1);
  await clock.advance(10_001);
  assert.equal(loop.state.health, 'up');
  await loop.stop();
});

test('another loop does not scrape while the queue is full', async () => {
  const other = setUp();
  const pressure = new BackPressure();
  pressure.begin(0, 20_000);
  const held = new ScrapeLoop(other.target, other.workOf, pressure);
  held.follow(other.target);
  await other.clock.advance(20_000);
  assert.equal(other.begun.length, 0);
  await other.clock.advance(10_000);
  assert.equal(other.begun.length, 1);
  assert.equal(other.host.metric('flamegate_scrape_skipped_total', { receiver: 'scrape', reason: 'back_pressure' }), 2);
  await held.stop();
});

test('S12: what counts from the start is subtracted; what was not taken is part of the next difference', async () => {
  let total = 0;
  const answer = async (): Promise<Fetched> => {
    total += 10;
    return { ...good, body: heapProfile({ work: total }) };
  };
  const { clock, loop, taken, first, onConsume, target } = setUp({ kind: 'memory', answer });
  loop.follow(target);
  await clock.advance(first);
  assert.equal(taken.length, 0);
  assert.equal(loop.state.health, 'up');
  /** Compressing runs on a thread of its own. */
  const sent = async (count: number): Promise<number> => {
    while (taken.length < count) await new Promise((resolve) => setImmediate(resolve));
    await clock.advance(0);
    const payload = taken.at(-1)?.series[0]?.payload;
    const field = payload?.kind === 'push' ? payload.fields[1] : undefined;
    return field === undefined ? 0 : heapProfile.total(gunzipSync(field));
  };
  await clock.advance(10_000);
  assert.equal(await sent(1), 10);
  assert.equal(taken[0]?.series[0]?.labels.get('__delta__'), 'false');
  onConsume(async () => {
    throw new Refused('queue_full', 'the queue is full', 1000);
  });
  await clock.advance(10_000);
  assert.equal(await sent(2), 10);
  onConsume(async () => {});
  await clock.advance(10_000);
  assert.equal(await sent(3), 20);
  await loop.stop();
});

test('stop() cuts the request and waits for the delivery', async () => {
  const gate = Promise.withResolvers<void>();
  const { clock, loop, first, onConsume, target } = setUp();
  onConsume(() => gate.promise);
  loop.follow(target);
  await clock.advance(first);
  let stopped = false;
  const stopping = loop.stop().then(() => {
    stopped = true;
  });
  await clock.advance(0);
  assert.equal(stopped, false);
  gate.resolve();
  await stopping;
  await clock.advance(100_000);
  assert.equal(clock.pending, 0);
});

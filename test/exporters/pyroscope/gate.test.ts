import assert from 'node:assert/strict';
import test from 'node:test';
import fc from 'fast-check';
import { Breaker } from '../../../src/exporters/pyroscope/pacing/breaker.ts';
import { Gate } from '../../../src/exporters/pyroscope/pacing/gate.ts';
import { Window } from '../../../src/exporters/pyroscope/pacing/window.ts';
import { FakeClock } from '../../support/fake-clock.ts';

const periods = { minMs: 100, maxMs: 60_000 };
const noJitter = (): number => 0;

function breakerAt(clock: FakeClock): Breaker {
  return new Breaker(periods, clock, noJitter);
}

/** Opens it by an answer that says itself that the endpoint takes nothing. */
function openBreaker(clock: FakeClock): Breaker {
  const breaker = breakerAt(clock);
  for (let n = 0; n < 5; n++) breaker.failed('down', 10, false, false);
  return breaker;
}

test('the breaker opens after five failures in a row, and any proper answer begins the count anew', () => {
  for (const failure of ['down', 'answered'] as const) {
    const breaker = breakerAt(new FakeClock());
    for (let n = 0; n < 4; n++) breaker.failed(failure, 10, false, false);
    breaker.works(false);
    for (let n = 0; n < 4; n++) breaker.failed(failure, 10, false, false);
    assert.equal(breaker.open, false);
    breaker.failed(failure, 10, false, false);
    assert.equal(breaker.open, true);
  }
});

test('an endpoint that says itself that it takes nothing opens the breaker at once, unless it took something lately', async () => {
  const clock = new FakeClock();
  const breaker = breakerAt(clock);
  breaker.failed('answered', 10, false, true);
  assert.equal(breaker.open, true);
  breaker.works(true);
  for (let n = 0; n < 19; n++) breaker.failed('answered', 10, false, true);
  assert.equal(breaker.open, false);
  breaker.failed('answered', 10, false, true);
  assert.equal(breaker.open, true);
  breaker.works(true);
  await clock.advance(30_000);
  breaker.failed('answered', 10, false, true);
  assert.equal(breaker.open, true);
});

test('while an endpoint gives no answer one probe passes at a time, after waits that grow up to ten seconds', async () => {
  const clock = new FakeClock();
  const breaker = openBreaker(clock);
  const waits: (number | undefined)[] = [];
  for (let n = 0; n < 9; n++) {
    assert.equal(breaker.due, 0);
    waits.push(breaker.waitMs);
    await clock.advance(breaker.waitMs ?? 0);
    assert.equal(breaker.due, 1);
    breaker.probe();
    assert.deepEqual([breaker.due, breaker.waitMs], [0, undefined]);
    breaker.failed('down', 10, true, false);
  }
  assert.deepEqual(waits, [100, 200, 400, 800, 1600, 3200, 6400, 10_000, 10_000]);
});

/** Lets rounds of probes fail; how many went out in each, and how long after the one before. */
async function rounds(
  breaker: Breaker,
  clock: FakeClock,
  count: number,
  ms: number,
): Promise<{ sizes: number[]; attemptsPerSecond: number }> {
  const sizes: number[] = [];
  const since = clock.monotonic();
  let attempts = 0;
  for (let n = 0; n < count; n++) {
    await clock.advance(breaker.waitMs ?? 0);
    const size = breaker.due;
    for (let probe = 0; probe < size; probe++) breaker.probe();
    for (let probe = 0; probe < size; probe++) breaker.failed('answered', ms, true, false);
    sizes.push(size);
    attempts += size;
  }
  await clock.advance(breaker.waitMs ?? 0);
  return { sizes, attemptsPerSecond: (1000 * attempts) / (clock.monotonic() - since) };
}

test('while it answers soon and in its own words twice as many probe each round, within 20 attempts a second', async () => {
  const clock = new FakeClock();
  const { sizes, attemptsPerSecond } = await rounds(openBreaker(clock), clock, 40, 10);
  assert.deepEqual(sizes.slice(0, 7), [1, 2, 4, 8, 16, 20, 20]);
  assert.ok(attemptsPerSecond <= 20 && attemptsPerSecond > 10, `${attemptsPerSecond}`);
});

test('answers that take long let one probe out at a time', async () => {
  const clock = new FakeClock();
  const { sizes } = await rounds(openBreaker(clock), clock, 5, 3000);
  assert.deepEqual(sizes, [1, 1, 1, 1, 1]);
});

test('probing gets slower when a thousand probes have found nothing', async () => {
  const clock = new FakeClock();
  const breaker = openBreaker(clock);
  await rounds(breaker, clock, 80, 10);
  const { attemptsPerSecond } = await rounds(breaker, clock, 40, 10);
  assert.ok(attemptsPerSecond <= 2.1, `${attemptsPerSecond}`);
});

test('when nobody is left who has not been tried, one probe passes at a time, after waits that grow', async () => {
  const clock = new FakeClock();
  const breaker = openBreaker(clock);
  await rounds(breaker, clock, 4, 10);
  const waits: (number | undefined)[] = [];
  for (let n = 0; n < 4; n++) {
    await clock.advance(breaker.waitMs ?? 0);
    assert.ok(breaker.due >= 1);
    breaker.probe();
    breaker.nobodyNew();
    assert.equal(breaker.due, 0);
    breaker.failed('answered', 10, true, false);
    waits.push(breaker.waitMs);
  }
  assert.deepEqual(waits, [800, 400, 800, 1600]);
});

test('attempts that were under way when it opened put no probe off, and one that is taken closes it', () => {
  const breaker = openBreaker(new FakeClock());
  const { waitMs } = breaker;
  breaker.failed('down', 10, false, false);
  assert.equal(breaker.waitMs, waitMs);
  breaker.works(true);
  assert.equal(breaker.open, false);
});

test('a probe that came to nothing ends its round', async () => {
  const clock = new FakeClock();
  const breaker = openBreaker(clock);
  await clock.advance(100);
  assert.equal(breaker.due, 1);
  breaker.probe();
  breaker.withdrawn();
  await clock.advance(breaker.waitMs ?? Number.NaN);
  assert.ok(breaker.due >= 1);
});

function fill(window: Window): number {
  let entered = 0;
  for (; !window.isFull(0); entered++) window.enter(1);
  return entered;
}

function empty(window: Window, entered: number): void {
  for (let n = 0; n < entered; n++) window.leave(1);
}

/** Keeps the window full while so many attempts are taken. */
function flow(window: Window, taken: number): void {
  let inside = fill(window);
  for (let n = 0; n < taken; n++) {
    window.grow(1);
    window.leave(1);
    inside += fill(window) - 1;
  }
  empty(window, inside);
}

test('the window doubles while everything is taken, and grows by one a round after trouble', () => {
  const window = new Window();
  const before = window.requests;
  flow(window, before);
  assert.equal(window.requests, 2 * before);
  flow(window, 1000);
  const most = window.requests;
  assert.equal(most, 100);
  for (let n = 0; n < most; n++) window.halve(1, 2);
  assert.equal(window.requests, most / 2, 'one round of failures is one trouble');
  flow(window, most / 2 + 1);
  assert.equal(window.requests, most / 2 + 1);
});

test('a window that is not used does not grow', () => {
  const window = new Window();
  const before = window.requests;
  for (let n = 0; n < 100; n++) {
    window.enter(1);
    window.grow(1);
    window.leave(1);
  }
  assert.equal(window.requests, before);
});

test('the window never closes for a single request, and what carries too many bytes goes alone', () => {
  const window = new Window();
  for (let n = 1; n < 50; n++) window.halve(2 * n, 2 * n + 1);
  assert.equal(window.requests, 1);
  assert.equal(window.isFull(0), false);
  assert.equal(window.isFull(1), true);
  const large = new Window();
  large.enter(65 * 2 ** 20);
  assert.equal(large.isFull(0), true);
});

test('whatever happens, what has left is not in the window any more', () => {
  const outcomes = fc.constantFrom('taken', 'failed', 'nothing');
  fc.assert(
    fc.property(fc.array(fc.tuple(outcomes, fc.nat(2 ** 24)), { maxLength: 60 }), (attempts) => {
      const window = new Window();
      for (const [at, [outcome, bytes]] of attempts.entries()) {
        window.enter(bytes);
        if (outcome === 'taken') window.grow(bytes);
        if (outcome === 'failed') window.halve(at + 1, at + 2);
        window.leave(bytes);
      }
      assert.equal(window.isFull(0), false);
      assert.ok(window.requests >= 1 && window.requests <= 100);
    }),
  );
});

function gateAt(clock: FakeClock): Gate {
  return new Gate(periods, clock, noJitter);
}

test('the gate lets in as many as the window holds, those included that have a place and have not begun', () => {
  const gate = gateAt(new FakeClock());
  let inside = 0;
  for (; gate.hasRoom(0); inside++) gate.begin('line', 10);
  assert.equal(inside, gate.concurrency);
  gate.leave('line', 10);
  assert.deepEqual([gate.hasRoom(0), gate.hasRoom(1)], [true, false]);
});

test('suspects need no room and take none, and what they come to says nothing of the endpoint', () => {
  const gate = gateAt(new FakeClock());
  for (let n = 0; n < 100; n++) {
    gate.begin('suspect', 2 ** 30);
    gate.missed('suspect', 'unclear', 0, false);
  }
  assert.deepEqual([gate.open, gate.hasRoom(0)], [false, true]);
  for (let n = 0; n < 5; n++) gate.missed('suspect', 'down', 0, false);
  assert.equal(gate.open, true, 'no answer is no answer, whoever asked');
});

test('a record that is at fault itself neither opens the breaker nor costs concurrency', async () => {
  const clock = new FakeClock();
  const gate = gateAt(clock);
  const before = gate.concurrency;
  await clock.advance(10);
  for (let n = 0; n < 100; n++) gate.missed('line', 'unclear', 5, true);
  assert.deepEqual([gate.open, gate.concurrency], [false, before]);
});

test('concurrency falls with failures only while nothing was taken lately', async () => {
  const clock = new FakeClock();
  const gate = gateAt(clock);
  gate.begin('line', 1);
  gate.taken('line', 1);
  gate.leave('line', 1);
  const before = gate.concurrency;
  await clock.advance(10);
  gate.missed('line', 'unclear', 5, false);
  assert.equal(gate.concurrency, before);
  gate.missed('line', 'down', 5, false);
  assert.equal(gate.concurrency, Math.floor(before / 2));
});

test('nothing passes while the endpoint rests, probes neither', async () => {
  const clock = new FakeClock();
  const gate = gateAt(clock);
  gate.rest(5000);
  assert.deepEqual([gate.closed, gate.hasRoom(0), gate.waitMs], [true, false, 5000]);
  for (let n = 0; n < 5; n++) gate.missed('line', 'down', 0, false);
  await clock.advance(4999);
  assert.equal(gate.probesDue, 0);
  await clock.advance(1);
  assert.equal(gate.probesDue, 1);
});

test('an open gate lets a probe through, and is closed by one that is taken', async () => {
  const clock = new FakeClock();
  const gate = gateAt(clock);
  gate.missed('line', 'misdirected', 0, false);
  assert.deepEqual([gate.open, gate.hasRoom(0), gate.concurrency, gate.probesDue], [true, false, 1, 0]);
  await clock.advance(gate.waitMs ?? Number.NaN);
  assert.equal(gate.probesDue, 1);
  gate.probe();
  gate.begin('probe', 1);
  gate.taken('probe', 1);
  gate.leave('probe', 1);
  assert.deepEqual([gate.open, gate.hasRoom(0)], [false, true]);
});

test('a denied or rejected record shows that the endpoint works', () => {
  for (const kind of ['denied', 'rejected'] as const) {
    const gate = gateAt(new FakeClock());
    gate.missed('line', 'misdirected', 0, false);
    gate.missed('line', kind, 0, false);
    assert.equal(gate.open, false);
  }
});

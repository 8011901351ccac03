import assert from 'node:assert/strict';
import test from 'node:test';
import fc from 'fast-check';
import { Breaker } from '../../../src/exporters/pyroscope/breaker.ts';
import { AdaptiveGate, alwaysOpen, type Pass } from '../../../src/exporters/pyroscope/gate.ts';
import type { Outcome } from '../../../src/exporters/pyroscope/outcome.ts';
import { type Slot, Window } from '../../../src/exporters/pyroscope/window.ts';
import { FakeClock } from '../../support/fake-clock.ts';

const periods = { minMs: 100, maxMs: 60_000 };
const noJitter = (): number => 0;
const never = new AbortController().signal;

function end(place: Slot | Pass | undefined, outcome: Outcome): void {
  place?.tell(outcome);
  place?.leave();
}

function breakerAt(clock: FakeClock): Breaker {
  return new Breaker(periods, clock, noJitter);
}

test('the breaker opens after five failures in a row, and any proper answer begins the count anew', () => {
  const breaker = breakerAt(new FakeClock());
  for (let n = 0; n < 4; n++) breaker.failed(breaker.enter(), false);
  breaker.answered();
  for (let n = 0; n < 4; n++) breaker.failed(breaker.enter(), false);
  assert.equal(breaker.open, false);
  breaker.failed(breaker.enter(), false);
  assert.equal(breaker.open, true);
});

test('an endpoint that says itself that it takes nothing opens the breaker at once', () => {
  const breaker = breakerAt(new FakeClock());
  breaker.failed(breaker.enter(), true);
  assert.equal(breaker.open, true);
});

test('while it is open one probe passes at a time, after waits that grow up to ten seconds', async () => {
  const clock = new FakeClock();
  const breaker = breakerAt(clock);
  breaker.failed(breaker.enter(), true);
  const waits: number[] = [];
  for (let n = 0; n < 9; n++) {
    waits.push(breaker.waitMs);
    await clock.advance(breaker.waitMs);
    assert.equal(breaker.waitMs, 0);
    const probe = breaker.enter();
    assert.equal(probe, true);
    assert.equal(breaker.waitMs, Number.POSITIVE_INFINITY);
    breaker.failed(probe, false);
  }
  assert.deepEqual(waits, [100, 200, 400, 800, 1600, 3200, 6400, 10_000, 10_000]);
});

test('attempts that were under way when it opened put no probe off, and one that is answered closes it', async () => {
  const clock = new FakeClock();
  const breaker = breakerAt(clock);
  const underWay = breaker.enter();
  breaker.failed(breaker.enter(), true);
  const { waitMs } = breaker;
  breaker.failed(underWay, false);
  assert.equal(breaker.waitMs, waitMs);
  breaker.answered();
  assert.deepEqual([breaker.open, breaker.waitMs], [false, 0]);
});

test('a probe that came to nothing lets another go at once', async () => {
  const clock = new FakeClock();
  const breaker = breakerAt(clock);
  breaker.failed(breaker.enter(), true);
  await clock.advance(100);
  breaker.enter();
  breaker.withdrawn();
  assert.equal(breaker.waitMs, 0);
});

/** Fills the window and ends everything in it the same way. */
function round(window: Window, outcome: Outcome): void {
  for (const slot of fill(window)) end(slot, outcome);
}

function fill(window: Window): Slot[] {
  const slots: Slot[] = [];
  while (!window.full) slots.push(window.enter());
  return slots;
}

/** Keeps the window full while so many attempts are taken. */
function flow(window: Window, taken: number): void {
  const slots = fill(window);
  for (let n = 0; n < taken; n++) {
    end(slots.shift(), 'taken');
    slots.push(...fill(window));
  }
  for (const slot of slots) end(slot, 'answered');
}

test('the window doubles while everything is taken, and grows by one a round after trouble', async () => {
  const clock = new FakeClock();
  const window = new Window(clock);
  const before = window.requests;
  flow(window, before);
  assert.equal(window.requests, 2 * before);
  flow(window, 1000);
  const most = window.requests;
  assert.equal(most, 100);
  await clock.advance(1);
  round(window, 'failed');
  assert.equal(window.requests, most / 2, 'one round of failures is one trouble');
  await clock.advance(1);
  flow(window, most / 2 + 1);
  assert.equal(window.requests, most / 2 + 1);
});

test('a window that is not used does not grow', () => {
  const window = new Window(new FakeClock());
  const before = window.requests;
  for (let n = 0; n < 100; n++) end(window.enter(), 'taken');
  assert.equal(window.requests, before);
});

test('the window never closes for a single request, and what carries too many bytes goes alone', async () => {
  const clock = new FakeClock();
  const window = new Window(clock);
  for (let n = 0; n < 50; n++) {
    await clock.advance(1);
    round(window, 'failed');
  }
  assert.equal(window.requests, 1);
  assert.equal(window.full, false);
  const large = new Window(clock);
  large.enter().load(65 * 2 ** 20);
  assert.equal(large.full, true);
});

test('whatever happens, what has left is not in the window any more', () => {
  const outcomes = fc.constantFrom<Outcome>('taken', 'answered', 'failed', 'down', 'nothing');
  fc.assert(
    fc.property(fc.array(fc.tuple(outcomes, fc.nat(2 ** 24)), { maxLength: 60 }), (attempts) => {
      const window = new Window(new FakeClock());
      for (const [outcome, bytes] of attempts) {
        const slot = window.enter();
        slot.load(bytes);
        end(slot, outcome);
      }
      assert.equal(window.full, false);
      assert.ok(window.requests >= 1 && window.requests <= 100);
    }),
  );
});

function gateAt(clock: FakeClock): AdaptiveGate {
  return new AdaptiveGate(periods, clock, noJitter);
}

async function enterAll(gate: AdaptiveGate): Promise<Pass[]> {
  const passes: Pass[] = [];
  const full = new AbortController();
  for (;;) {
    const entered = gate.enter(full.signal);
    const pass = await Promise.race([entered, new Promise<undefined>((resolve) => setImmediate(resolve, undefined))]);
    if (pass === undefined) {
      full.abort();
      await entered.catch(() => {});
      return passes;
    }
    passes.push(pass);
  }
}

test('the gate lets in as many as the window holds, and one more for each that leaves', async () => {
  const gate = gateAt(new FakeClock());
  const passes = await enterAll(gate);
  assert.equal(passes.length, gate.concurrency);
  const next = gate.enter(never);
  end(passes[0], 'answered');
  await next;
});

test('what an attempt came to counts at once, its place is kept until it leaves, and is left once', async () => {
  const gate = gateAt(new FakeClock());
  const passes = await enterAll(gate);
  const [splitting] = passes;
  splitting?.tell('answered');
  assert.equal((await enterAll(gate)).length, 0);
  splitting?.leave();
  splitting?.leave();
  assert.equal((await enterAll(gate)).length, 1);
  passes[1]?.tell('down');
  assert.deepEqual([gate.open, passes[2]?.valid], [true, false]);
});

test('nothing passes while the endpoint rests, and a pass from before counts no more', async () => {
  const clock = new FakeClock();
  const gate = gateAt(clock);
  const early = await gate.enter(never);
  gate.rest(5000);
  assert.deepEqual([gate.closed, early.valid], [true, false]);
  end(early, 'nothing');
  let entered = false;
  const entering = gate.enter(never).finally(() => {
    entered = true;
  });
  await clock.advance(4999);
  assert.equal(entered, false);
  await clock.advance(1);
  assert.equal((await entering).valid, true);
});

test('an open gate lets one probe through, which counts although the gate is open', async () => {
  const clock = new FakeClock();
  const gate = gateAt(clock);
  const [first, second] = [await gate.enter(never), await gate.enter(never)];
  end(first, 'down');
  assert.deepEqual([gate.open, gate.concurrency, second.valid], [true, 1, false]);
  end(second, 'nothing');
  await clock.advance(200);
  const probe = await gate.enter(never);
  assert.equal(probe.valid, true);
  const next = gate.enter(never);
  end(probe, 'taken');
  await next;
  assert.equal(gate.open, false);
});

test('a probe that had nothing to carry makes room for another', async () => {
  const clock = new FakeClock();
  const gate = gateAt(clock);
  end(await gate.enter(never), 'down');
  await clock.advance(200);
  end(await gate.enter(never), 'nothing');
  end(await gate.enter(never), 'taken');
  assert.equal(gate.open, false);
});

test('waiting at the gate ends with the signal, and leaves no timer behind', async () => {
  const clock = new FakeClock();
  const gate = gateAt(clock);
  gate.rest(60_000);
  const controller = new AbortController();
  const entering = gate.enter(controller.signal);
  controller.abort(new Error('stop'));
  await assert.rejects(entering, { message: 'stop' });
  assert.equal(clock.pending, 0);
  await assert.rejects(gate.enter(AbortSignal.abort(new Error('stopped'))), { message: 'stopped' });
});

test('with ack delivered the gate never closes', async () => {
  alwaysOpen.rest(60_000);
  for (let n = 0; n < 1000; n++) end(await alwaysOpen.enter(never), 'down');
  assert.deepEqual([alwaysOpen.open, alwaysOpen.closed], [false, false]);
  await assert.rejects(alwaysOpen.enter(AbortSignal.abort(new Error('stopped'))), { message: 'stopped' });
});

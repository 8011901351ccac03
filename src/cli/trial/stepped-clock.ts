import type { Clock } from '../../core/clock.ts';

/** A clock that stands still until it is told. Timers run by the real one: who waits for an answer from outside must not wait for ever. */
export interface SteppedClock extends Clock {
  step(ms: number): void;
}

/** Begins now. */
export function steppedClock(real: Clock): SteppedClock {
  const began = { now: real.now(), monotonic: real.monotonic() };
  let stepped = 0;
  return {
    now: () => began.now + stepped,
    monotonic: () => began.monotonic + stepped,
    after: (ms, run) => real.after(ms, run),
    sleep: (ms, signal) => real.sleep(ms, signal),
    step(ms) {
      stepped += ms;
    },
  };
}

import { setTimeout as passed } from 'node:timers/promises';
import type { Target } from '../targets.ts';

const pollMs = 10;
const stalledMs = 30_000;

/** Requests that the sink has taken. */
export async function takenBy(sink: Target): Promise<number> {
  const answer = await fetch(`http://127.0.0.1:${sink.port}/stats`);
  return Number((await answer.text()).split(' ')[0]);
}

/** Resolves when the sink has taken so many; rejects when it gets no more of them for half a minute. */
export async function untilTaken(sink: Target, requests: number): Promise<void> {
  let [taken, since] = [await takenBy(sink), performance.now()];
  while (taken < requests) {
    await passed(pollMs);
    const before = taken;
    taken = await takenBy(sink);
    if (taken > before) since = performance.now();
    else if (performance.now() - since > stalledMs) throw new Error(`the sink has ${taken} of ${requests} pushes and gets no more`);
  }
}

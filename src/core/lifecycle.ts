import type { Component } from './component.ts';

/** Something with a name and a life. */
export interface Named {
  readonly id: string;
  readonly component: Partial<Component>;
}

/**
 * Starts one after the other; give what is downstream first, so that whoever can take something has somewhere to put it. When one fails, or
 * `giveUp` aborts before it has started, all that were asked to start are stopped again, in reverse, and the failure is thrown: one that hangs
 * is stopped when it comes round, and nobody waits for it.
 */
export async function startAll(downstreamFirst: readonly Named[], giveUp: AbortSignal): Promise<void> {
  const asked: Named[] = [];
  const { promise: givenUp, reject } = Promise.withResolvers<never>();
  givenUp.catch(() => {}); // told to whoever is waiting then
  const onAbort = (): void => reject(giveUp.reason);
  if (giveUp.aborted) onAbort();
  else giveUp.addEventListener('abort', onAbort, { once: true });
  try {
    for (const named of downstreamFirst) {
      const starting = named.component.start?.() ?? Promise.resolve();
      starting.catch(() => {}); // one that was given up may fail later
      try {
        await Promise.race([starting, givenUp]);
      } catch (why) {
        if (giveUp.aborted) void starting.then(() => named.component.stop?.(giveUp)).catch(() => {});
        else asked.push(named);
        throw why;
      }
      asked.push(named);
    }
  } catch (why) {
    await stopAll(asked.reverse(), AbortSignal.abort(why)).catch(() => {}); // the first failure is the one to report
    throw why;
  } finally {
    giveUp.removeEventListener('abort', onAbort);
  }
}

/** Stops one after the other; give what is upstream first, so that nothing is handed to a stopped component. Every one is stopped whatever
 *  the others throw; rejects with the one failure, or with an AggregateError of all. */
export async function stopAll(upstreamFirst: readonly Named[], deadline: AbortSignal): Promise<void> {
  const failures: unknown[] = [];
  for (const named of upstreamFirst) {
    try {
      await named.component.stop?.(deadline);
    } catch (why) {
      failures.push(new Error(`stopping ${named.id} failed: ${why instanceof Error ? why.message : String(why)}`, { cause: why }));
    }
  }
  if (failures.length === 1) throw failures[0];
  if (failures.length > 1) throw new AggregateError(failures, failures.map((f) => (f as Error).message).join('; '));
}

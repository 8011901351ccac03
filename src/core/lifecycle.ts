import type { Component } from './component.ts';

/** Something with a name and a life. */
export interface Named {
  readonly id: string;
  readonly component: Partial<Component>;
}

/**
 * Starts one after the other; give what is downstream first, so that whoever can take something has somewhere to put it. When one fails,
 * those already started are stopped again, in reverse, and the failure is thrown.
 */
export async function startAll(downstreamFirst: readonly Named[], deadline: AbortSignal): Promise<void> {
  const started: Named[] = [];
  for (const named of downstreamFirst) {
    try {
      await named.component.start?.();
      started.push(named);
    } catch (why) {
      await stopAll(started.reverse(), deadline).catch(() => {}); // the first failure is the one to report
      throw why;
    }
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

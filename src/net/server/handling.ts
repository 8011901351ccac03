import { follow } from '../../core/abort.ts';
import type { Clock } from '../../core/clock.ts';
import type { Cut } from './body.ts';
import { Unserved } from './unserved.ts';

/** Makes the answer under a signal that ends the wait for it. */
export type Handle<T> = (signal: AbortSignal) => Promise<T>;

/** What the sender has asked for. Monotonic milliseconds. */
export interface Deadline {
  readonly clock: Clock;
  /** Its clock has been running since the head. */
  readonly startedAt: number;
  readonly deadlineMs: number;
}

/** What the work comes to; rejects with the signal's reason when that aborts first, and never starts the work when it already has. */
export function untilAborted<T>(signal: AbortSignal, handle: Handle<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    if (signal.aborted) return reject(signal.reason);
    const onAbort = (): void => reject(signal.reason);
    signal.addEventListener('abort', onAbort, { once: true });
    const end = (): void => signal.removeEventListener('abort', onAbort);
    handle(signal).then(
      (result) => {
        end();
        resolve(result);
      },
      (why) => {
        end();
        reject(why);
      },
    );
  });
}

/** The same, and Unserved("deadline") when that passes first. */
export async function untilDeadline<T>(signal: AbortSignal, { clock, startedAt, deadlineMs }: Deadline, handle: Handle<T>): Promise<T> {
  const over = new Unserved('deadline', `the sender's deadline of ${deadlineMs} ms is over`);
  const leftMs = deadlineMs - (clock.monotonic() - startedAt);
  if (leftMs <= 0) throw over;
  const { controller, release } = follow(signal);
  const cancel = clock.after(leftMs, () => controller.abort(over));
  try {
    return await untilAborted(controller.signal, handle);
  } finally {
    cancel();
    release();
  }
}

/** The same for work that reads the body itself, which can be cut as any other. */
export async function untilCut<T>(signal: AbortSignal, receiving: Set<Cut>, handle: Handle<T>): Promise<T> {
  const { controller, release } = follow(signal);
  const cut: Cut = (why) => controller.abort(why);
  receiving.add(cut);
  try {
    return await untilAborted(controller.signal, handle);
  } finally {
    receiving.delete(cut);
    release();
  }
}

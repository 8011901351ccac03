import type { Failed } from '../../core/errors.ts';
import type { LogRecord } from '../../queue/log.ts';

/** `ack: delivered`: the sender that waits for the records of its call. Lives in memory beside them, never in them. */
export class Waiting {
  /** The sender is gone, or its deadline has passed. */
  readonly signal: AbortSignal;
  /**
   * Resolves when every endpoint took every record; rejects with the first failure after all have ended, or at once with signal.reason.
   * Nobody has to listen.
   */
  readonly verdict: Promise<void>;
  /** When the sender's deadline passes, monotonic milliseconds; undefined when it named none. */
  readonly deadlineAt: number | undefined;

  readonly #end: PromiseWithResolvers<void> = Promise.withResolvers();
  readonly #onAbort = (): void => this.#end.reject(this.signal.reason);
  #open: number;
  #failed: Failed | undefined;

  /** `outcomes` is how many times settle() will be called: records times endpoints. */
  constructor(outcomes: number, signal: AbortSignal, deadlineAt?: number) {
    this.signal = signal;
    this.deadlineAt = deadlineAt;
    this.#open = outcomes;
    this.verdict = this.#end.promise;
    this.verdict.catch(() => {}); // told to whoever awaits it; the sender may have left before anybody does
    if (outcomes === 0) this.#end.resolve();
    else if (signal.aborted) this.#onAbort();
    else signal.addEventListener('abort', this.#onAbort, { once: true });
  }

  /** A part of a record was refused; the rest goes on. */
  note(failed: Failed | undefined): void {
    this.#failed ??= failed;
  }

  /** One endpoint has ended with one record. */
  settle(failed?: Failed): void {
    this.note(failed);
    this.#open -= 1;
    if (this.#open > 0) return;
    this.signal.removeEventListener('abort', this.#onAbort);
    if (this.#failed === undefined) this.#end.resolve();
    else this.#end.reject(this.#failed);
  }
}

/** Who waits for which record; a record that nobody waits for is in none. */
export type Waitings = WeakMap<LogRecord, Waiting>;

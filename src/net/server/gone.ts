import { Unserved } from './unserved.ts';

/** What a sender that is gone would be told. */
export function gone(): Unserved {
  return new Unserved('canceled', 'the sender has closed the connection');
}

/** Whether a sender is gone, and who wants to hear of it. */
export class Gone {
  #why: Unserved | undefined;
  #listener: ((why: Unserved) => void) | undefined;
  #controller: AbortController | undefined;

  /** One listener; called at once when the sender is gone already. */
  listen(listener: (why: Unserved) => void): void {
    if (this.#why === undefined) this.#listener = listener;
    else listener(this.#why);
  }

  /** The same as a signal, made when somebody asks for it. */
  get signal(): AbortSignal {
    this.#controller ??= new AbortController();
    if (this.#why !== undefined && !this.#controller.signal.aborted) this.#controller.abort(this.#why);
    return this.#controller.signal;
  }

  /** Once. */
  tell(): void {
    if (this.#why !== undefined) return;
    this.#why = gone();
    this.#controller?.abort(this.#why);
    this.#listener?.(this.#why);
  }
}

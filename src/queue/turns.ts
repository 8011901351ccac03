/** One holder at a time of each name, in the order of asking. */
export class Turns {
  readonly #last = new Map<string, Promise<void>>();

  /** Resolves when it is the caller's turn, with the function that ends it; rejects with signal.reason, then, when that has aborted. */
  async enter(name: string, signal?: AbortSignal): Promise<() => void> {
    const before = this.#last.get(name);
    const mine = Promise.withResolvers<void>();
    this.#last.set(name, mine.promise);
    const leave = (): void => {
      if (this.#last.get(name) === mine.promise) this.#last.delete(name);
      mine.resolve();
    };
    await before;
    if (!signal?.aborted) return leave;
    leave();
    throw signal.reason;
  }
}

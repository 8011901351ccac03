/** One holder at a time of each name, in the order of asking. */
export class Turns {
  readonly #last = new Map<string, Promise<void>>();

  /** Resolves when it is the caller's turn, with the function that ends it. */
  async enter(name: string): Promise<() => void> {
    const before = this.#last.get(name);
    const mine = Promise.withResolvers<void>();
    this.#last.set(name, mine.promise);
    await before;
    return () => {
      if (this.#last.get(name) === mine.promise) this.#last.delete(name);
      mine.resolve();
    };
  }
}

import type { Held, Shared } from '../../core/component.ts';

/** A shared resource that is asked for when it is first needed. */
export class LazilyHeld<T extends Shared> {
  readonly #share: () => Promise<Held<T>>;
  #held: Promise<Held<T>> | undefined;

  constructor(share: () => Promise<Held<T>>) {
    this.#share = share;
  }

  async get(): Promise<T> {
    this.#held ??= this.#share();
    return (await this.#held).resource;
  }

  async release(): Promise<void> {
    const held = this.#held;
    this.#held = undefined;
    await (await held)?.release();
  }
}

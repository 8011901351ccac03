import type { Held, Host, Shared } from '../../../core/component.ts';
import { randomUuid } from './trace.ts';

/** X-Alloy-Id: one random id for all exporters of a process, for as long as one of them sends it (alloy-behaviour 1.4). */
export class AlloyId {
  readonly #host: Host;
  #held: Held<Identity> | undefined;

  constructor(host: Host) {
    this.#host = host;
  }

  /** Resolves when headers() has it. */
  async claim(): Promise<void> {
    this.#held ??= await this.#host.share('X-Alloy-Id', async () => new Identity(randomUuid(this.#host.random)));
  }

  headers(): Readonly<Record<string, string>> {
    return this.#held === undefined ? {} : { 'X-Alloy-Id': this.#held.resource.value };
  }

  async release(): Promise<void> {
    await this.#held?.release();
  }
}

class Identity implements Shared {
  readonly value: string;

  constructor(value: string) {
    this.value = value;
  }

  async close(): Promise<void> {}
}

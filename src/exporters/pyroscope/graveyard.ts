import type { Held, Host } from '../../core/component.ts';
import { type DeadLetters, openDeadLetters } from '../../queue/dead-letters.ts';
import type { QueueConfig } from '../../queue/schema.ts';
import type { Bury } from './endings.ts';

/** The dead letters of an exporter's endpoints, those that are gone included. */
export class Graveyard {
  readonly #queue: QueueConfig;
  readonly #host: Host;
  readonly #open = new Map<string, Promise<Held<DeadLetters>>>();

  constructor(queue: QueueConfig, host: Host) {
    this.#queue = queue;
    this.#host = host;
  }

  /** Opens the dead letters of an endpoint, once its queue is open. They are looked after from then on: what is too old goes. */
  async open(endpoint: string): Promise<DeadLetters> {
    const opening = this.#open.get(endpoint) ?? openDeadLetters(this.#queue, endpoint, this.#host);
    this.#open.set(endpoint, opening);
    try {
      return (await opening).resource;
    } catch (why) {
      this.#open.delete(endpoint); // the next to ask tries again
      throw why;
    }
  }

  /** Where the dead letters of an endpoint go. */
  buryFor(endpoint: string): Bury {
    return async (record, note) => (await this.open(endpoint)).add(record, note);
  }

  async close(): Promise<void> {
    const open = [...this.#open.values()];
    this.#open.clear();
    for (const held of await Promise.allSettled(open)) if (held.status === 'fulfilled') await held.value.release();
  }
}

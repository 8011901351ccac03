import type { Host } from '../../core/component.ts';
import { messageOf } from '../../core/errors.ts';
import type { Cursor, Lease } from '../../queue/log.ts';
import { showBacklog, takeAll } from './backlog.ts';
import type { Bury } from './endings.ts';

/**
 * The backlog of an endpoint that is no longer configured. It gets nothing new and delivers nothing; what it has stays until the endpoint comes
 * back, it expires or somebody purges it.
 */
export class Orphan {
  readonly #host: Host;
  readonly #cursor: Cursor;
  readonly #bury: Bury;
  readonly #closing = new AbortController();
  #expiring: Promise<void> = Promise.resolve();

  constructor(host: Host, cursor: Cursor, bury: Bury) {
    this.#host = host;
    this.#cursor = cursor;
    this.#bury = bury;
  }

  get name(): string {
    return this.#cursor.name;
  }

  /** Nothing is left of it. */
  get empty(): boolean {
    return this.#cursor.stats.records === 0;
  }

  /** Says what is left, and shows it in the metrics. `advice`: how to see it, deliver it or be rid of it. */
  announce(advice: string): void {
    const { records, sizeBytes } = this.#cursor.stats;
    showBacklog(this.#host, this.name, () => this.#cursor);
    this.#host.log.warn('an endpoint went and left profiles in the queue', { endpoint: this.name, records, bytes: sizeBytes, advice });
  }

  /** What is older than that goes to the dead letters. */
  expire(maxAgeMs: number): Promise<void> {
    const before = this.#host.clock.now() - maxAgeMs;
    this.#expiring = takeAll(this.#cursor, before, (lease) => this.#expired(lease), this.#closing.signal);
    return this.#expiring;
  }

  /** Resolves when what is being buried is, too. */
  async close(): Promise<void> {
    this.#closing.abort();
    await this.#expiring.catch(() => {}); // told to whoever asked for it
    await this.#cursor.close();
  }

  /** Nothing is left that anybody needs: the log forgets it. */
  forget(): Promise<void> {
    return this.#cursor.forget();
  }

  async #expired(lease: Lease): Promise<boolean> {
    const host = this.#host;
    try {
      await this.#bury(lease.record, { reason: 'expired', at: host.clock.now(), attempts: 0, status: 0, code: 0, message: '' });
    } catch (why) {
      host.log.warn('a dead letter could not be stored and will be tried again', { endpoint: this.name, why: messageOf(why) });
      lease.release(0);
      return false;
    }
    host.account(this.name).deadLettered.expired += lease.record.profiles;
    lease.done();
    return true;
  }
}

import { type Cursor, type Lease, recordSize } from '../../../queue/log.ts';

// So many end together and share one write of the dead letters; their bodies are in memory meanwhile.
const mostTogether = 64;
const mostBytesTogether = 8 * 2 ** 20;

/** Takes what is too old out of the line of one cursor, wherever it stands. */
export class Expiry {
  readonly #cursor: Cursor;
  readonly #end: (lease: Lease) => Promise<boolean>;
  #running: Promise<void> | undefined;
  #stopped = false;

  /** `end`: ends one record. Resolves to false when that is not possible now and it stands in line again. */
  constructor(cursor: Cursor, end: (lease: Lease) => Promise<boolean>) {
    this.#cursor = cursor;
    this.#end = end;
  }

  /** Ends what is older than that, some at a time. Resolves when there is no more, or `end` could not; joins one that is under way. */
  run(olderThanMs: number): Promise<void> {
    if (this.#stopped || olderThanMs === Number.POSITIVE_INFINITY) return Promise.resolve();
    this.#running ??= this.#run(olderThanMs).finally(() => {
      this.#running = undefined;
    });
    return this.#running;
  }

  /** Resolves when nothing is under way any more; nothing begins from now on. */
  async stop(): Promise<void> {
    this.#stopped = true;
    await this.#running?.catch(() => undefined); // told to whoever asked for it
  }

  async #run(olderThanMs: number): Promise<void> {
    for (let going = true; going && !this.#stopped; ) {
      const leases = await this.#takeSome(olderThanMs);
      const ended = await Promise.all(leases.map(this.#end));
      going = leases.length > 0 && ended.every((done) => done);
    }
  }

  async #takeSome(olderThanMs: number): Promise<readonly Lease[]> {
    const leases: Lease[] = [];
    for (let bytes = 0; leases.length < mostTogether && bytes < mostBytesTogether; ) {
      const lease = await this.#cursor.takeExpired(olderThanMs);
      if (lease === undefined) break;
      leases.push(lease);
      bytes += recordSize(lease.record);
    }
    return leases;
  }
}

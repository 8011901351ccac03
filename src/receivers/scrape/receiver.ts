import { aborted } from '../../core/abort.ts';
import type { Consumer, Held, Host, Receiver, TargetState } from '../../core/component.ts';
import { ScrapePool } from './pool.ts';
import type { ScrapeConfig } from './schema.ts';

/** Fetches profiles from targets, which are listed or discovered. */
export class ScrapeReceiver implements Receiver {
  readonly #config: ScrapeConfig;
  readonly #next: Consumer;
  readonly #host: Host;
  #open: { readonly pool: Held<ScrapePool>; readonly withdraw: () => void } | undefined;

  constructor(config: ScrapeConfig, next: Consumer, host: Host) {
    this.#config = config;
    this.#next = next;
    this.#host = host;
  }

  /** Rejects with a sentence when the files of `tls_config` are of no use. */
  async start(): Promise<void> {
    const pool = await this.#host.share(`scrape ${this.#host.id}`, async () => new ScrapePool());
    try {
      const withdraw = pool.resource.serve({ config: this.#config, next: this.#next, host: this.#host });
      this.#open = { pool, withdraw };
    } catch (error) {
      await pool.release();
      throw error;
    }
    const { targets, discovery, shard } = this.#config;
    this.#host.log.info('scraping profiles', { targets: targets.length, discovery: discovery.length, ...(shard && { shard }) });
  }

  targets(): readonly TargetState[] {
    return this.#open?.pool.resource.loops.map((loop) => loop.shown()) ?? [];
  }

  /** Requests under way are cut, profiles under way are delivered, unless the loops are another's by now. */
  async stop(deadline: AbortSignal): Promise<void> {
    const open = this.#open;
    if (open === undefined) return;
    this.#open = undefined;
    open.withdraw();
    const released = open.pool.release();
    void aborted(deadline).then(() => open.pool.resource.hurry(deadline.reason));
    await Promise.race([released, aborted(deadline)]);
  }
}

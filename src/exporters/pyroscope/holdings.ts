import type { Host } from '../../core/component.ts';
import { messageOf } from '../../core/errors.ts';
import type { Log } from '../../queue/log.ts';
import type { Endpoint } from './endpoint.ts';
import type { Graveyard } from './graveyard.ts';
import { beginTenure, type Tenure } from './handover.ts';
import { Orphan } from './orphan.ts';
import { planCursors } from './plan.ts';

/** What holdings are made of. */
export interface HoldingsParts {
  readonly host: Host;
  readonly log: Log;
  readonly endpoints: readonly Endpoint[];
  /** Where an endpoint that is new to the log begins. */
  readonly from: 'end' | 'oldest';
  /** Infinity with `ack: delivered`. */
  readonly maxAgeMs: number;
  /** How to see an orphan's backlog, deliver it or be rid of it. */
  readonly advice: string;
  readonly graveyard: Graveyard;
}

/**
 * The cursors of one exporter's log and who has them: each endpoint its own, and what endpoints left that are gone. Over a reload a cursor comes
 * when the instance before has let it go.
 */
export class Holdings {
  readonly #parts: HoldingsParts;
  readonly #tenure: Tenure;
  readonly #orphans = new Map<string, Orphan>();
  /** Names that the log did not know before. */
  readonly #created: ReadonlySet<string>;
  /** Ends what still waits for an earlier instance. */
  readonly #stopping = new AbortController();

  private constructor(parts: HoldingsParts, tenure: Tenure, created: ReadonlySet<string>) {
    this.#parts = parts;
    this.#tenure = tenure;
    this.#created = created;
  }

  /** Resolves when every cursor that is free has come; those of an earlier instance come when that stops. */
  static async open(parts: HoldingsParts): Promise<Holdings> {
    const { log, endpoints } = parts;
    const existing = log.names();
    const known = new Set(existing.map(({ name }) => name));
    const { inherited, orphans } = planCursors(existing, endpoints);
    const tenure = beginTenure(log, new Set([...endpoints.map(({ name }) => name), ...orphans]));
    const created = endpoints.map(({ name }) => name).filter((name) => !known.has(name) && name !== inherited?.to);
    const holdings = new Holdings(parts, tenure, new Set(created));
    try {
      await Promise.all([
        ...endpoints.map((endpoint) => {
          const from = endpoint.name === inherited?.to ? inherited.from : endpoint.name;
          return holdings.#await(from, () => holdings.#claim(endpoint, from));
        }),
        ...orphans.map((name) => holdings.#await(name, () => holdings.#adopt(name))),
      ]);
    } catch (why) {
      tenure.end();
      throw why;
    }
    return holdings;
  }

  /** Sends what is older than max_age to the dead letters, whoever it belongs to. */
  async expire(): Promise<void> {
    await Promise.all(this.#parts.endpoints.map((endpoint) => endpoint.expire()));
    for (const orphan of [...this.#orphans.values()]) {
      await orphan.expire(this.#parts.maxAgeMs);
      if (!orphan.empty) continue;
      this.#orphans.delete(orphan.name);
      await orphan.forget();
    }
  }

  /** Something is about to be stored in the log by this instance's exporter. */
  serve(): void {
    this.#tenure.serve();
  }

  /** Lets every cursor go; endpoints deliver before that what they can until `deadline` aborts, unless another instance goes on. */
  async stop(deadline: AbortSignal): Promise<void> {
    this.#stopping.abort(new Error('the exporter stops'));
    const { premature } = this.#tenure;
    const handOver = premature || this.#tenure.succeeded;
    // A reload that came to nothing leaves nothing behind: a cursor that nobody has would keep everything that comes.
    const isLeftBehind = ({ name }: Endpoint): boolean => premature && this.#created.has(name);
    await Promise.all(this.#parts.endpoints.map((endpoint) => endpoint.stop(deadline, handOver, isLeftBehind(endpoint))));
    await Promise.all([...this.#orphans.values()].map((orphan) => orphan.close()));
    this.#tenure.end();
  }

  /** Waits for work on a cursor, but not for an earlier instance to let it go. */
  async #await(cursor: string, work: () => Promise<void>): Promise<void> {
    if (!this.#tenure.heldByOthers.has(cursor)) return work();
    work().catch((why) => {
      if (this.#stopping.signal.aborted) return;
      this.#parts.host.log.error('a cursor could not be taken over', { cursor, why: messageOf(why) });
      this.#parts.host.health({ kind: 'degraded', reason: `cursor ${cursor} could not be taken over: ${messageOf(why)}` }, cursor);
    });
  }

  async #claim(endpoint: Endpoint, from: string): Promise<void> {
    const { signal } = this.#stopping;
    if (from !== endpoint.name) await this.#inherit(endpoint.name, from);
    const options = { from: this.#parts.from, retired: false, account: endpoint.books.account };
    const cursor = await this.#parts.log.cursor(endpoint.name, options, signal);
    if (signal.aborted) return cursor.close();
    endpoint.start(cursor);
  }

  /** Takes the backlog of an endpoint that went, whatever instances in between have called it by the time it is free. */
  async #inherit(name: string, from: string): Promise<void> {
    const { log, host, endpoints } = this.#parts;
    const { signal } = this.#stopping;
    for (let before: string | undefined = from; before !== undefined; ) {
      try {
        await log.rename(before, name, signal);
        host.log.info('an endpoint with a new url goes on with the backlog of the old one', { endpoint: name, before });
        return;
      } catch (why) {
        const existing = log.names();
        const gone = before;
        if (signal.aborted || existing.some((cursor) => cursor.name === gone)) throw why;
        before = planCursors(existing, endpoints).inherited?.from;
      }
    }
  }

  async #adopt(name: string): Promise<void> {
    const { log, host, advice } = this.#parts;
    const { signal } = this.#stopping;
    const cursor = await log.cursor(name, { from: 'end', retired: true, account: host.account(name) }, signal);
    if (signal.aborted) return cursor.close();
    const orphan = new Orphan(host, cursor, this.#parts.graveyard.buryFor(name));
    if (orphan.empty) {
      await orphan.forget();
      return host.closeAccount(name); // whose backlog ends later has its end in the books, for people to see
    }
    this.#orphans.set(name, orphan);
    orphan.announce(advice);
  }
}

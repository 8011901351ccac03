import { messageOf } from '../../core/errors.ts';
import type { Cursor, Lease } from '../../queue/log.ts';
import { showBacklog, takeAll } from './backlog.ts';
import type { Books } from './books.ts';
import { Delivery, type DeliveryParts } from './delivery.ts';
import type { Pass } from './gate.ts';
import type { Sender } from './send.ts';

/** What an endpoint is made of. */
export interface EndpointParts extends Omit<DeliveryParts, 'abandon'> {
  readonly sender: Sender;
  readonly named: boolean;
  /** Share of sending given to the freshest records, 0 to 1. */
  readonly newestFirstShare: number;
  /** What is not delivered at the end survives it: no reason to wait. */
  readonly durable: boolean;
}

/** How long after a bug the endpoint goes on. */
const afterBugMs = 1000;

/** One URL: takes the records of its cursor and delivers them, as many at a time as its gate lets through. */
export class Endpoint {
  readonly #parts: EndpointParts;
  readonly #stopping = new AbortController();
  readonly #abandoning = new AbortController();
  readonly #underWay = new Set<Promise<void>>();
  #cursor: Cursor | undefined;
  #delivery: Delivery | undefined;
  #running: Promise<void> = Promise.resolve();
  #newestDue = 0;
  #onEnd: (() => void) | undefined;

  constructor(parts: EndpointParts) {
    this.#parts = parts;
  }

  get name(): string {
    return this.#parts.name;
  }

  /** Whether somebody gave it its name; otherwise the name follows from the URL. */
  get named(): boolean {
    return this.#parts.named;
  }

  get books(): Books {
    return this.#parts.books;
  }

  get paused(): boolean {
    return this.#cursor?.paused ?? false;
  }

  /** Registers the gauges of this endpoint: from now on they are its own. */
  show(): void {
    const { host, gate, name } = this.#parts;
    const labels = { exporter: host.id, endpoint: name };
    host.health({ kind: 'ok' }, name);
    showBacklog(host, name, () => this.#cursor);
    host.metrics.gauge('flamegate_endpoint_breaker_open', '1 while the endpoint counts as down.', () => (gate.open ? 1 : 0), labels);
    host.metrics.gauge(
      'flamegate_endpoint_concurrency',
      'Attempts that may be under way together; 0: no limit.',
      () => gate.concurrency,
      labels,
    );
  }

  /** The cursor is this endpoint's until stop(). */
  start(cursor: Cursor): void {
    this.#cursor = cursor;
    this.#delivery = new Delivery({ ...this.#parts, abandon: this.#abandoning.signal }, cursor);
    this.#running = this.#run(cursor, this.#delivery);
  }

  /** Buries what is older than max_age, wherever it stands in line. */
  async expire(): Promise<void> {
    const { host, maxAgeMs } = this.#parts;
    const [cursor, delivery] = [this.#cursor, this.#delivery];
    if (cursor === undefined || delivery === undefined || maxAgeMs === Number.POSITIVE_INFINITY) return;
    await takeAll(cursor, host.clock.now() - maxAgeMs, (lease) => delivery.expire(lease));
  }

  /** Nothing is taken while it is paused; survives a restart where the log does. */
  async pause(paused: boolean): Promise<void> {
    await this.#cursor?.pause(paused);
  }

  /**
   * Delivers what can be delivered until `deadline` aborts, with `handOver` only what is under way. Then attempts that are left are cut; what
   * is undelivered stands in line again where the log survives or has a successor, else it is dropped. With `forget` the log keeps nothing of
   * it.
   */
  async stop(deadline: AbortSignal, handOver: boolean, forget = false): Promise<void> {
    const [cursor, delivery] = [this.#cursor, this.#delivery];
    if (cursor !== undefined && delivery !== undefined) {
      await this.#stop(cursor, delivery, deadline, handOver);
      await (forget ? cursor.forget() : cursor.close());
    }
    await this.#parts.sender.close();
  }

  async #stop(cursor: Cursor, delivery: Delivery, deadline: AbortSignal, handOver: boolean): Promise<void> {
    const { durable } = this.#parts;
    if (!handOver) await this.#until(deadline, () => cursor.stats.records === 0 || (durable && this.#isInTrouble(delivery)));
    this.#stopping.abort(new Error('the endpoint stops'));
    await this.#running;
    await this.#until(deadline, () => this.#underWay.size === 0);
    this.#abandoning.abort(new Error('the endpoint stops'));
    await Promise.all(this.#underWay);
    if (!handOver && !durable) await takeAll(cursor, Number.POSITIVE_INFINITY, async (lease) => delivery.drop(lease));
  }

  async #run(cursor: Cursor, delivery: Delivery): Promise<void> {
    const { signal } = this.#stopping;
    while (!signal.aborted) {
      try {
        const pass = await this.#parts.gate.enter(signal);
        const lease = await cursor.take(this.#order(), signal).catch((why) => {
          pass.leave();
          throw why;
        });
        if (pass.valid) this.#track(delivery, lease, pass);
        else {
          lease.release(0);
          pass.leave();
        }
      } catch (why) {
        if (!signal.aborted) await this.#survive(why);
      }
    }
  }

  #order(): 'oldest' | 'newest' {
    this.#newestDue += this.#parts.newestFirstShare;
    if (this.#newestDue < 1) return 'oldest';
    this.#newestDue -= 1;
    return 'newest';
  }

  #track(delivery: Delivery, lease: Lease, pass: Pass): void {
    const work = this.#deliver(delivery, lease, pass).then(() => {
      this.#underWay.delete(work);
      this.#onEnd?.();
    });
    this.#underWay.add(work);
  }

  /** Never rejects. */
  async #deliver(delivery: Delivery, lease: Lease, pass: Pass): Promise<void> {
    try {
      await delivery.run(lease, pass);
    } catch (why) {
      this.#report(why);
      giveBack(lease);
    }
  }

  async #survive(why: unknown): Promise<void> {
    this.#report(why);
    await this.#parts.host.clock.sleep(afterBugMs, this.#stopping.signal).catch(() => {}); // stopping is seen by the loop
  }

  #report(why: unknown): void {
    const stack = why instanceof Error ? why.stack : undefined;
    this.#parts.host.log.error('a bug in a delivery; it is tried again', { endpoint: this.name, why: messageOf(why), stack });
  }

  /** Something waits for another attempt, or nothing may be sent at all. */
  #isInTrouble(delivery: Delivery): boolean {
    return this.#parts.gate.closed || delivery.unfinished > this.#underWay.size || this.#cursor?.paused === true;
  }

  /** Resolves when it is so after a delivery has ended, or when the deadline aborts. */
  async #until(deadline: AbortSignal, isSo: () => boolean): Promise<void> {
    while (!deadline.aborted && !isSo()) {
      await new Promise<void>((resolve) => {
        const done = (): void => {
          deadline.removeEventListener('abort', done);
          this.#onEnd = undefined;
          resolve();
        };
        deadline.addEventListener('abort', done, { once: true });
        this.#onEnd = done;
      });
    }
  }
}

function giveBack(lease: Lease): void {
  try {
    lease.release(afterBugMs);
  } catch {
    // The bug came after the lease had ended.
  }
}

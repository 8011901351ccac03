import type { Clock } from '../../core/clock.ts';
import { Refused } from '../../core/errors.ts';
import type { Admission, Reservation } from './admission.ts';
import type { Bodies, Coming } from './bodies.ts';
import { Body, type BodyOwner } from './body.ts';
import type { Dialect, Exchange, Identity, Reply, Request, Route } from './exchange.ts';
import type { Sender } from './identity.ts';
import { inflate } from './inflate.ts';
import { networkOf } from './network.ts';
import { Unserved } from './unserved.ts';

// What a sender can have sent of a body that nobody reads: a window of HTTP/2 as it begins, or what a socket of node's reads ahead.
const unreadBytes = 64 * 1024;

/** What every request of a server shares. */
export interface WorkLimits {
  readonly admission: Admission;
  readonly bodies: Bodies;
  readonly clock: Clock;
  readonly maxBytes: number;
  readonly maxInflatedBytes: number;
  readonly memoryLevel: () => 'ok' | 'high' | 'full';
}

/** Told once what becomes of a request. Must not throw. */
export interface WorkOwner {
  answer(work: Work, reply: Reply): void;
  refuse(work: Work, why: unknown): void;
}

/**
 * One request from its head to what is answered. Its steps follow each other as callbacks: where nothing has to be waited for, as with a
 * binary push that nobody compressed, all of them run when the last byte of the body comes, and no promise, timer or controller is made.
 */
export class Work implements Request, BodyOwner {
  readonly exchange: Exchange;
  readonly startedAt: number;
  readonly dialect: Dialect;
  identity: Identity;
  tenant: string;
  body: readonly Uint8Array[] = [];
  deadlineAt: number | undefined;
  readonly #route: Route;
  readonly #limits: WorkLimits;
  readonly #owner: WorkOwner;
  #reservation: Reservation | undefined;
  #controller: AbortController | undefined;
  #cancelDeadline: (() => void) | undefined;
  #stream: Coming | undefined;
  #ended: { readonly why: unknown } | undefined;
  #isOver = false;

  constructor(exchange: Exchange, route: Route, dialect: Dialect, limits: WorkLimits, owner: WorkOwner) {
    this.exchange = exchange;
    this.dialect = dialect;
    this.identity = { name: '', tenants: undefined };
    this.tenant = '';
    this.#route = route;
    this.#limits = limits;
    this.#owner = owner;
    this.startedAt = limits.clock.monotonic();
  }

  /** Made when somebody asks for it: most pushes are over before anybody could. */
  get signal(): AbortSignal {
    this.#controller ??= new AbortController();
    if (this.#ended !== undefined && !this.#controller.signal.aborted) this.#controller.abort(this.#ended.why);
    return this.#controller.signal;
  }

  throwIfOver(): void {
    if (this.#ended !== undefined) throw this.#ended.why;
  }

  get isOver(): boolean {
    return this.#isOver;
  }

  /** It takes a while to find out who sends. What comes in meanwhile is not read, and counted all the same. Throws Refused. */
  wait(): void {
    this.#reservation = this.#limits.admission.open({ tenant: '', address: networkOf(this.exchange.peer.address) });
    this.#reservation.hold(unreadBytes);
  }

  /** Who sends is known; the body comes next. */
  start({ identity, tenant }: Sender): void {
    if (this.#isOver) return;
    this.#reservation?.release();
    this.identity = identity;
    this.tenant = tenant;
    this.exchange.onGone((why) => this.end(why));
    if (this.#isOver) return;
    const { admission, bodies, clock, maxBytes } = this.#limits;
    this.#reservation = admission.open({ tenant, address: networkOf(this.exchange.peer.address) });
    if (this.#route.streams === true) {
      // It is read by the route, and counts as one that is small.
      this.#reservation.hold(0);
      this.#stream = { startedAt: Number.POSITIVE_INFINITY, receivedBytes: 0, heldBytes: 0, cut: (why) => this.end(why) };
      bodies.add(this.#stream);
      this.#attempt();
      return;
    }
    const limits = {
      maxBytes,
      memoryLevel: this.#limits.memoryLevel,
      admission,
      bodies,
      clock,
      announcedBytes: this.dialect.announcedBytes,
    };
    this.exchange.receive(new Body(this.exchange, this.#reservation, limits, this));
  }

  onBody(pieces: readonly Uint8Array[]): void {
    if (this.#isOver) return;
    const encoding = this.#route.inflates ? this.exchange.headers['content-encoding'] : undefined;
    this.body = pieces;
    if (encoding === undefined) this.#attempt();
    else this.#inflateFirst(encoding);
  }

  onNoBody(why: unknown): void {
    this.end(why);
  }

  freeBody(): void {
    this.exchange.free(this.body);
    this.body = [];
  }

  /** Made when somebody asks for it. */
  get inflate(): Request['inflate'] {
    const reservation = this.#reservation;
    if (reservation === undefined) throw new Error('a body without a reservation');
    return (pieces, encoding) => inflate(pieces, encoding, reservation, this.#limits.maxInflatedBytes);
  }

  /** The request is over, whatever is still done for it: the sender is gone, its time has passed, or what was thrown says no. */
  end(why: unknown): void {
    if (this.#isOver) return;
    this.#close(why);
    this.#owner.refuse(this, why);
  }

  /** Gives everything back, the body first: a slow reader of the answer must not keep it. */
  release(): void {
    this.body = [];
    this.#reservation?.release();
  }

  async #inflateFirst(encoding: string): Promise<void> {
    try {
      this.body = await this.inflate(this.body, encoding);
    } catch (why) {
      this.end(why);
      return;
    }
    this.#attempt();
  }

  #attempt(): void {
    if (this.#isOver) return;
    try {
      this.#handle();
    } catch (why) {
      this.end(why);
    }
  }

  #handle(): void {
    const deadlineMs = this.dialect.deadlineMs(this.exchange.headers);
    const over = deadlineMs === undefined ? undefined : this.#startDeadline(deadlineMs);
    if (over !== undefined) throw over;
    const reply = this.#route.handle(this);
    if (!(reply instanceof Promise)) {
      this.#succeed(reply);
      return;
    }
    reply.then(
      (made) => this.#succeed(made),
      (why) => this.end(why),
    );
  }

  /** What is said when it is over already. */
  #startDeadline(deadlineMs: number): Unserved | undefined {
    const { clock } = this.#limits;
    this.deadlineAt = this.startedAt + deadlineMs;
    const over = new Unserved('deadline', `the sender's deadline of ${deadlineMs} ms is over`);
    const leftMs = this.deadlineAt - clock.monotonic();
    if (leftMs <= 0) return over;
    this.#cancelDeadline = clock.after(leftMs, () => this.end(over));
    return undefined;
  }

  #succeed(reply: Reply): void {
    if (this.#isOver) return;
    this.#close(undefined);
    this.#owner.answer(this, reply);
  }

  #close(why: unknown): void {
    this.#isOver = true;
    this.#cancelDeadline?.();
    if (this.#stream !== undefined) this.#limits.bodies.remove(this.#stream);
    if (why === undefined) return;
    this.#ended = { why };
    this.#controller?.abort(why);
  }
}

/** What is said while the gateway goes down. */
export function draining(): Refused {
  return new Refused('draining', 'the gateway is about to stop', 1000);
}

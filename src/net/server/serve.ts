import type { Clock } from '../../core/clock.ts';
import type { Logger } from '../../core/component.ts';
import { Failed, Invalid, Refused } from '../../core/errors.ts';
import type { Admission, Reservation } from './admission.ts';
import { type Cut, readBody } from './body.ts';
import type { ConnectionOptions } from './connection.ts';
import { plain } from './dialect.ts';
import type { Dialect, Exchange, Reply, Route } from './exchange.ts';
import { untilAborted, untilCut, untilDeadline } from './handling.ts';
import { nobody, type SenderRules, senderOf } from './identity.ts';
import { inflate } from './inflate.ts';
import { type RefusalReason, verdictOf } from './reply.ts';
import { Bug, Unserved } from './unserved.ts';

/** How an exchange is answered. Resolves when the answer is out, or when nobody is there any more; `close`: it is the connection's last. */
export type Send = (reply: Reply, close: boolean) => Promise<void>;

/** What a listener hands its requests to. */
export interface Server {
  readonly connections: ConnectionOptions;
  /** Answers it, whatever happens. Never rejects. */
  serve(exchange: Exchange, send: Send): Promise<void>;
  /** What to say to bytes that never became an exchange. */
  refuseBytes(why: Invalid | Unserved): Reply;
}

/** What createServer() needs to know. */
export interface ServerOptions {
  readonly connections: ConnectionOptions;
  readonly clock: Clock;
  readonly log: Logger;
  /** 0 <= x < 1: names bugs. */
  readonly random: () => number;
  readonly admission: Admission;
  /** As received. */
  readonly maxRequestBytes: number;
  readonly maxDecompressedBytes: number;
  /** First byte to end of body. */
  readonly requestTimeoutMs: number;
  /** Who may send what for whom. */
  readonly senders: SenderRules;
  /** What a 404 says, paths included. */
  readonly notFound: string;
  /** Lame duck: everything is served and every connection closed after its answer. */
  readonly lameDuck: () => boolean;
  /** Called once for each request that is refused, whoever refuses it. */
  readonly refused: (reason: RefusalReason) => void;
}

// What a health check needs. Whoever is not asked who he is gets no room for more.
const openBodyBytes = 4096;
const drainRetryMs = 1000;
// A body that is on its way when we stop is mostly there at once; one that stands still would take the time in which exporters deliver.
const drainBodyMs = 3000;

/**
 * The one order of steps from head to answer, for every route and protocol. A path of the map that ends in '/' stands for all that have one
 * more segment. Its owner ends it with drain().
 */
export function createServer(routes: ReadonlyMap<string, Route>, options: ServerOptions): HttpServer {
  return new HttpServer(routes, options);
}

export class HttpServer implements Server {
  readonly #routes: ReadonlyMap<string, Route>;
  readonly #options: ServerOptions;
  /** What has no answer yet. */
  readonly #open = new Set<Promise<unknown>>();
  readonly #receiving = new Set<Cut>();
  #draining = false;

  constructor(routes: ReadonlyMap<string, Route>, options: ServerOptions) {
    this.#routes = routes;
    this.#options = options;
  }

  get connections(): ConnectionOptions {
    return this.#options.connections;
  }

  /**
   * From now on everything is refused; resolves when what came before has its answer. Bodies that are not there after some seconds are refused
   * too. Whether an answer is taken is the listener's affair, when it closes.
   */
  async drain(): Promise<void> {
    this.#draining = true;
    const cancel = this.#options.clock.after(drainBodyMs, () => {
      for (const cut of this.#receiving) cut(draining());
    });
    while (this.#open.size > 0) await Promise.all(this.#open);
    cancel();
  }

  async serve(exchange: Exchange, send: Send): Promise<void> {
    const serving = this.#serve(exchange, send);
    this.#open.add(serving);
    const { sent } = await serving; // never rejects
    this.#open.delete(serving);
    await sent;
  }

  refuseBytes(why: Invalid | Unserved): Reply {
    this.#options.refused(why.reason);
    return plain.refuse(why);
  }

  /** Resolves when the answer is on its way; `sent`: when it is out. */
  async #serve(exchange: Exchange, send: Send): Promise<{ sent: Promise<void> }> {
    const reservation = this.#options.admission.open();
    const reply = await this.#reply(exchange, reservation);
    const sent = send(reply, this.#draining || this.#options.lameDuck());
    // The body is let go here, not when a slow reader has taken its answer: that would lend him the room of others.
    reservation.release();
    return { sent };
  }

  async #reply(exchange: Exchange, reservation: Reservation): Promise<Reply> {
    let dialect = plain;
    try {
      const route = this.#route(exchange);
      dialect = route.dialect(exchange.headers);
      return await this.#answer(exchange, route, dialect, reservation);
    } catch (thrown) {
      const why = isForeseen(thrown) ? thrown : this.#bug(exchange, thrown);
      this.#options.refused(verdictOf(why).reason);
      return dialect.refuse(why);
    }
  }

  #route(exchange: Exchange): Route {
    const { path } = exchange;
    const route = this.#routes.get(path) ?? this.#routes.get(path.slice(0, path.lastIndexOf('/') + 1));
    if (route === undefined) throw new Unserved('path', this.#options.notFound);
    if (route.methods.includes(exchange.method)) return route;
    const allowed = route.methods.join(', ');
    throw new Unserved('method', `${exchange.path} takes ${allowed}, found ${exchange.method}`, { allow: allowed });
  }

  async #answer(exchange: Exchange, route: Route, dialect: Dialect, reservation: Reservation): Promise<Reply> {
    const { clock, senders, maxRequestBytes, maxDecompressedBytes, requestTimeoutMs } = this.#options;
    const startedAt = clock.monotonic();
    if (this.#draining) throw draining();
    const known = route.open === true ? nobody : senderOf(exchange, senders);
    const { identity, tenant } = known instanceof Promise ? await known : known;
    const { announcedBytes } = dialect;
    const [maxBytes, maxInflatedBytes] = route.open === true ? [openBodyBytes, openBodyBytes] : [maxRequestBytes, maxDecompressedBytes];
    const limits = { maxBytes, timeoutMs: requestTimeoutMs, announcedBytes, receiving: this.#receiving };
    if (route.streams === true) reservation.hold(0);
    const arrived = route.streams === true ? [] : await readBody(exchange, reservation, limits, clock);
    const undo = (pieces: readonly Uint8Array[], encoding: string): Promise<readonly Uint8Array[]> =>
      inflate(pieces, encoding, reservation, maxInflatedBytes);
    const encoding = route.inflates ? exchange.headers['content-encoding'] : undefined;
    const body = encoding === undefined ? arrived : await undo(arrived, encoding);
    const deadlineMs = dialect.deadlineMs(exchange.headers);
    const deadlineAt = deadlineMs === undefined ? undefined : startedAt + deadlineMs;
    const request = { exchange, identity, tenant, body, inflate: undo, deadlineAt };
    const handle = (signal: AbortSignal): Promise<Reply> => route.handle({ ...request, signal });
    if (route.streams === true) return untilCut(exchange.signal, this.#receiving, handle);
    if (deadlineMs === undefined) return untilAborted(exchange.signal, handle);
    return untilDeadline(exchange.signal, { clock, startedAt, deadlineMs }, handle);
  }

  #bug(exchange: Exchange, cause: unknown): Bug {
    const id = Math.floor(this.#options.random() * 2 ** 48)
      .toString(16)
      .padStart(12, '0');
    const error = cause instanceof Error ? (cause.stack ?? cause.message) : String(cause);
    this.#options.log.error('a request met a bug', { id, path: exchange.path, error });
    return new Bug(id, cause);
  }
}

function draining(): Refused {
  return new Refused('draining', 'the gateway is about to stop', drainRetryMs);
}

function isForeseen(thrown: unknown): boolean {
  return thrown instanceof Invalid || thrown instanceof Refused || thrown instanceof Failed || thrown instanceof Unserved;
}

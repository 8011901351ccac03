import type { Clock } from '../../core/clock.ts';
import type { Logger } from '../../core/component.ts';
import { Failed, Invalid, Refused } from '../../core/errors.ts';
import type { Admission, Reservation } from './admission.ts';
import { type Cut, readBody } from './body.ts';
import type { ConnectionOptions } from './connection.ts';
import { dialectOf, plain } from './dialect.ts';
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
  /** Answers it. Rejects with what kept the answer from being made or sent: that ends the connection, and nothing else. */
  serve(exchange: Exchange, send: Send): Promise<void>;
  /** Told of what ended a connection without an answer. Never throws. */
  broken(path: string, why: unknown): void;
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
// Characters of what a sender wrote, in a log line and in an answer.
const mostLogged = 200;
const mostShown = 100;
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
    while (this.#open.size > 0) await Promise.allSettled(this.#open);
    cancel();
  }

  async serve(exchange: Exchange, send: Send): Promise<void> {
    const serving = this.#serve(exchange, send);
    const over = (): void => void this.#open.delete(serving);
    this.#open.add(serving);
    serving.then(over, over);
    const { sent } = await serving;
    await sent;
  }

  broken(path: string, why: unknown): void {
    try {
      const facts = { path: path.slice(0, mostLogged), error: stackOf(why) };
      this.#options.log.error('a request could not be answered, its connection is closed', facts);
    } catch {
      // Nothing is left to tell it to.
    }
  }

  refuseBytes(why: Invalid | Unserved): Reply {
    this.#options.refused(why.reason);
    return plain.refuse(why);
  }

  /** Resolves when the answer is on its way; `sent`: when it is out. */
  async #serve(exchange: Exchange, send: Send): Promise<{ sent: Promise<void> }> {
    const reservation = this.#options.admission.open();
    try {
      const reply = await this.#reply(exchange, reservation);
      return { sent: send(reply, this.#draining || this.#options.lameDuck()) };
    } finally {
      // The body is let go here, not when a slow reader has taken its answer: that would lend him the room of others.
      reservation.release();
    }
  }

  async #reply(exchange: Exchange, reservation: Reservation): Promise<Reply> {
    let dialect = dialectOf(exchange.headers);
    try {
      const { path } = exchange;
      const route = this.#routes.get(path) ?? this.#routes.get(path.slice(0, path.lastIndexOf('/') + 1));
      if (route === undefined) throw new Unserved('path', this.#options.notFound);
      dialect = route.dialect(exchange.headers);
      if (dialect.name === 'grpc' && exchange.version === '1.0') {
        dialect = plain;
        throw new Unserved('version', 'gRPC answers in trailers, which HTTP/1.0 does not have: send it over HTTP/2, or over HTTP/1.1');
      }
      checkHead(exchange, route, dialect);
      return await this.#answer(exchange, route, dialect, reservation);
    } catch (thrown) {
      const why = isForeseen(thrown) ? thrown : this.#bug(exchange, thrown);
      this.#options.refused(verdictOf(why).reason);
      return dialect.refuse(why);
    }
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
    this.#options.log.error('a request met a bug', { id, path: exchange.path.slice(0, mostLogged), error: stackOf(cause) });
    return new Bug(id, cause);
  }
}

/** Throws Unserved for what this route does not serve, Invalid for a Content-Encoding around messages that have their own. */
function checkHead({ path, method, headers }: Exchange, route: Route, { isFramed }: Dialect): void {
  if (!route.methods.includes(method)) {
    const allow = route.methods.join(', ');
    throw new Unserved('method', `${path} takes ${allow}, found ${method}`, { allow });
  }
  route.check?.(headers);
  const encoding = headers['content-encoding'];
  if (!isFramed || encoding === undefined || encoding.trim().toLowerCase() === 'identity') return;
  const found = JSON.stringify(encoding.slice(0, mostShown));
  throw new Invalid('encoding', `gRPC compresses its messages, as grpc-encoding says: expected no Content-Encoding, found ${found}`);
}

function stackOf(why: unknown): string {
  return why instanceof Error ? (why.stack ?? why.message) : String(why);
}

function draining(): Refused {
  return new Refused('draining', 'the gateway is about to stop', drainRetryMs);
}

function isForeseen(thrown: unknown): boolean {
  return thrown instanceof Invalid || thrown instanceof Refused || thrown instanceof Failed || thrown instanceof Unserved;
}

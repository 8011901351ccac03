import type { Clock } from '../../core/clock.ts';
import type { Logger } from '../../core/component.ts';
import { Failed, Invalid, Refused } from '../../core/errors.ts';
import type { Admission } from './admission.ts';
import { Bodies } from './bodies.ts';
import type { ConnectionOptions } from './connection.ts';
import { dialectOf, plain } from './dialect.ts';
import type { Dialect, Exchange, Reply, Route } from './exchange.ts';
import { nobody, type Sender, type SenderRules, senderOf } from './identity.ts';
import { type RefusalReason, verdictOf } from './reply.ts';
import { Bug, Unserved } from './unserved.ts';
import { draining, Work, type WorkLimits, type WorkOwner } from './work.ts';

/** How an exchange is answered; `close`: it is the connection's last. May throw: then there is no answer. */
export type Send = (reply: Reply, close: boolean) => void;

/** What a listener hands its requests to. */
export interface Server {
  readonly connections: ConnectionOptions;
  /** Answers it, now or later. Never throws: what keeps the answer from being made or sent ends the connection, and nothing else. */
  serve(exchange: Exchange, send: Send): void;
  /** Ends a connection for which there is no answer, and tells the log why. Never throws. */
  abandon(exchange: Exchange, why: unknown): void;
  /** What to say to bytes that never became an exchange. */
  refuseBytes(why: Invalid | Unserved): Reply;
}

/** A request that is refused. */
export interface RefusedRequest {
  readonly exchange: Exchange;
  /** What its sender is told. */
  readonly message: string;
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
  /** Of a body, on average; 0: however slow. */
  readonly minBytesPerSecond: number;
  /** Who may send what for whom. */
  readonly senders: SenderRules;
  /** What a 404 says, paths included. */
  readonly notFound: string;
  /** Lame duck: everything is served and every connection closed after its answer. */
  readonly lameDuck: () => boolean;
  /** How much memory is left for bodies: `high` refuses large ones, `full` all. */
  readonly memoryLevel: () => 'ok' | 'high' | 'full';
  /** Called once for each request that is refused, whoever refuses it. */
  readonly refused: (reason: RefusalReason, about?: RefusedRequest) => void;
}

// What a health check needs. Whoever is not asked who he is gets no room for more.
const openBodyBytes = 4096;
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
  readonly #bodies: Bodies;
  readonly #limits: WorkLimits;
  readonly #openLimits: WorkLimits;
  /** Requests that have no answer yet. */
  #open = 0;
  #onEmpty: (() => void) | undefined;
  #draining = false;

  constructor(routes: ReadonlyMap<string, Route>, options: ServerOptions) {
    this.#routes = routes;
    this.#options = options;
    const { admission, clock, requestTimeoutMs: timeoutMs, minBytesPerSecond, maxRequestBytes: maxBytes } = options;
    const bodies = new Bodies({ timeoutMs, minBytesPerSecond }, clock);
    this.#bodies = bodies;
    const { memoryLevel } = options;
    this.#limits = { admission, bodies, clock, maxBytes, maxInflatedBytes: options.maxDecompressedBytes, memoryLevel };
    this.#openLimits = { ...this.#limits, maxBytes: openBodyBytes, maxInflatedBytes: openBodyBytes };
    admission.makeRoom = (bytes) => bodies.makeRoom(bytes);
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
    const cancel = this.#options.clock.after(drainBodyMs, () => this.#bodies.cutAll(draining()));
    if (this.#open > 0) {
      await new Promise<void>((resolve) => {
        this.#onEmpty = resolve;
      });
    }
    cancel();
  }

  serve(exchange: Exchange, send: Send): void {
    this.#open += 1;
    const task = new Task(this, exchange, send);
    try {
      this.#start(exchange, task);
    } catch (why) {
      task.refuseWith(why);
    }
  }

  abandon(exchange: Exchange, why: unknown): void {
    try {
      exchange.abandon();
      const facts = { path: exchange.path.slice(0, mostLogged), error: stackOf(why) };
      this.#options.log.error('a request could not be answered, its connection is closed', facts);
    } catch {
      // Nothing is left to tell it to.
    }
  }

  refuseBytes(why: Invalid | Unserved): Reply {
    this.#options.refused(why.reason);
    return plain.refuse(why);
  }

  /** For tasks: whether this answer is the last of its connection. */
  get isLeaving(): boolean {
    return this.#draining || this.#options.lameDuck();
  }

  /** For tasks: the refusal of this request, counted. */
  refusal(exchange: Exchange, dialect: Dialect, thrown: unknown): Reply {
    const why = isForeseen(thrown) ? thrown : this.#bug(exchange, thrown);
    const { reason, message } = verdictOf(why);
    this.#options.refused(reason, { exchange, message });
    return dialect.refuse(why);
  }

  /** For tasks: it has its answer, or never gets one. */
  over(): void {
    this.#open -= 1;
    if (this.#open > 0 || this.#onEmpty === undefined) return;
    this.#onEmpty();
    this.#onEmpty = undefined;
  }

  #start(exchange: Exchange, task: Task): void {
    const { path, headers } = exchange;
    const route = this.#routes.get(path) ?? this.#routes.get(path.slice(0, path.lastIndexOf('/') + 1));
    if (route === undefined) throw new Unserved('path', this.#options.notFound);
    const dialect = route.dialect(headers);
    if (dialect.name === 'grpc' && exchange.version === '1.0') {
      task.dialect = plain;
      throw new Unserved('version', 'gRPC answers in trailers, which HTTP/1.0 does not have: send it over HTTP/2, or over HTTP/1.1');
    }
    task.dialect = dialect;
    checkHead(exchange, route, dialect);
    if (this.#draining) throw draining();
    const work = new Work(exchange, route, dialect, route.open === true ? this.#openLimits : this.#limits, task);
    task.work = work;
    const sender = route.open === true ? nobody : senderOf(exchange, this.#options.senders);
    if (sender instanceof Promise) startLater(work, sender);
    else work.start(sender);
  }

  #bug(exchange: Exchange, cause: unknown): Bug {
    const id = Math.floor(this.#options.random() * 2 ** 48)
      .toString(16)
      .padStart(12, '0');
    this.#options.log.error('a request met a bug', { id, path: exchange.path.slice(0, mostLogged), error: stackOf(cause) });
    return new Bug(id, cause);
  }
}

async function startLater(work: Work, sender: Promise<Sender>): Promise<void> {
  sender.catch(() => {}); // there may be no room to wait for it
  try {
    work.wait();
    work.start(await sender);
  } catch (why) {
    work.end(why);
  }
}

/** One request and the way back to its sender. Whatever throws while an answer is made or sent ends its connection alone. */
class Task implements WorkOwner {
  work: Work | undefined;
  #dialect: Dialect | undefined;
  readonly #server: HttpServer;
  readonly #exchange: Exchange;
  readonly #send: Send;

  constructor(server: HttpServer, exchange: Exchange, send: Send) {
    this.#server = server;
    this.#exchange = exchange;
    this.#send = send;
  }

  set dialect(dialect: Dialect) {
    this.#dialect = dialect;
  }

  /** What was thrown before, or beside, the work. */
  refuseWith(why: unknown): void {
    if (this.work === undefined) this.refuse(undefined, why);
    else this.work.end(why);
  }

  answer(_: Work, reply: Reply): void {
    try {
      this.#send(reply, this.#server.isLeaving);
    } catch (why) {
      this.#server.abandon(this.#exchange, why);
    }
    this.#end();
  }

  refuse(_: Work | undefined, thrown: unknown): void {
    try {
      const reply = this.#server.refusal(this.#exchange, this.#dialect ?? dialectOf(this.#exchange.headers), thrown);
      this.#send(reply, this.#server.isLeaving);
    } catch (why) {
      this.#server.abandon(this.#exchange, why);
    }
    this.#end();
  }

  /** The body is let go here, not when a slow reader has taken its answer: that would lend him the room of others. */
  #end(): void {
    this.work?.release();
    this.#server.over();
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

function isForeseen(thrown: unknown): boolean {
  return thrown instanceof Invalid || thrown instanceof Refused || thrown instanceof Failed || thrown instanceof Unserved;
}

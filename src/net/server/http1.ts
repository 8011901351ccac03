import http from 'node:http';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import type { Clock } from '../../core/clock.ts';
import { Invalid } from '../../core/errors.ts';
import { type ConnectionOptions, linger } from './connection.ts';
import type { Peer, Reply } from './exchange.ts';
import { gone } from './gone.ts';
import { Http1Exchange } from './http1-exchange.ts';
import { valuesOf } from './raw-headers.ts';
import type { Server } from './serve.ts';
import { spread } from './spread.ts';
import { nowhere, parseTarget, type Target, tooManyHeaders } from './target.ts';
import { Unserved } from './unserved.ts';

/** What we know of one connection. */
interface Connection {
  readonly peer: Peer;
  /** Not answered yet; more than one when they are pipelined. */
  open: number;
  /** Its body comes next. */
  receiving: Http1Exchange | undefined;
  /** Its last answer is on its way: what comes now is not read as a request. */
  ending: boolean;
  /** Monotonic milliseconds: what is answered from then on is the last. */
  readonly endsAt: number;
  /** Set once the sender has closed its side. */
  stopAsking: (() => void) | undefined;
}

// Milliseconds; the last one again and again. A reset is seen by the write behind the one that has caused it.
const askAfterMs = [100, 100, 1000];

/** HTTP/1.1 by node:http, on sockets that somebody else has accepted. */
export class Http1 {
  readonly #options: ConnectionOptions;
  readonly #current: () => Server;
  readonly #clock: Clock;
  readonly #http: http.Server;
  readonly #connections = new Map<Duplex, Connection>();
  #closed = false;

  /** `current` is asked for each request: the server may be another one after a reload. */
  constructor(options: ConnectionOptions, current: () => Server, clock: Clock) {
    this.#options = options;
    this.#current = current;
    this.#clock = clock;
    this.#http = http.createServer({
      maxHeaderSize: options.maxHeaderBytes,
      headersTimeout: options.headerTimeoutMs,
      // The body has a clock of its own (body.ts), which answers in the sender's own words.
      requestTimeout: 0,
      keepAliveTimeout: options.idleTimeoutMs,
      // A 10 s limit is 40 s with node's own interval of 30 s (nodejs/node#26165).
      connectionsCheckingInterval: 1000,
      // Refused below, counted like everything else.
      requireHostHeader: false,
    });
    // Not in node's documentation: a sender that has closed its half after the request is answered.
    Object.assign(this.#http, { httpAllowHalfOpen: true });
    this.#http.timeout = options.idleTimeoutMs;
    // Above it node drops headers without a word; their bytes are bounded by maxHeaderSize.
    this.#http.maxHeadersCount = 0;
    this.#http.on('request', (request, response) => this.#onRequest(request, response, false));
    this.#http.on('checkContinue', (request, response) => this.#onRequest(request, response, true));
    this.#http.on('checkExpectation', (request, response) => this.#onRequest(request, response, false));
    this.#http.on('connect', (_, socket) => this.#refuseConnect(socket));
    this.#http.on('clientError', (error, socket) => this.#onClientError(error, socket));
    this.#http.on('timeout', (socket) => {
      if (this.#connections.get(socket)?.open === 0 || socket.writableLength > 0) socket.destroy();
    });
    // A server that never listens runs no timeouts until it is told that it does.
    this.#http.emit('listening');
  }

  accept(socket: Socket, peer: Peer): void {
    // A handshake may end when nobody is served here any more.
    if (this.#closed) return void socket.destroy();
    const { maxAgeMs = 0 } = this.#options;
    const endsAt = maxAgeMs === 0 ? Number.POSITIVE_INFINITY : this.#clock.monotonic() + spread(maxAgeMs);
    const connection: Connection = { peer, open: 0, receiving: undefined, ending: false, stopAsking: undefined, endsAt };
    this.#connections.set(socket, connection);
    socket.once('end', () => this.#ask(connection, askAfterMs));
    socket.once('close', () => {
      connection.stopAsking?.();
      this.#connections.delete(socket);
    });
    // What node:http ends every last answer with.
    socket.destroySoon = () => linger(socket, this.#clock);
    this.#http.emit('connection', socket);
  }

  /** Whether this socket is one of ours and nobody waits for an answer on it. */
  isIdle(socket: Socket): boolean {
    return this.#connections.get(socket)?.open === 0;
  }

  /** Ends what is idle now, and the rest after their answers. */
  endIdle(): void {
    for (const [socket, connection] of this.#connections) {
      connection.ending = true;
      if (connection.open === 0) socket.destroy();
    }
  }

  /** The same, and nothing new is served. */
  close(): void {
    this.#closed = true;
    this.endIdle();
    // Stops the timer that looks for slow heads; it is not listening, which close() reports to nobody.
    this.#http.close();
  }

  #onRequest(request: http.IncomingMessage, response: http.ServerResponse, expectsContinue: boolean): void {
    const { socket } = request;
    const connection = this.#connections.get(socket);
    if (connection === undefined || connection.ending) return;
    const target = readHead(request, this.#options.pathPrefix);
    const fault = target instanceof Error ? target : undefined;
    const arrival = {
      target: target instanceof Error ? nowhere : target,
      peer: this.#options.proxies?.see(connection.peer, request.rawHeaders) ?? connection.peer,
      expectsContinue,
    };
    const server = this.#current();
    const exchange = new Http1Exchange(request, response, arrival, () => this.#onAnswered(socket, connection));
    // Node reads nothing behind a request that asks for another protocol, taken or not.
    const isUpgrade = request.headers.upgrade !== undefined;
    const broken = (why: unknown): void => server.abandon(exchange, why);
    const send = (reply: Reply, close: boolean): void => {
      const isLastOne = close || isUpgrade || this.#clock.monotonic() >= connection.endsAt;
      exchange.send(reply, () => isLast(connection, request, isLastOne), broken);
    };
    connection.open += 1;
    connection.receiving = exchange;
    // Node reads on whenever it hands out a body, so the socket is stopped behind each.
    if (connection.open > this.#options.maxStreams) request.once('end', () => this.#stopReading(socket, connection));
    if (fault === undefined) server.serve(exchange, send);
    else this.#refuseHead(fault, send, broken);
  }

  #refuseHead(fault: Invalid | Unserved, send: (reply: Reply, close: boolean) => void, broken: (why: unknown) => void): void {
    try {
      send(this.#current().refuseBytes(fault), true);
    } catch (why) {
      broken(why);
    }
  }

  /** An answer is out, or the sender gone. */
  #onAnswered(socket: Socket, connection: Connection): void {
    connection.open -= 1;
    if (connection.open === this.#options.maxStreams) socket.resume();
    if (connection.ending && connection.open === 0) socket.destroySoon();
  }

  /** Only behind one more than may be open: who does not pipeline is always read, or we would not see him leave. */
  #stopReading(socket: Socket, { open }: Connection): void {
    if (open > this.#options.maxStreams) socket.pause();
  }

  #onClientError(error: Error & { code?: string }, socket: Duplex): void {
    const connection = this.#connections.get(socket);
    if (connection === undefined || connection.ending || !socket.writable || error.code === 'ECONNRESET') {
      socket.destroy();
      return;
    }
    const { receiving } = connection;
    if (error.code === 'HPE_INVALID_EOF_STATE') {
      // It stopped in the middle of a request.
      receiving?.fail(gone());
      socket.destroy();
      return;
    }
    const why = whyOf(error, this.#options);
    if (receiving?.isReceiving) {
      receiving.fail(why);
      return;
    }
    connection.ending = true;
    if (connection.open === 0) this.refuse(why, socket);
  }

  /** Node hands out the socket, and has let go of it. */
  #refuseConnect(socket: Duplex): void {
    this.#connections.delete(socket);
    this.refuse(new Unserved('method', 'this is no proxy: CONNECT is not served', { allow: 'GET, HEAD, POST' }), socket);
  }

  /**
   * The sender speaks no more. Whether it still listens is found out by writing: to one that has closed its socket altogether the kernel
   * answers with a reset, which ends what was being done for it; one that has closed its half passes over interim answers (RFC 9110 section 15.2).
   */
  #ask(connection: Connection, [delayMs = 0, ...later]: readonly number[]): void {
    connection.stopAsking = this.#clock.after(delayMs, () => {
      if (connection.open === 0) return;
      connection.receiving?.sayProcessing();
      this.#ask(connection, later.length === 0 ? [delayMs] : later);
    });
  }

  /** What is said to bytes that never become a request, for which node has no response object; the end of the connection. */
  refuse(why: Invalid | Unserved, socket: Duplex): void {
    socket.write(renderReply(this.#current().refuseBytes(why)));
    linger(socket, this.#clock);
  }
}

/** With a body that is not complete nothing behind it can be read; otherwise those that were pipelined before the end are answered too. */
function isLast(connection: Connection, request: http.IncomingMessage, close: boolean): boolean {
  connection.ending ||= !request.complete || (close && connection.open === 1);
  return connection.ending && (connection.open === 1 || !request.complete);
}

/** Invalid for what node's parser lets pass and nobody may send (RFC 9112 section 3.2), Unserved for what we do not do. */
function readHead(request: http.IncomingMessage, prefix: string): Target | Invalid | Unserved {
  if (request.httpVersionMajor !== 1) return new Invalid('malformed', 'a request line ends with HTTP/1.1 or HTTP/1.0');
  const hosts = valuesOf(request.rawHeaders, 'host').length;
  if (hosts > 1 || (hosts === 0 && request.httpVersion === '1.1')) {
    return new Invalid('malformed', `a request has one Host header, found ${hosts}`);
  }
  const codings = request.headers['transfer-encoding'];
  if (codings !== undefined && codings.trim().toLowerCase() !== 'chunked') {
    // RFC 9112 section 6.1: 501 for a transfer coding that is not understood.
    return new Unserved('encoding', `the only transfer coding is chunked, found ${JSON.stringify(codings.slice(0, 100))}`);
  }
  return tooManyHeaders(request.rawHeaders) ?? parseTarget(request.url ?? '', prefix);
}

function whyOf(error: Error & { code?: string; reason?: string }, options: ConnectionOptions): Invalid | Unserved {
  switch (error.code) {
    case 'HPE_HEADER_OVERFLOW':
      return new Unserved('header', `the head of a request may have at most ${options.maxHeaderBytes} bytes (limits.max_header_size)`);
    case 'ERR_HTTP_REQUEST_TIMEOUT':
      return new Unserved('timeout', `the head of the request was not complete after ${options.headerTimeoutMs} ms (timeouts.header)`);
    default:
      return new Invalid('malformed', `malformed HTTP: ${error.reason ?? error.message}`);
  }
}

function renderReply({ status, headers, body }: Reply): Buffer {
  const fields = { ...headers, 'content-length': String(body?.length ?? 0), connection: 'close' };
  const lines = Object.entries(fields).map(([name, value]) => `${name}: ${value}\r\n`);
  const head = `HTTP/1.1 ${status} ${http.STATUS_CODES[status] ?? ''}\r\n${lines.join('')}\r\n`;
  return Buffer.concat([Buffer.from(head, 'latin1'), body ?? Buffer.alloc(0)]);
}

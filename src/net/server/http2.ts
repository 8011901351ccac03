import http2 from 'node:http2';
import type { Socket } from 'node:net';
import type { Clock } from '../../core/clock.ts';
import { Invalid } from '../../core/errors.ts';
import { type ConnectionOptions, destroyAfter, lingerMs } from './connection.ts';
import type { Peer } from './exchange.ts';
import { sayGoodbye } from './goodbye.ts';
import { watchHeads } from './head-watch.ts';
import { Http2Exchange } from './http2-exchange.ts';
import type { Server } from './serve.ts';
import { spread } from './spread.ts';
import { mostHeaders, nowhere, parseTarget, type Target, tooManyHeaders } from './target.ts';
import { Unserved } from './unserved.ts';

// Twice as fast for uploads as the default of 64 KiB (measured at 64 KiB a push); also what one sender can make us hold unread.
const streamWindowBytes = 1024 * 1024;
const sessionWindowBytes = 4 * 1024 * 1024;
const maxFrameBytes = 256 * 1024;
// As node:http has it (keepAliveTimeoutBuffer): a client that counts as we do speaks at the last moment.
const reuseMs = 1000;
// Node resets the stream of a larger head without a word; up to here it is read, and answered 431.
const answeredHeadBytes = 128 * 1024;

// A token in lower case, or a pseudo-header.
const namePattern = /^:?[!#$%&'*+.^_`|~0-9a-z-]+$/;
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
const badValue = /[\x00\r\n]/;

/** What we know of one session. */
interface Session {
  readonly session: http2.ServerHttp2Session;
  readonly socket: Socket;
  readonly peer: Peer;
  /** Requests that we owe an answer. */
  owed: number;
  /** One side has said that it is the last. */
  ending: boolean;
  /** A body is wanted: called for each, made once. */
  readonly onRead: () => void;
}

/**
 * HTTP/2 by node:http2, on sockets that somebody else has accepted. 'stream' alone, never 'request' beside it: the compatibility layer reads
 * the same stream. Floods of resets, settings, pings and bad frames end the session by node's own counters.
 */
export class Http2 {
  readonly #options: ConnectionOptions;
  readonly #current: () => Server;
  readonly #clock: Clock;
  readonly #http2: http2.Http2Server;
  readonly #sessions = new Map<http2.Http2Session, Session>();
  readonly #bySocket = new WeakMap<Socket, Session>();
  #closed = false;

  /** `current` is asked for each request: the server may be another one after a reload. */
  constructor(options: ConnectionOptions, current: () => Server, clock: Clock) {
    this.#options = options;
    this.#current = current;
    this.#clock = clock;
    this.#http2 = http2.createServer({
      settings: {
        maxFrameSize: maxFrameBytes,
        maxConcurrentStreams: options.maxStreams,
        maxHeaderListSize: Math.max(answeredHeadBytes, 2 * options.maxHeaderBytes),
      },
      maxHeaderListPairs: 4 * mostHeaders,
      maxSessionMemory: 16, // MB
      maxSessionInvalidFrames: 100,
      maxSessionRejectedStreams: 100,
      maxSettings: 32,
      // As many as a client may have open, twice.
      streamResetBurst: 2 * options.maxStreams,
      streamResetRate: 33,
    });
    this.#http2.on('stream', (stream, headers, _flags, rawHeaders) => {
      this.#onStream(stream, headers, rawHeaders);
    });
  }

  accept(socket: Socket, peer: Peer): void {
    // A handshake may end when nobody is served here any more.
    if (this.#closed) return void socket.destroy();
    // A session whose client has stopped speaking is over; node:http2 relies on its socket to close by itself then.
    socket.allowHalfOpen = false;
    this.#http2.once('session', (session) => this.#onSession(session, socket, peer));
    this.#http2.emit('connection', socket);
  }

  /** Clients are told to go elsewhere with what comes next; what comes all the same is served. */
  endIdle(): void {
    for (const entry of this.#sessions.values()) this.#sayGoodbye(entry);
  }

  /** Whether this socket is one of ours and nobody waits for an answer on it. */
  isIdle(socket: Socket): boolean {
    return this.#bySocket.get(socket)?.owed === 0;
  }

  /** Open streams are answered, nothing new begins. */
  close(): void {
    this.#closed = true;
    for (const [session, entry] of this.#sessions) {
      session.close();
      this.#end(entry);
    }
  }

  #onSession(session: http2.ServerHttp2Session, socket: Socket, peer: Peer): void {
    const entry = { session, socket, peer, owed: 0, ending: false, onRead: widenOnce(session) };
    this.#sessions.set(session, entry);
    this.#bySocket.set(socket, entry);
    const { headerTimeoutMs, maxAgeMs = 0 } = this.#options;
    const endWatch = watchHeads(session, socket, { headerTimeoutMs, isBusy: () => entry.owed > 0, clock: this.#clock });
    const endAge = maxAgeMs === 0 ? undefined : this.#clock.after(spread(maxAgeMs), () => this.#sayGoodbye(entry));
    session.setTimeout(this.#options.idleTimeoutMs + reuseMs);
    session.on('timeout', () => {
      // Silence is fine while we are the ones who owe an answer. A client that speaks just now must not lose what it says.
      if (entry.owed === 0) this.#sayGoodbye(entry);
    });
    session.on('goaway', () => this.#end(entry));
    session.on('error', () => destroyAfter(socket, lingerMs, this.#clock));
    session.once('close', () => {
      endWatch();
      endAge?.();
      this.#sessions.delete(session);
    });
  }

  #onStream(stream: http2.ServerHttp2Stream, headers: http2.IncomingHttpHeaders, rawHeaders: readonly string[]): void {
    // Node tells of a stream a tick after it was born: it may be dead already, and its session gone.
    stream.on('error', () => {}); // whoever waits for it listens to 'close', which follows
    const entry = stream.session === undefined ? undefined : this.#sessions.get(stream.session);
    if (stream.session === undefined || entry === undefined) return void stream.destroy();
    const target = readHead(headers, rawHeaders, this.#options);
    const fault = target instanceof Error ? target : undefined;
    const exchange = new Http2Exchange(stream, {
      headers,
      rawHeaders,
      target: target instanceof Error ? nowhere : target,
      peer: this.#options.proxies?.see(entry.peer, rawHeaders) ?? entry.peer,
      onRead: entry.onRead,
    });
    const server = this.#current();
    if (fault !== undefined) {
      try {
        exchange.send(server.refuseBytes(fault));
      } catch (why) {
        server.abandon(exchange, why);
      }
      return;
    }
    entry.owed += 1;
    server.serve(exchange, (reply, close) => {
      entry.owed -= 1;
      exchange.send(reply);
      if (close || entry.ending) this.#sayGoodbye(entry);
    });
  }

  #sayGoodbye(entry: Session): void {
    if (!entry.ending) sayGoodbye(entry.session, entry.socket, this.#clock, () => this.#end(entry));
    else if (entry.session.closed) this.#end(entry);
    entry.ending = true;
  }

  /** Node closes the session when its last stream is gone, and then waits for a client that may never close its side. */
  #end(entry: Session): void {
    entry.ending = true;
    if (entry.owed === 0) destroyAfter(entry.socket, this.#options.headerTimeoutMs, this.#clock);
  }
}

/**
 * Lets a client send more at once, now that one of its bodies is wanted: until then it may be anybody, and what nobody reads lies in memory,
 * HTTP/2's own 64 KiB a stream. (The window of the session bounds nothing: node gives it back before anybody has read.)
 */
function widenOnce(session: http2.ServerHttp2Session): () => void {
  let isWide = false;
  return () => {
    if (isWide || session.destroyed) return;
    isWide = true;
    session.settings({ initialWindowSize: streamWindowBytes });
    session.setLocalWindowSize(sessionWindowBytes);
  };
}

/** Invalid for what nghttp2 lets pass and nobody may send (RFC 9113 section 8.2.1), Unserved for what is not served. */
function readHead(
  headers: http2.IncomingHttpHeaders,
  rawHeaders: readonly string[],
  { maxHeaderBytes, pathPrefix }: ConnectionOptions,
): Target | Invalid | Unserved {
  const tooMany = tooManyHeaders(rawHeaders);
  if (tooMany !== undefined) return tooMany;
  let headBytes = 0;
  for (const text of rawHeaders) headBytes += text.length + 2;
  if (headBytes > maxHeaderBytes) {
    return new Unserved('header', `the head of a request may have at most ${maxHeaderBytes} bytes (limits.max_header_size)`);
  }
  if (headers[':method'] === 'CONNECT') {
    return new Unserved('method', 'this is no proxy: CONNECT is not served', { allow: 'GET, HEAD, POST' });
  }
  for (let at = 0; at < rawHeaders.length; at += 2) {
    const [name = '', value = ''] = [rawHeaders[at], rawHeaders[at + 1]];
    if (!namePattern.test(name) || badValue.test(value))
      return new Invalid('malformed', 'a header holds a character that no header may hold');
  }
  return parseTarget(String(headers[':path'] ?? ''), pathPrefix);
}

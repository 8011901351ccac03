import { type ClientHttp2Session, type ClientHttp2Stream, connect, constants, type OutgoingHttpHeaders } from 'node:http2';
import type { Socket } from 'node:net';
import type { Clock } from '../../core/clock.ts';
import type { Connection, ConnectionOwner, Exchange, Wire } from './exchange.ts';
import { UnsendableError } from './failure.ts';

// As much as a peer may allow is not always wise to use (Node's servers allow 2^32).
const maxStreams = 100;
const windowBytes = 256 * 1024;
const idleMs = 30_000;
// A peer that is gone without a FIN is found out when a ping is not answered before the next is due: at the latest remote_timeout + 5 s after its
// last word. Never sooner than a second: an answer may take that long on a busy machine.
const longestPingMs = 5000;
const shortestPingMs = 1000;
const headersFrame = 1; // RFC 9113, 6.2

/** What a session is made of. */
export interface Http2Options {
  readonly origin: string;
  readonly owner: ConnectionOwner;
  readonly clock: Clock;
  readonly timeoutMs: number;
}

/** One exchange on its stream. */
interface Carried {
  readonly stream: ClientHttp2Stream;
  hasHead: boolean;
  /** Its beginning could not be written: the session was being closed. */
  isUnsent: boolean;
}

/** One connection that speaks HTTP/2, as many exchanges at a time as the peer allows. */
export class Http2Connection implements Connection {
  readonly openedAt: number;
  isListed = false;
  readonly #options: Http2Options;
  readonly #session: ClientHttp2Session;
  readonly #carried = new Map<Exchange, Carried>();
  readonly #pingMs: number;
  #open = 0;
  /** One until the peer has said how many. */
  #limit = 1;
  #knowsLimit = false;
  #takesMore = true;
  /** The peer's last word on what it goes on with (RFC 9113, 6.8). */
  #lastStreamId = Number.POSITIVE_INFINITY;
  #error: Error | undefined;
  #isPinging = false;
  #idleSince: number;
  #cancelPing: () => void;

  /** Has room at once. `socket` has agreed on h2. */
  constructor(socket: Socket, options: Http2Options) {
    this.#options = options;
    this.openedAt = options.clock.monotonic();
    this.#idleSince = this.openedAt;
    this.#pingMs = Math.max(shortestPingMs, Math.min(longestPingMs, options.timeoutMs));
    const session = connect(options.origin, {
      createConnection: () => socket,
      peerMaxConcurrentStreams: maxStreams,
      settings: { enablePush: false, initialWindowSize: windowBytes },
    });
    this.#session = session;
    session.on('error', (error) => {
      this.#error = error;
    });
    session.on('remoteSettings', ({ maxConcurrentStreams = maxStreams }) => {
      this.#limit = Math.min(maxStreams, maxConcurrentStreams);
      this.#knowsLimit = true;
      this.#tellRoom();
    });
    session.on('goaway', (_, lastStreamId) => {
      this.#lastStreamId = lastStreamId ?? Number.POSITIVE_INFINITY;
      this.#leave();
    });
    session.on('close', () => this.#end());
    // A session that still writes does not notice that the other side has closed; what came before that is passed on first.
    socket.once('end', () => setImmediate(() => session.destroy(new Error('the connection was lost: the other side closed it'))));
    this.#cancelPing = options.clock.after(this.#pingMs, () => this.#ping());
  }

  get room(): number {
    return this.#takesMore ? this.#limit - this.#open : 0;
  }

  get hesitates(): boolean {
    return this.#takesMore && (!this.#knowsLimit || this.#limit === 0);
  }

  send(exchange: Exchange): void {
    const { wire } = exchange;
    exchange.carrier = this;
    let stream: ClientHttp2Stream;
    try {
      stream = this.#session.request(headersOf(wire, this.#options.origin), { endStream: wire.body === null });
    } catch (error) {
      // A session that is closing takes nothing; anything else is our request's fault.
      if (!this.#session.closed && !this.#session.destroyed) {
        exchange.onError(asError(error));
        return void this.#tellRoom();
      }
      this.#leave();
      return void exchange.onUnseen(false);
    }
    if (this.#open++ === 0) this.#session.ref();
    const carried = { stream, hasHead: false, isUnsent: false };
    this.#carried.set(exchange, carried);
    this.#listen(exchange, carried);
    if (wire.body instanceof Uint8Array) stream.end(wire.body);
    else if (wire.body !== null) wire.body.on('error', () => stream.close(constants.NGHTTP2_CANCEL)).pipe(stream);
  }

  cancel(exchange: Exchange): void {
    const carried = this.#carried.get(exchange);
    if (carried === undefined) return;
    this.#carried.delete(exchange);
    carried.stream.close(constants.NGHTTP2_CANCEL);
    // Not waiting for what the other side still sends.
    carried.stream.destroy();
  }

  close(): void {
    this.#leave();
    // Not before: a GOAWAY of ours may overtake requests that are still to be written.
    if (this.#open === 0 && !this.#session.destroyed) this.#session.close();
  }

  destroy(): void {
    this.#takesMore = false;
    this.#cancelPing();
    this.#session.destroy();
  }

  #listen(exchange: Exchange, carried: Carried): void {
    const { stream } = carried;
    const isCarried = (): boolean => this.#carried.get(exchange) === carried;
    let failure: Error | undefined;
    stream.on('headers', (headers) => {
      if (isCarried()) exchange.onHead(Number(headers[':status']), headers);
    });
    stream.on('response', (headers) => {
      if (!isCarried()) return;
      carried.hasHead = true;
      exchange.onHead(Number(headers[':status']), headers);
    });
    stream.on('data', (piece: Buffer) => {
      if (isCarried()) exchange.onData(piece);
    });
    stream.on('end', () => {
      if (!isCarried() || !carried.hasHead) return;
      this.#carried.delete(exchange);
      exchange.onEnd();
    });
    stream.on('error', (error) => {
      failure = error;
    });
    stream.on('frameError', (type) => {
      if (type === headersFrame) carried.isUnsent = true;
    });
    stream.once('close', () => {
      this.#open--;
      if (this.#open === 0) this.#rest();
      const over = isCarried();
      this.#carried.delete(exchange);
      if (over && this.#isUnseen(carried)) exchange.onUnseen(true);
      else if (over) exchange.onError(failure ?? this.#error ?? new Error('the stream was closed before an answer came'));
      this.#tellRoom();
    });
  }

  /** Whether the peer said that it has not looked at the request: it refused the stream, or GOAWAY did not cover it (RFC 9113, 8.7). */
  #isUnseen({ stream, hasHead, isUnsent }: Carried): boolean {
    if (hasHead) return false;
    return isUnsent || stream.rstCode === constants.NGHTTP2_REFUSED_STREAM || stream.id === undefined || stream.id > this.#lastStreamId;
  }

  #tellRoom(): void {
    if (this.room > 0) this.#options.owner.onRoom(this);
  }

  #leave(): void {
    if (!this.#takesMore) return;
    this.#takesMore = false;
    this.#options.owner.onLeaving(this);
  }

  #end(): void {
    this.#cancelPing();
    this.#takesMore = false;
    this.#options.owner.onOver(this);
    const left = [...this.#carried.keys()];
    this.#carried.clear();
    for (const exchange of left) exchange.onError(this.#error ?? new Error('the connection was closed before an answer came'));
  }

  #rest(): void {
    if (!this.#takesMore) return void this.close();
    this.#idleSince = this.#options.clock.monotonic();
    // An idle connection keeps no process alive.
    if (!this.#session.destroyed) this.#session.unref();
  }

  #ping(): void {
    if (this.#session.destroyed) return;
    const { clock } = this.#options;
    if (this.#isPinging) return void this.#session.destroy(new Error('the connection was lost: the other side answers no ping'));
    if (this.#open === 0 && clock.monotonic() - this.#idleSince >= idleMs) return void this.close();
    this.#isPinging = true;
    this.#session.ping(() => {
      this.#isPinging = false;
    });
    this.#cancelPing = clock.after(this.#pingMs, () => this.#ping());
  }
}

// What says how HTTP/1.1 connections are used has no place here (RFC 9113, 8.2.2).
const ofConnections = new Set(['connection', 'http2-settings', 'keep-alive', 'proxy-connection', 'te', 'transfer-encoding', 'upgrade']);

// Node checks neither on HTTP/2; what undici takes on HTTP/1.1.
const illegalInPath = /[^\x21-\xff]/;
const illegalInValue = /[^\t\x20-\x7e\x80-\xff]/;

/** Throws UnsendableError. */
function headersOf({ path, method, headers, body }: Wire, origin: string): OutgoingHttpHeaders {
  if (illegalInPath.test(path)) throw new UnsendableError('request path');
  const result: Record<string, string> = {
    ':method': method,
    ':path': path,
    ':scheme': 'https',
    ':authority': origin.slice('https://'.length),
  };
  for (let at = 0; at < headers.length; at += 2) {
    const name = headers[at] ?? '';
    const value = headers[at + 1] ?? '';
    if (illegalInValue.test(value)) throw new UnsendableError(`${name} header`);
    if (name === 'host') result[':authority'] = value;
    else if (!ofConnections.has(name)) result[name] = Object.hasOwn(result, name) ? `${result[name]}, ${value}` : value;
  }
  if (body instanceof Uint8Array) result['content-length'] = String(body.byteLength);
  else if (body === null && method === 'POST') result['content-length'] = '0';
  return result;
}

function asError(error: unknown): Error {
  return error instanceof Error ? error : new Error(String(error));
}

import type { IncomingHttpHeaders } from 'node:http';
import { Readable } from 'node:stream';
import type { Clock } from '../../core/clock.ts';
import { messageOf } from '../../core/errors.ts';
import { formatDuration } from '../../core/units.ts';
import { HttpAnswer, type HttpOutcome, type Incomplete, maxRedirects, mayHaveSecrets, redirectTarget } from './answer.ts';
import type { Authenticator } from './auth.ts';
import { cleanPath } from './clean-path.ts';
import type { Deadlines } from './deadlines.ts';
import type { Connection, Exchange, Wire } from './exchange.ts';
import { CredentialsError, describeFailure, isUnsendable } from './failure.ts';
import { type EndpointHeaders, type PreparedHeaders, replaced } from './headers.ts';
import { proxyRefusal } from './proxy.ts';
import type { Route, Transport } from './transport.ts';

/** What goes out. */
export interface OutgoingHttp {
  /** POST unless it is said. */
  readonly method?: 'GET' | 'POST';
  /** Begins with '/'; goes below the path of the endpoint's URL, whose query is not used. */
  readonly path: string;
  /** Together with the path of the URL it is cleaned: without doubled slashes and dot segments. Otherwise both go out as they are written. */
  readonly clean?: boolean;
  /** Complete, without '?'. */
  readonly query: string;
  /** The record's own: they replace those of the endpoint's `headers`; the rest of the endpoint's is added here. */
  readonly headers: Readonly<Record<string, string | readonly string[]>>;
  /** From prepare() of the same client, instead of `headers`, which are empty then. */
  readonly prepared?: PreparedHeaders;
  /** More headers, [name, value, name, value, ...], in lower case, that nothing else sets. */
  readonly extra?: readonly string[];
  /** One piece: what is written without iterating. Pieces are for what is too large for memory; they can be sent once only, so no redirect is
   *  followed and nothing is sent again. */
  readonly body: Uint8Array | AsyncIterable<Uint8Array>;
  /** Instead of `remote_timeout`, in milliseconds. */
  readonly timeoutMs?: number;
  /** How much of the answer's body is read; 64 KiB unless it is said. */
  readonly maxBodyBytes?: number;
  /** Asked before each piece of the answer's body is kept: false ends the reading. */
  readonly hasRoom?: ((bytes: number) => boolean) | undefined;
  /** The outcome is told with the head of the answer; from then on the deadline counts no more. */
  readonly asStream?: boolean;
}

/** What the attempts of one endpoint share. */
export interface Endpoint {
  readonly base: URL;
  /** Before the path of every request. */
  readonly basePath: string;
  readonly headers: EndpointHeaders;
  readonly authenticator: Authenticator;
  readonly transport: Transport;
  readonly route: Route;
  readonly clock: Clock;
  readonly timeoutMs: number;
  /** Of attempts that have timeoutMs. */
  readonly deadlines: Deadlines;
  /** Of bodies behind a head that has said all that counts. */
  readonly bodyDeadlines: Deadlines;
  readonly followsRedirects: boolean;
}

const defaultMaxBodyBytes = 64 * 1024;
const mostUnreadBytes = 16 * 1024 * 1024;
const shortestPauseMs = 50;
const longestPauseMs = 1000;

/**
 * One attempt, from credentials to outcome, over redirects and over connections whose other side would not look at it. Once the head of an answer
 * is known that is the answer, whatever becomes of the body: cut, too large, dripping or stalled, it is read up to `maxBodyBytes`, until the
 * deadline, and after a 2xx to a POST for one second.
 */
export class Attempt implements Exchange {
  wire!: Wire; // set before it is given to a connection
  carrier: Connection | undefined;
  readonly #endpoint: Endpoint;
  readonly #request: OutgoingHttp;
  readonly #done: (outcome: HttpOutcome) => void;
  readonly #body: Wire['body'];
  #hasBegun = false;
  #outcome: HttpOutcome | undefined;
  #cancelTimer: (() => void) | undefined;
  #bodyDeadline: { expire(): void } | undefined;
  // The hop that it is on.
  #route: Route;
  #origin: string;
  #path: string;
  #headers: readonly string[];
  #hasAuthorization: boolean;
  #isTrusted = true;
  #authorization: string | undefined;
  #hops = 0;
  #timesUnseen = 0;
  // What has come of its answer.
  #status = 0;
  #head: IncomingHttpHeaders | undefined;
  #pieces: Uint8Array[] | undefined;
  #sizeBytes = 0;
  #stream: Readable | undefined;

  constructor(endpoint: Endpoint, request: OutgoingHttp, done: (outcome: HttpOutcome) => void) {
    this.#endpoint = endpoint;
    this.#request = request;
    this.#done = done;
    const { flat, authorizes } = request.prepared ?? endpoint.headers.prepare(request.headers);
    this.#headers = request.extra === undefined ? flat : flat.concat(request.extra);
    this.#hasAuthorization = authorizes;
    this.#route = endpoint.route;
    this.#origin = endpoint.base.origin;
    // Put together as text: a URL object would spell the query its own way.
    const joined = endpoint.basePath + request.path;
    const path = request.clean === true ? cleanPath(joined) : joined;
    this.#path = request.query === '' ? path : `${path}?${request.query}`;
    this.#body = bodyOf(request);
  }

  /** Begins it. Tells nothing before it returns. */
  begin(): void {
    const { timeoutMs } = this.#request;
    if (timeoutMs === undefined || timeoutMs === this.#endpoint.timeoutMs) this.#endpoint.deadlines.add(this);
    else this.#cancelTimer = this.#endpoint.clock.after(timeoutMs, () => this.expire());
    this.#next();
    this.#hasBegun = true;
    if (this.#outcome !== undefined) queueMicrotask(() => this.#tell());
  }

  /** Ends it for its caller. */
  cancel(): void {
    if (this.#outcome === undefined) this.#stop({ kind: 'aborted' });
  }

  /** Its time is over. */
  expire(): void {
    if (this.#outcome !== undefined) return;
    if (this.#head !== undefined) {
      this.#route.pool.cancel(this);
      // No time is left for a redirect.
      return void this.#conclude(this.#takeBody(), 'late');
    }
    const { authenticator, base, transport } = this.#endpoint;
    const { delay } = authenticator;
    if (this.#isTrusted && this.wire === undefined && delay !== undefined) {
      return void this.#stop({ kind: 'failure', cause: 'credentials', message: delay });
    }
    const step = transport.step(base.origin);
    const where = step === undefined ? '' : `, a connection is still ${step}`;
    const timeoutMs = this.#request.timeoutMs ?? this.#endpoint.timeoutMs;
    this.#stop({ kind: 'failure', cause: 'timeout', message: `${base.host}: no answer within ${formatDuration(timeoutMs)}${where}` });
  }

  onHead(status: number, headers: IncomingHttpHeaders): void {
    if (status === 101) {
      this.#route.pool.cancel(this);
      return void this.#fail(new Error('it answers 101 Switching Protocols, which nobody asked for'));
    }
    if (status < 200) return;
    this.#status = status;
    this.#head = headers;
    if (this.#request.asStream === true && this.#target() === undefined) return void this.#openStream();
    const hasSaidAll = status < 300 && this.wire.method === 'POST';
    if (!hasSaidAll || headers['content-length'] === '0' || status === 204) return;
    this.#bodyDeadline = { expire: () => this.expire() };
    this.#endpoint.bodyDeadlines.add(this.#bodyDeadline);
  }

  onData(piece: Uint8Array): void {
    if (this.#stream !== undefined) return void this.#pass(this.#stream, piece);
    const { maxBodyBytes = defaultMaxBodyBytes } = this.#request;
    if (this.#request.hasRoom?.(piece.byteLength) === false) {
      this.#route.pool.cancel(this);
      this.#answered('no_room');
      return;
    }
    const room = maxBodyBytes - this.#sizeBytes;
    this.#pieces ??= [];
    this.#pieces.push(piece.byteLength <= room ? piece : piece.subarray(0, room));
    this.#sizeBytes += piece.byteLength;
    if (this.#sizeBytes <= maxBodyBytes) return;
    // A body that is larger costs the connection, not memory.
    this.#route.pool.cancel(this);
    this.#answered('large');
  }

  onEnd(): void {
    if (this.#stream === undefined) this.#answered();
    else this.#stream.push(null);
  }

  onError(error: Error): void {
    if (this.#stream !== undefined) this.#stream.destroy(error);
    // The status counts; why the rest of the body did not come changes nothing.
    else if (this.#head !== undefined) this.#answered('cut');
    else this.#fail(error);
  }

  /** That is no attempt: it is sent again until its time is over. */
  onUnseen(sent: boolean): void {
    if (sent && this.#body instanceof Readable) return void this.#fail(new Error('the other side would not look at the request'));
    if (!sent || this.#timesUnseen++ === 0) return void this.#route.pool.submit(this);
    this.#endpoint.clock.after(pauseMs(this.#timesUnseen - 2), () => {
      if (this.#outcome === undefined) this.#route.pool.submit(this);
    });
  }

  /** Sends it to the hop it is on. */
  #next(): void {
    const { transport } = this.#endpoint;
    if (transport.followsFiles) transport.renewed().then(() => this.#authorize());
    else this.#authorize();
  }

  #authorize(): void {
    if (this.#outcome !== undefined) return;
    if (!this.#isTrusted) return void this.#send(undefined);
    const authorization = this.#endpoint.authenticator.authorization(this.#hasAuthorization);
    if (typeof authorization !== 'object') return void this.#send(authorization);
    authorization.then(
      (value) => this.#send(value),
      (error) => this.#fail(error),
    );
  }

  #send(authorization: string | undefined): void {
    if (this.#outcome !== undefined) return;
    this.#authorization = authorization;
    const headers = authorization === undefined ? this.#headers : this.#headers.concat('authorization', authorization);
    // undici's types want a list that may be changed; it changes nothing.
    const wire = { path: this.#path, method: this.#request.method ?? 'POST', headers: headers as string[], body: this.#body } as const;
    this.wire = this.#route.wireOf(wire);
    this.#route.pool.submit(this);
  }

  #answered(incomplete?: Incomplete): void {
    const body = this.#takeBody();
    const target = this.#target();
    if (target === undefined) this.#conclude(body, incomplete);
    else this.#goTo(target);
  }

  #takeBody(): Uint8Array {
    this.#forgetBodyDeadline();
    const [first = empty, ...more] = this.#pieces ?? [];
    return more.length === 0 ? first : Buffer.concat([first, ...more]);
  }

  /** Where the answer sends the request next. */
  #target(): URL | undefined {
    const mayGoOn = this.#endpoint.followsRedirects && this.#status >= 300 && this.#status < 400 && this.#hops < maxRedirects;
    if (!mayGoOn || this.#body instanceof Readable) return undefined;
    return redirectTarget(new URL(this.#origin + this.#path), {
      method: this.wire.method,
      status: this.#status,
      location: this.#head?.['location'],
    });
  }

  #conclude(body: Uint8Array | Readable, incomplete?: Incomplete): void {
    const { proxy } = this.#route;
    // Not the server's word: 4xx would say that the request is at fault.
    if (this.#status === 407 && proxy !== undefined) return void this.#fail(new Error(proxyRefusal(proxy, 407)));
    if (this.#status === 401) this.#endpoint.authenticator.refused(this.#authorization);
    this.#settle(new HttpAnswer(this.#status, this.#head ?? {}, body, incomplete));
  }

  #openStream(): void {
    const stream = new Readable({
      read: () => undefined,
      destroy: (error, closed) => {
        this.#route.pool.cancel(this);
        closed(error);
      },
    });
    // Whoever iterates hears of it; without a listener a cut between two reads would end the process.
    stream.on('error', () => undefined);
    this.#stream = stream;
    this.#conclude(stream);
  }

  #pass(stream: Readable, piece: Uint8Array): void {
    stream.push(piece);
    if (stream.readableLength > mostUnreadBytes) stream.destroy(new Error('the body of its answer comes faster than it is read'));
  }

  #goTo(target: URL): void {
    this.#hops++;
    this.#head = undefined;
    this.#pieces = undefined;
    this.#sizeBytes = 0;
    // Once elsewhere the secrets stay away, also when the chain leads back, as Go's client does it.
    if (this.#isTrusted && !mayHaveSecrets(this.#endpoint.base, target)) {
      this.#isTrusted = false;
      this.#headers = this.#endpoint.headers.withoutSecrets(this.#headers);
    }
    // A Host of `headers` is the endpoint's own.
    if (target.origin !== this.#origin) this.#headers = replaced(this.#headers, 'host', target.host);
    this.#origin = target.origin;
    this.#route = this.#endpoint.transport.route(target.origin);
    this.#path = `${target.pathname}${target.search}`;
    this.#next();
  }

  #fail(error: unknown): void {
    const message = messageOf(error);
    if (error instanceof CredentialsError) return void this.#settle({ kind: 'failure', cause: 'credentials', message });
    const cause = isUnsendable(error) ? 'unsendable' : 'network';
    this.#settle({ kind: 'failure', cause, message: describeFailure(this.#endpoint.base.host, error) });
  }

  #stop(outcome: HttpOutcome): void {
    this.#settle(outcome);
    this.#route.pool.cancel(this);
  }

  #settle(outcome: HttpOutcome): void {
    if (this.#outcome !== undefined) return;
    this.#outcome = outcome;
    this.#endpoint.deadlines.delete(this);
    this.#cancelTimer?.();
    this.#forgetBodyDeadline();
    // What was to be read to its end is not, where the outcome came before.
    if (this.#body instanceof Readable) this.#body.destroy();
    if (this.#hasBegun) this.#tell();
  }

  #tell(): void {
    if (this.#outcome !== undefined) this.#done(this.#outcome);
  }

  #forgetBodyDeadline(): void {
    if (this.#bodyDeadline === undefined) return;
    this.#endpoint.bodyDeadlines.delete(this.#bodyDeadline);
    this.#bodyDeadline = undefined;
  }
}

/** How long to leave a peer alone that would not look at a request, in milliseconds; `times`: how often it did so before. */
export function pauseMs(times: number): number {
  return Math.min(shortestPauseMs * 2 ** times, longestPauseMs);
}

const empty = new Uint8Array();

/** As connections take it: what is empty is no body. */
function bodyOf({ body, method }: OutgoingHttp): Wire['body'] {
  if (!(body instanceof Uint8Array)) return Readable.from(body, { objectMode: false });
  return body.byteLength === 0 || method === 'GET' ? null : body;
}

import type { IncomingHttpHeaders } from 'node:http';
import { errors } from 'undici';
import type { Host } from '../../core/component.ts';
import { formatDuration } from '../../core/units.ts';
import { answerText } from './answer-text.ts';
import { Authenticator } from './auth.ts';
import type { RawRequest, RawResponse } from './exchange.ts';
import { CredentialsError, describeFailure } from './failure.ts';
import { EndpointHeaders, type HeaderMap } from './headers.ts';
import { maxRedirects, mayHaveSecrets, redirectTarget } from './redirect.ts';
import type { HttpClientConfig } from './schema.ts';
import { Transport } from './transport.ts';

/** One endpoint's connections. */
export interface HttpClient {
  /**
   * Begins one attempt, bounded by `remote_timeout`. `done` is called exactly once, never before send() has returned, and must not throw. Never
   * throws for what the network or the other side did. A redirect that is not followed, or one too many, is a response like any other. The
   * returned function cancels the attempt: `done` then gets `aborted`; once the attempt is over it does nothing.
   */
  send(request: OutgoingHttp, done: (outcome: HttpOutcome) => void): () => void;
  /** send() as a promise, which never rejects; the signal cancels. For callers that send now and then. */
  request(request: OutgoingHttp, signal: AbortSignal): Promise<HttpOutcome>;
  /** What the endpoint's own headers and these come to, for many requests that have the same; goes out as OutgoingHttp.prepared. */
  prepare(headers: Readonly<Record<string, string | readonly string[]>>): PreparedHeaders;
  close(): Promise<void>;
}

/** What goes out. */
export interface OutgoingHttp {
  /** POST unless it is said. */
  readonly method?: 'GET' | 'POST';
  /** Begins with '/'; goes below the path of the endpoint's URL, whose query is not used. */
  readonly path: string;
  /** Complete, without '?'. */
  readonly query: string;
  /** The record's own: they replace those of the endpoint's `headers`; the rest of the endpoint's is added here. */
  readonly headers: Readonly<Record<string, string | readonly string[]>>;
  /** From prepare() of the same client, instead of `headers`, which are empty then. */
  readonly prepared?: PreparedHeaders;
  /** More headers, [name, value, name, value, ...], in lower case, that nothing else sets. */
  readonly extra?: readonly string[];
  /** One piece: what undici writes without iterating. Pieces are for what is too large for memory; they can be sent once only, so no redirect
   *  is followed and nothing is sent again. */
  readonly body: Uint8Array | AsyncIterable<Uint8Array>;
  /** Instead of `remote_timeout`, in milliseconds. */
  readonly timeoutMs?: number;
  /** How much of the answer's body is read; 64 KiB unless it is said. */
  readonly maxBodyBytes?: number;
}

/** What prepare() made; nobody else looks into it. */
export interface PreparedHeaders {
  readonly map: HeaderMap;
}

/** What an attempt brought. */
export type HttpOutcome =
  | {
      readonly kind: 'response';
      readonly status: number;
      /** Names in lower case; several values of one are joined by ", ". */
      readonly headers: Readonly<Record<string, string>>;
      /** In lower case, without parameters; '' when there is none. */
      readonly contentType: string;
      readonly retryAfter: string | undefined;
      /** The first 2 KiB of the body. */
      readonly text: string;
      /** As much as `maxBodyBytes` allows, as it came. */
      readonly body: Uint8Array;
    }
  | { readonly kind: 'failure'; readonly cause: 'network' | 'timeout' | 'credentials'; readonly message: string }
  | { readonly kind: 'aborted' };

/** Opens nothing: connections come with the first request. */
export function createHttpClient(config: HttpClientConfig, host: Host): HttpClient {
  return new EndpointClient(config, host);
}

class EndpointClient implements HttpClient {
  readonly #config: HttpClientConfig;
  readonly #host: Host;
  readonly #base: URL;
  readonly #headers: EndpointHeaders;
  readonly #authenticator: Authenticator;
  readonly #transport: Transport;

  constructor(config: HttpClientConfig, host: Host) {
    this.#config = config;
    this.#host = host;
    this.#base = new URL(config.url);
    this.#headers = new EndpointHeaders(config);
    this.#authenticator = new Authenticator(config, host);
    this.#transport = new Transport(config, host);
  }

  send(request: OutgoingHttp, done: (outcome: HttpOutcome) => void): () => void {
    const cancelled = new AbortController();
    this.request(request, cancelled.signal).then(done);
    return () => cancelled.abort();
  }

  prepare(headers: OutgoingHttp['headers']): PreparedHeaders {
    return { map: this.#headers.build(headers) };
  }

  async request(request: OutgoingHttp, signal: AbortSignal): Promise<HttpOutcome> {
    const attempt = new AbortController();
    // A reason without this code counts as the connection's end when undici has the request in its queue again, after GOAWAY: those that wait with
    // it would fail too (onError in client.js).
    const end = (): void => attempt.abort(new errors.InformationalError('the attempt is over'));
    if (signal.aborted) end();
    signal.addEventListener('abort', end, { once: true });
    const timeoutMs = request.timeoutMs ?? this.#config.remote_timeout;
    const cancel = this.#host.clock.after(timeoutMs, end);
    try {
      return outcomeOf(await this.#exchange(request, attempt.signal));
    } catch (error) {
      if (signal.aborted) return { kind: 'aborted' };
      if (error instanceof CredentialsError) return { kind: 'failure', cause: 'credentials', message: error.message };
      if (attempt.signal.aborted) return this.#timeout(timeoutMs);
      return { kind: 'failure', cause: 'network', message: describeFailure(this.#base.host, error) };
    } finally {
      cancel();
      signal.removeEventListener('abort', end);
    }
  }

  async close(): Promise<void> {
    await Promise.all([this.#transport.close(), this.#authenticator.close()]);
  }

  async #exchange(outgoing: OutgoingHttp, signal: AbortSignal): Promise<RawResponse> {
    let headers = this.#headersOf(outgoing);
    const { body, maxBodyBytes, method = 'POST' } = outgoing;
    let request: RawRequest = { origin: this.#base.origin, path: this.#pathOf(outgoing), method, headers, body, maxBodyBytes };
    let trusted = true;
    for (let hops = 0; ; hops++) {
      const sent = trusted ? { ...request, headers: await this.#authenticator.authorize(headers, signal) } : request;
      const response = await this.#transport.exchange(sent, signal);
      if (response.status === 401) this.#authenticator.refused(sent.headers);
      const next = this.#config.follow_redirects && request.body instanceof Uint8Array ? redirectTarget(request, response) : undefined;
      if (next === undefined || hops === maxRedirects) return response;
      // Once elsewhere the secrets stay away, also when the chain leads back, as Go's client does it.
      if (trusted && !mayHaveSecrets(this.#base, next)) {
        trusted = false;
        headers = this.#headers.withoutSecrets(headers);
      }
      // A Host of `headers` is the endpoint's own.
      if (next.origin !== request.origin) headers = { ...headers, host: next.host };
      request = { ...request, origin: next.origin, path: `${next.pathname}${next.search}`, headers };
    }
  }

  #headersOf({ headers, prepared, extra = [] }: OutgoingHttp): HeaderMap {
    const map = prepared?.map ?? this.#headers.build(headers);
    if (extra.length === 0) return map;
    const more = extra.flatMap((name, i) => (i % 2 === 0 ? [[name, extra[i + 1] ?? '']] : []));
    return { ...map, ...Object.fromEntries(more) };
  }

  /** Put together as text: a URL object would spell the query its own way. */
  #pathOf(outgoing: OutgoingHttp): string {
    const path = `${this.#base.pathname.replace(/\/+$/, '')}${outgoing.path}`;
    return outgoing.query === '' ? path : `${path}?${outgoing.query}`;
  }

  #timeout(timeoutMs: number): HttpOutcome {
    const step = this.#transport.step(this.#base.origin);
    const where = step === undefined ? '' : `, a connection is still ${step}`;
    const message = `${this.#base.host}: no answer within ${formatDuration(timeoutMs)}${where}`;
    return { kind: 'failure', cause: 'timeout', message };
  }
}

function outcomeOf(response: RawResponse): HttpOutcome {
  const headers = joinValues(response.headers);
  return {
    kind: 'response',
    status: response.status,
    headers,
    contentType: (headers['content-type'] ?? '').split(';', 1).join('').trim().toLowerCase(),
    retryAfter: headers['retry-after'],
    text: answerText(response.body, headers['content-encoding'] ?? ''),
    body: response.body,
  };
}

function joinValues(headers: IncomingHttpHeaders): Record<string, string> {
  const joined: Record<string, string> = {};
  for (const [name, value] of Object.entries(headers)) {
    if (value !== undefined) joined[name] = typeof value === 'string' ? value : value.join(', ');
  }
  return joined;
}

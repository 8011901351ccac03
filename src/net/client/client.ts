import type { Host } from '../../core/component.ts';
import type { HttpOutcome } from './answer.ts';
import { Attempt, type Endpoint, type OutgoingHttp } from './attempt.ts';
import { Authenticator } from './auth.ts';
import { Deadlines } from './deadlines.ts';
import { EndpointHeaders, type PreparedHeaders } from './headers.ts';
import { type TokenServer, TokenSource } from './oauth2.ts';
import type { HttpClientConfig, OAuth2Config } from './schema.ts';
import { Transport } from './transport.ts';

export type { HttpOutcome, OutgoingHttp, PreparedHeaders };

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

// How long a body may keep us after the 2xx head of what was sent, which has said all that counts.
const takenBodyMs = 1000;

/** Opens nothing: connections come with the first request. Throws a sentence when `tls_config` names a file that is of no use. */
export function createHttpClient(config: HttpClientConfig, host: Host): HttpClient {
  return new EndpointClient(config, host);
}

/** What requests to any server have in common under one set of options. */
export type EndpointParts = Omit<Endpoint, 'base' | 'basePath' | 'route' | 'timeoutMs' | 'deadlines'>;

/** Opens nothing. `maxOrigins`: how many servers connections are kept to. Throws a sentence when `tls_config` names a file that is of no use. */
export function endpointParts(config: HttpClientConfig, host: Host, maxOrigins?: number): EndpointParts {
  return {
    headers: new EndpointHeaders(config),
    authenticator: new Authenticator(config, tokensOf(config, host)),
    transport: new Transport(config, host, maxOrigins),
    clock: host.clock,
    bodyDeadlines: new Deadlines(host.clock, takenBodyMs),
    followsRedirects: config.follow_redirects,
  };
}

class EndpointClient implements HttpClient {
  readonly #endpoint: Endpoint;

  constructor(config: HttpClientConfig, host: Host) {
    const base = new URL(config.url);
    const parts = endpointParts(config, host);
    this.#endpoint = {
      ...parts,
      base,
      basePath: base.pathname.replace(/\/+$/, ''),
      route: parts.transport.route(base.origin),
      timeoutMs: config.remote_timeout,
      deadlines: new Deadlines(host.clock, config.remote_timeout),
    };
  }

  send(request: OutgoingHttp, done: (outcome: HttpOutcome) => void): () => void {
    const attempt = new Attempt(this.#endpoint, request, done);
    attempt.begin();
    return () => attempt.cancel();
  }

  request(request: OutgoingHttp, signal: AbortSignal): Promise<HttpOutcome> {
    return new Promise((resolve) => {
      if (signal.aborted) return resolve({ kind: 'aborted' });
      const cancel = this.send(request, (outcome) => {
        signal.removeEventListener('abort', cancel);
        resolve(outcome);
      });
      signal.addEventListener('abort', cancel, { once: true });
    });
  }

  prepare(headers: OutgoingHttp['headers']): PreparedHeaders {
    return this.#endpoint.headers.prepare(headers);
  }

  async close(): Promise<void> {
    const { authenticator, bodyDeadlines, deadlines, transport } = this.#endpoint;
    await Promise.all([transport.close(), authenticator.close()]);
    deadlines.close();
    bodyDeadlines.close();
  }
}

/** Where the endpoint's tokens come from; undefined when it has none. */
export function tokensOf(config: HttpClientConfig, host: Host): TokenSource | undefined {
  return config.oauth2 === undefined ? undefined : new TokenSource(config.oauth2, host.clock, tokenServer(config.oauth2, config, host));
}

/** A client with the connections of the endpoint, the proxy and certificates of `oauth2`, and no credentials of its own. */
function tokenServer(oauth2: OAuth2Config, config: HttpClientConfig, host: Host): TokenServer {
  const { dns, enable_http2, max_connection_age, remote_timeout } = config;
  const { no_proxy, proxy_connect_header, proxy_from_environment, proxy_url, tls_config } = oauth2;
  const client = new EndpointClient(
    {
      ...{ dns, enable_http2, max_connection_age, remote_timeout, no_proxy, proxy_connect_header, proxy_from_environment, proxy_url },
      url: new URL(oauth2.token_url).origin,
      headers: {},
      http_headers: {},
      tls_config,
      follow_redirects: false,
    },
    host,
  );
  const forever = new AbortController().signal; // remote_timeout is the bound
  return {
    post: (path, headers, form) => client.request({ path, query: '', headers, body: Buffer.from(form) }, forever),
    close: () => client.close(),
  };
}

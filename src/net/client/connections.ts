import { Agent, type Dispatcher } from 'undici';
import { userInfoAuthorization } from './basic.ts';
import type { Connector } from './connector.ts';
import type { RawRequest } from './exchange.ts';
import type { ProxyFor } from './proxy.ts';
import type { HttpClientConfig } from './schema.ts';
import { AgentSuccession } from './succession.ts';

// Go's default is no limit; a bound keeps a dead endpoint from taking every file descriptor.
const maxConnections = 4096;
// Shorter than the idle timeouts of the usual balancers (60 s and up), so that a connection is seldom closed under our hands.
const idleMs = 30_000;
const maxHeaderBytes = 16 * 1024;
// Redirects choose origins; nobody needs more than a few.
const maxOrigins = 16;
// A peer that is gone without a FIN is found out when a ping is not answered before the next is due (undici, client-h2.js): at the latest
// remote_timeout + 5 s after its last word. Never sooner than a second: an answer may take that long on a busy machine.
const longestPingMs = 5000;
const shortestPingMs = 1000;

/** A request, and who sends it. */
export interface Routed {
  readonly dispatcher: Dispatcher;
  readonly request: RawRequest;
  /** The proxy that is to forward it. */
  readonly proxy: URL | undefined;
}

/** The connections that rest on one reading of the certificates. */
export class Connections {
  readonly #connector: Connector;
  readonly #proxyFor: ProxyFor;
  readonly #direct: AgentSuccession;
  readonly #forwarding: Agent;
  /** By origin: looked up for every request. */
  readonly #forwarders = new Map<string, { readonly proxy: URL | undefined }>();

  constructor(
    config: Pick<HttpClientConfig, 'remote_timeout' | 'enable_http2' | 'max_connection_age'>,
    { connector, proxyFor, origins = maxOrigins }: { connector: Connector; proxyFor: ProxyFor; origins?: number },
  ) {
    this.#connector = connector;
    this.#proxyFor = proxyFor;
    const options: Agent.Options = {
      connections: maxConnections,
      pipelining: 1,
      keepAliveTimeout: idleMs,
      keepAliveMaxTimeout: idleMs,
      maxHeaderSize: maxHeaderBytes,
      // The attempt's own signal is the only clock: undici's are coarse (300 ms fired at 753 ms).
      headersTimeout: 0,
      bodyTimeout: 0,
      maxOrigins: origins,
      ...(config.max_connection_age > 0 ? { clientTtl: config.max_connection_age } : {}),
    };
    const direct: Agent.Options = {
      ...options,
      connect: connector.toServer,
      allowH2: config.enable_http2,
      h2Options: { pingInterval: Math.max(shortestPingMs, Math.min(longestPingMs, config.remote_timeout)) },
    };
    this.#direct = new AgentSuccession(() => new Agent(direct));
    this.#forwarding = new Agent({ ...options, connect: connector.toProxy, allowH2: false });
  }

  /** Who sends a request, and the request as that one wants it: a proxy is told of cleartext targets in the path (RFC 9112, 3.2.2). */
  route(request: RawRequest): Routed {
    const proxy = this.#forwarder(request.origin);
    if (proxy === undefined) return { dispatcher: this.#direct.current, request, proxy };
    const authorization = userInfoAuthorization(proxy);
    const headers = {
      host: new URL(request.origin).host,
      ...request.headers,
      ...(authorization === undefined ? {} : { 'proxy-authorization': authorization }),
    };
    const forwarded = { ...request, origin: proxy.origin, path: `${request.origin}${request.path}`, headers };
    return { dispatcher: this.#forwarding, request: forwarded, proxy };
  }

  /** What a connection to that server is still busy with. */
  step(origin: string): string | undefined {
    return this.#connector.step(this.#forwarder(origin) ?? new URL(origin));
  }

  #forwarder(origin: string): URL | undefined {
    const known = this.#forwarders.get(origin);
    if (known !== undefined) return known.proxy;
    // TLS goes through proxies too, but by a tunnel: that is the connector's.
    const proxy = origin.startsWith('http:') ? this.#proxyFor(new URL(origin)) : undefined;
    if (this.#forwarders.size < maxOrigins) this.#forwarders.set(origin, { proxy });
    return proxy;
  }

  /** Finishes what is under way. */
  async close(): Promise<void> {
    await Promise.all([this.#direct.close(), this.#forwarding.close()]);
  }

  /** Cuts what is still open. */
  async destroy(): Promise<void> {
    await Promise.all([this.#direct.destroy(), this.#forwarding.destroy()]);
  }
}

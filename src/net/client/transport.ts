import type { Host } from '../../core/component.ts';
import { type Connector, Reach, type ReachConfig } from './connect.ts';
import { userInfoAuthorization } from './credentials.ts';
import type { Wire } from './exchange.ts';
import { Pool } from './pool.ts';

// Redirects choose origins; nobody needs more than a few.
const defaultMaxRoutes = 16;

/** How requests get to one origin. */
export interface Route {
  readonly pool: Pool;
  /** The proxy that forwards them. */
  readonly proxy: URL | undefined;
  /** The request as whoever is next wants it. */
  wireOf(wire: Wire): Wire;
}

/** The connections of one client, to whatever servers it is sent. */
export class Transport {
  readonly #config: ReachConfig;
  readonly #reach: Reach;
  readonly #maxRoutes: number;
  #connector: Connector;
  /** By origin, the oldest first. */
  readonly #routes = new Map<string, Route>();
  #renewing: Promise<void> | undefined;

  /** Opens nothing. Throws a sentence when `tls_config` names a file that is missing or of no use. */
  constructor(config: ReachConfig, host: Host, maxRoutes = defaultMaxRoutes) {
    this.#config = config;
    this.#maxRoutes = maxRoutes;
    this.#reach = new Reach(config, host, config.enable_http2 ? ['h2', 'http/1.1'] : ['http/1.1']);
    this.#connector = this.#reach.connector();
  }

  /** Whether renewed() is to be waited for before a request. */
  get followsFiles(): boolean {
    return this.#reach.followsFiles;
  }

  /** Looks whether certificates have changed: new ones are for new connections, what is under way ends as it began. Never rejects. */
  renewed(): Promise<void> {
    // What comes meanwhile may come too late for a file that changes just now, and asks again with its next request.
    this.#renewing ??= this.#renew().finally(() => {
      this.#renewing = undefined;
    });
    return this.#renewing;
  }

  /** The way to "https://host:port". */
  route(origin: string): Route {
    const known = this.#routes.get(origin);
    if (known !== undefined) return known;
    const [oldest, ...others] = this.#routes.keys();
    // The first is the endpoint's own.
    if (oldest !== undefined && others.length + 1 >= this.#maxRoutes) this.#leave(others[0] ?? oldest);
    const route = this.#makeRoute(new URL(origin));
    this.#routes.set(origin, route);
    return route;
  }

  /** What a connection to that server is still busy with: "waiting for DNS to say where h is". */
  step(origin: string): string | undefined {
    return this.#connector.step(this.route(origin).proxy ?? new URL(origin));
  }

  /** Cuts what is still open. */
  async close(): Promise<void> {
    for (const { pool } of this.#routes.values()) pool.close();
    await this.#reach.close();
  }

  #makeRoute(server: URL): Route {
    // TLS goes through proxies too, but by a tunnel: that is the connector's. So does everything through SOCKS.
    const proxy = server.protocol === 'http:' ? this.#reach.proxyFor(server) : undefined;
    if (proxy !== undefined && /^https?:$/.test(proxy.protocol)) return this.#forwarded(server, proxy);
    const pool = this.#pool(server.origin, server.protocol === 'https:' && this.#config.enable_http2, (signal) =>
      this.#connector.toServer(server, signal),
    );
    return { pool, proxy: undefined, wireOf: (wire) => wire };
  }

  /** A proxy is told of cleartext targets in the path (RFC 9112, 3.2.2). */
  #forwarded(server: URL, proxy: URL): Route {
    const authorization = userInfoAuthorization(proxy);
    const more = authorization === undefined ? [] : ['proxy-authorization', authorization];
    const wireOf = (wire: Wire): Wire => {
      const host = wire.headers.some((name, at) => at % 2 === 0 && name === 'host') ? [] : ['host', server.host];
      return { ...wire, path: `${server.origin}${wire.path}`, headers: [...host, ...wire.headers, ...more] };
    };
    return { pool: this.#pool(proxy.origin, false, (signal) => this.#connector.toProxy(proxy, signal)), proxy, wireOf };
  }

  #pool(origin: string, mayBeHttp2: boolean, connect: ConstructorParameters<typeof Pool>[0]['connect']): Pool {
    const { remote_timeout, max_connection_age } = this.#config;
    return new Pool({ origin, connect, mayBeHttp2, clock: this.#reach.clock, timeoutMs: remote_timeout, maxAgeMs: max_connection_age });
  }

  #leave(origin: string): void {
    this.#routes.get(origin)?.pool.close();
    this.#routes.delete(origin);
  }

  async #renew(): Promise<void> {
    if (!(await this.#reach.changed())) return;
    this.#connector = this.#reach.connector();
    for (const { pool } of this.#routes.values()) pool.renew();
  }
}

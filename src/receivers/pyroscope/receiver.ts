import { aborted } from '../../core/abort.ts';
import type { Consumer, Held, Host, Receiver } from '../../core/component.ts';
import { Admission, InFlight } from '../../net/server/admission.ts';
import { createAuthenticator } from '../../net/server/authenticator.ts';
import type { ConnectionOptions } from '../../net/server/connection.ts';
import type { Route } from '../../net/server/exchange.ts';
import { warnOfExposure } from '../../net/server/exposure.ts';
import type { Authenticator } from '../../net/server/identity.ts';
import { type Listener, shareListener } from '../../net/server/listener.ts';
import { TrustedProxies } from '../../net/server/proxies.ts';
import { createServer, type HttpServer } from '../../net/server/serve.ts';
import { ListenerTls } from '../../net/tls.ts';
import { LabelCache } from '../../wire/label-cache.ts';
import type { PushRules } from '../../wire/push.ts';
import { ConnectService } from './connect.ts';
import { debugInfoRoutes } from './debug-info.ts';
import { healthPath, healthRoute, readyRoute } from './health.ts';
import { ingestPaths, ingestRoute } from './ingest.ts';
import { Intake } from './intake.ts';
import { pushPath, pushRoute } from './push.ts';
import { RefusalLines } from './refusal-lines.ts';
import type { PyroscopeReceiverConfig } from './schema.ts';

// Label blocks of some ten thousand series; what does not fit is parsed again, as without a cache.
const labelCacheBytes = 16 * 1024 * 1024;

/** What start() has opened. */
interface Open {
  readonly listener: Held<Listener>;
  readonly inFlight: Held<InFlight>;
  readonly server: HttpServer;
  readonly withdraw: () => void;
}

/** Everything that Pyroscope serves to senders, on one port. */
export class PyroscopeReceiver implements Receiver {
  readonly #config: PyroscopeReceiverConfig;
  readonly #host: Host;
  readonly #next: Consumer;
  readonly #intake: Intake;
  readonly #refusals: RefusalLines;
  readonly #tls: ListenerTls | undefined;
  readonly #authenticator: Authenticator | undefined;
  #open: Open | undefined;

  /** Throws a sentence that names a file of no use: certificates, users, tokens. */
  constructor(config: PyroscopeReceiverConfig, next: Consumer, host: Host) {
    this.#config = config;
    this.#host = host;
    this.#next = next;
    this.#refusals = new RefusalLines(host);
    this.#intake = new Intake(next, host, config.tenant.forward);
    this.#tls = config.tls && new ListenerTls(config.tls);
    this.#authenticator = createAuthenticator(config.auth, host);
  }

  /** Rejects with CannotListen. */
  async start(): Promise<void> {
    const { endpoint, conn_limit: limit } = this.#config;
    const listener = await shareListener({ endpoint }, this.#host);
    const inFlight = await this.#host.share('in_flight_bytes', () => Promise.resolve(new InFlight()));
    await this.#authenticator?.start();
    const server = this.#createServer(inFlight.resource);
    this.#open = { listener, inFlight, server, withdraw: listener.resource.serve(server) };
    const { metrics, log, id } = this.#host;
    const labels = { component_id: id, protocol: 'http' };
    metrics.gauge('flamegate_in_flight_bytes', 'Bytes of requests held and not yet answered.', () => inFlight.resource.bytes);
    metrics.gauge(
      'pyroscope_receive_http_tcp_connections',
      'Current number of accepted TCP connections.',
      () => listener.resource.connections,
      labels,
    );
    metrics.gauge(
      'pyroscope_receive_http_tcp_connections_limit',
      'The max number of TCP connections that can be accepted (0 means no limit).',
      () => limit,
      labels,
    );
    log.info('listening for profiles', { address: listener.resource.address });
    const { auth, tls, trusted_proxies } = this.#config;
    const protection = {
      asks: auth?.basic !== undefined || auth?.bearer !== undefined,
      tls: tls !== undefined,
      verifies: tls?.client_auth === 'require_and_verify',
      behindProxy: trusted_proxies.length > 0,
    };
    warnOfExposure({ address: listener.resource.address, section: `receivers.${id}`, ...protection }, log);
  }

  /** Requests under way are answered, new ones refused; then the port is closed, unless another receiver has it by now. */
  async stop(deadline: AbortSignal): Promise<void> {
    const open = this.#open;
    if (open === undefined) return;
    this.#open = undefined;
    open.withdraw();
    await Promise.race([open.server.drain(), aborted(deadline)]);
    await open.listener.release();
    await open.inFlight.release();
    await this.#authenticator?.stop();
  }

  #createServer(inFlight: InFlight): HttpServer {
    const { limits, timeouts, tenant, compatibility } = this.#config;
    const { clock, log, random } = this.#host;
    const routes = this.#routes();
    return createServer(routes, {
      clock,
      log,
      random,
      connections: this.#connections(),
      admission: new Admission(limits.max_in_flight, inFlight),
      maxRequestBytes: limits.max_request_size,
      maxDecompressedBytes: limits.max_decompressed_size,
      requestTimeoutMs: timeouts.request,
      minBytesPerSecond: timeouts.min_rate,
      // Alloy's receive_http looks at no client header.
      senders: {
        authenticator: this.#authenticator,
        tenant: compatibility === 'alloy' ? undefined : { header: tenant.header.toLowerCase(), fallback: tenant.default },
      },
      notFound: notFound([...routes.keys()], this.#config.path_prefix),
      lameDuck: () => this.#host.unready().length > 0,
      refused: (reason, about) => {
        this.#intake.refuse(reason);
        if (about !== undefined) this.#refusals.note({ reason, ...about });
      },
      memoryLevel: () => this.#host.memoryLevel(),
    });
  }

  #connections(): ConnectionOptions {
    const { path_prefix, limits, timeouts, conn_limit, trusted_proxies } = this.#config;
    return {
      pathPrefix: path_prefix,
      headerTimeoutMs: timeouts.header,
      idleTimeoutMs: timeouts.idle,
      maxHeaderBytes: limits.max_header_size,
      maxStreams: limits.max_streams_per_connection,
      tls: this.#tls,
      maxConnections: conn_limit,
      maxOpen: limits.max_connections,
      maxOpenPerAddress: limits.max_connections_per_address,
      maxAgeMs: this.#config.max_connection_age,
      proxies: trusted_proxies.length === 0 ? undefined : new TrustedProxies(trusted_proxies),
    };
  }

  #routes(): ReadonlyMap<string, Route> {
    const { tracer } = this.#host;
    const unready = (): readonly string[] => this.#host.unready();
    const connect = new ConnectService(unready);
    const push = {
      intake: this.#intake,
      cache: new LabelCache(labelCacheBytes),
      rules: this.#rules(),
      nextTurn,
      tracer,
    } as const;
    const ingest = ingestRoute(this.#intake, tracer);
    return new Map([
      [pushPath, pushRoute(push)],
      ...ingestPaths.map((path) => [path, ingest] as const),
      ...debugInfoRoutes({ next: this.#next, clock: this.#host.clock, forwardsTenant: this.#config.tenant.forward }),
      [healthPath, healthRoute(connect)],
      ['/ready', readyRoute(unready)],
    ]);
  }

  #rules(): PushRules {
    const maxSeries = this.#config.limits.max_series_per_request;
    return this.#config.compatibility === 'alloy'
      ? { duplicates: 'last_wins', emptyValues: 'drop', maxSeries }
      : { duplicates: 'refuse', emptyValues: 'keep', maxSeries };
  }
}

function nextTurn(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(resolve);
  });
}

function notFound(paths: readonly string[], prefix: string): string {
  const served = `nothing is served at this path; served are ${paths.join(', ')}`;
  if (prefix !== '') return `${served}, and the same below ${prefix}`;
  return `${served}; behind an ingress that does not strip its prefix set path_prefix`;
}

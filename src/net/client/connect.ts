import type { Socket } from 'node:net';
import { follow } from '../../core/abort.ts';
import type { Clock } from '../../core/clock.ts';
import type { Held, Host, Shared } from '../../core/component.ts';
import { messageOf } from '../../core/errors.ts';
import { dial } from './dial.ts';
import { AddressBook, shareNameResolver } from './names.ts';
import { isSocks, type ProxyFor, proxyChooser, throughSocks, tunnel } from './proxy.ts';
import type { HttpClientConfig, ProxyConfig } from './schema.ts';
import { TlsClient } from './secure.ts';
import { TlsMaterial } from './tls-material.ts';
import { trustSystem } from './trust.ts';

/** The promise, or a rejection with signal.reason when that aborts first; the work behind the promise goes on. */
export function orAborted<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const onAbort = (): void => reject(signal.reason);
    if (signal.aborted) onAbort();
    else signal.addEventListener('abort', onAbort, { once: true });
    promise.then(resolve, reject).finally(() => signal.removeEventListener('abort', onAbort));
  });
}

/** A shared resource that is asked for when it is first needed. */
export class LazilyHeld<T extends Shared> {
  readonly #share: () => Promise<Held<T>>;
  #held: Promise<Held<T>> | undefined;

  constructor(share: () => Promise<Held<T>>) {
    this.#share = share;
  }

  async get(): Promise<T> {
    this.#held ??= this.#share();
    return (await this.#held).resource;
  }

  async release(): Promise<void> {
    const held = this.#held;
    this.#held = undefined;
    await (await held)?.release();
  }
}

/** What connections are made of. */
export interface ConnectorOptions {
  readonly book: AddressBook;
  readonly proxyFor: ProxyFor;
  readonly proxyHeaders: ProxyConfig['proxy_connect_header'];
  /** For servers, which may speak HTTP/2. */
  readonly serverTls: TlsClient;
  /** For proxies, which are spoken to by HTTP/1.1. */
  readonly proxyTls: TlsClient;
  readonly clock: Clock;
  readonly timeoutMs: number;
}

/** Where a connection goes. A URL is one, and so is what undici asks for. */
export interface Server {
  readonly protocol: string;
  readonly hostname: string;
  /** '' for the protocol's own. */
  readonly port: string;
}

// The attempt that asked for a connection is over first, and says what the connection was busy with.
const slackMs = 20;

type Step = (text: string) => void;

/** A connection that does not exist yet. */
interface Attempt {
  readonly to: string;
  step: string;
}

/** Makes connections: name, address, proxy, TLS, in this order and within one time. */
export class Connector {
  readonly #options: ConnectorOptions;
  /** The newest last. */
  readonly #attempts = new Set<Attempt>();

  constructor(options: ConnectorOptions) {
    this.#options = options;
  }

  /** What the newest connection to that server is busy with: "waiting for DNS"; undefined when there is none under way. */
  step(server: Server): string | undefined {
    const to = hostPort(server);
    return [...this.#attempts].findLast((attempt) => attempt.to === to)?.step;
  }

  /** To a server: TLS ones through their proxy. Rejects with why there is no connection, or with signal.reason. */
  toServer(server: Server, signal: AbortSignal): Promise<Socket> {
    return this.#connect(server, signal, (step, ending) => this.#openServer(server, step, ending));
  }

  /** To a proxy that is to forward cleartext requests. */
  toProxy(proxy: Server, signal: AbortSignal): Promise<Socket> {
    return this.#connect(proxy, signal, (step, ending) => this.#openProxy(proxy, step, ending));
  }

  async #connect(server: Server, signal: AbortSignal, open: (step: Step, signal: AbortSignal) => Promise<Socket>): Promise<Socket> {
    const attempt = { to: hostPort(server), step: 'not begun' };
    this.#attempts.add(attempt);
    const { controller, release } = follow(signal);
    const cancel = this.#options.clock.after(this.#options.timeoutMs + slackMs, () =>
      controller.abort(new Error(`no connection in time, ${attempt.step}`)),
    );
    const say = (text: string): void => {
      attempt.step = text;
    };
    try {
      return await open(say, controller.signal);
    } finally {
      cancel();
      release();
      this.#attempts.delete(attempt);
    }
  }

  /**
   * Goes on from a TCP connection to the first hop, which is the proxy where there is one: to a connection in which the server is spoken to.
   * Closes the socket when it rejects.
   */
  async handshake(socket: Socket, server: Server, signal: AbortSignal, step: Step = () => undefined): Promise<Socket> {
    const { proxyFor, proxyHeaders, serverTls } = this.#options;
    const proxy = proxyFor(server);
    let reached = socket;
    if (proxy !== undefined) {
      step(`waiting for the proxy ${proxy.host}`);
      if (isSocks(proxy)) {
        const target = { host: bare(server.hostname), port: Number(portOf(server)) };
        reached = await throughSocks({ socket, proxy, target }, signal);
      } else {
        const target = hostPort(server);
        reached = await tunnel({ socket: await this.#greet(socket, proxy, signal), proxy, target, headers: proxyHeaders }, signal);
      }
    }
    if (server.protocol !== 'https:') return reached;
    step('in the TLS handshake');
    return serverTls.secure(reached, bare(server.hostname), signal);
  }

  async #openServer(server: Server, step: Step, signal: AbortSignal): Promise<Socket> {
    const socket = await this.#dial(this.#options.proxyFor(server) ?? server, step, signal);
    return this.handshake(socket, server, signal, step);
  }

  async #openProxy(proxy: Server, step: Step, signal: AbortSignal): Promise<Socket> {
    return this.#greet(await this.#dial(proxy, step, signal), proxy, signal);
  }

  async #greet(socket: Socket, proxy: Server, signal: AbortSignal): Promise<Socket> {
    return proxy.protocol === 'https:' ? this.#options.proxyTls.secure(socket, bare(proxy.hostname), signal) : socket;
  }

  async #dial(server: Server, step: Step, signal: AbortSignal): Promise<Socket> {
    if (!/^https?:$/.test(server.protocol) && !isSocks(server)) {
      throw new Error(`a proxy that is spoken to by ${server.protocol}// cannot be used, only http://, https://, socks5:// and socks5h://`);
    }
    const { book, clock } = this.#options;
    const host = bare(server.hostname);
    step(`waiting for DNS to say where ${host} is`);
    const addresses = await orAborted(book.candidates(host), signal);
    step(`connecting to ${addresses.map(({ address }) => address).join(', ')}`);
    const port = Number(portOf(server));
    return dial({ addresses, port, clock, worked: (address) => book.worked(address), failed: (address) => book.failed(address) }, signal);
  }
}

function hostPort(server: Server): string {
  const host = bare(server.hostname);
  return `${host.includes(':') ? `[${host}]` : host}:${portOf(server)}`;
}

/** Also of a proxy. */
export function portOf({ protocol, port }: Server): string {
  if (port !== '') return port;
  if (isSocks({ protocol })) return '1080';
  return protocol === 'https:' ? '443' : '80';
}

/** URLs write IPv6 addresses in brackets. */
function bare(hostname: string): string {
  return hostname.replace(/^\[|\]$/g, '');
}

/** The keys of an HTTP client that say how it connects. */
export type ReachConfig = ProxyConfig &
  Pick<HttpClientConfig, 'remote_timeout' | 'tls_config' | 'enable_http2' | 'dns' | 'max_connection_age'>;

/** How one client reaches servers: names and addresses, proxies, certificates. */
export class Reach {
  readonly #config: ReachConfig;
  readonly #host: Host;
  readonly #alpn: readonly string[];
  readonly #material: TlsMaterial;
  readonly #names;
  readonly #trust;
  #complaint = '';
  readonly clock: Clock;
  readonly book: AddressBook;
  readonly proxyFor: ProxyFor;

  /** Opens nothing. Throws a sentence when `tls_config` names a file that is missing or of no use. */
  constructor(config: ReachConfig, host: Host, alpn: readonly string[]) {
    this.#config = config;
    this.#host = host;
    this.#alpn = alpn;
    this.#material = new TlsMaterial(config.tls_config);
    this.#names = new LazilyHeld(() => shareNameResolver(host));
    this.#trust = new LazilyHeld(() => trustSystem(host));
    this.clock = host.clock;
    this.book = new AddressBook({
      resolve: async (name) => (await this.#names.get()).resolve(name),
      clock: host.clock,
      random: host.random,
      refreshMs: config.dns.refresh,
    });
    this.proxyFor = proxyChooser(config, process.env);
  }

  /** Makes connections with the certificates as they stand now. */
  connector(): Connector {
    const tls = { material: this.#material, trust: () => this.#trust.get() };
    return new Connector({
      book: this.book,
      proxyFor: this.proxyFor,
      proxyHeaders: this.#config.proxy_connect_header,
      serverTls: new TlsClient({ ...tls, alpn: this.#alpn, serverName: this.#config.tls_config?.server_name }),
      // server_name is the server's.
      proxyTls: new TlsClient({ ...tls, alpn: ['http/1.1'], serverName: undefined }),
      clock: this.clock,
      timeoutMs: this.#config.remote_timeout,
    });
  }

  /** Whether changed() can ever be true. */
  get followsFiles(): boolean {
    return this.#material.hasFiles;
  }

  /**
   * Looks whether the files of `tls_config` have changed: true when new connections need a new connector. Files that are of no use as they stand
   * now, as while they are being replaced, are warned of and change nothing.
   */
  async changed(): Promise<boolean> {
    if (!this.#material.hasFiles) return false;
    try {
      const changed = await this.#material.changed();
      if (changed) this.#complaint = '';
      return changed;
    } catch (error) {
      this.#complain(messageOf(error));
      return false;
    }
  }

  /** Lets go of what is shared. */
  async close(): Promise<void> {
    await Promise.all([this.#names.release(), this.#trust.release()]);
  }

  #complain(reason: string): void {
    if (reason === this.#complaint) return;
    this.#complaint = reason;
    this.#host.log.warn('the files of tls_config cannot be used; the previous certificates stay in force', { reason });
  }
}

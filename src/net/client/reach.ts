import type { Clock } from '../../core/clock.ts';
import type { Host } from '../../core/component.ts';
import { messageOf } from '../../core/errors.ts';
import { AddressBook } from './addresses.ts';
import { Connector } from './connector.ts';
import { LazilyHeld } from './held.ts';
import { shareNameResolver } from './names.ts';
import { type ProxyFor, proxyChooser } from './proxy.ts';
import type { HttpClientConfig, ProxyConfig } from './schema.ts';
import { TlsClient } from './secure.ts';
import { TlsMaterial } from './tls-material.ts';
import { trustSystem } from './trust.ts';

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
    this.#host.log.warn('the files of tls_config are of no use as they stand now, what they said before goes on', { reason });
  }
}

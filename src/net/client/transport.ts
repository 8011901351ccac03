import type { Host } from '../../core/component.ts';
import { Connections } from './connections.ts';
import { exchange, type RawRequest, type RawResponse } from './exchange.ts';
import { isRefusedStream } from './failure.ts';
import { orAborted } from './or-aborted.ts';
import { Reach, type ReachConfig } from './reach.ts';
import { refusedPauseMs } from './refused.ts';
import { proxyRefusal } from './tunnel.ts';

/** Exchanges over the connections of one client. */
export class Transport {
  readonly #config: ReachConfig;
  readonly #host: Host;
  readonly #reach: Reach;
  #connections: Connections;

  /** Opens nothing. Throws a sentence when `tls_config` names a file that is missing or of no use. */
  constructor(config: ReachConfig, host: Host) {
    this.#config = config;
    this.#host = host;
    this.#reach = new Reach(config, host, config.enable_http2 ? ['h2', 'http/1.1'] : ['http/1.1']);
    this.#connections = this.#connect();
  }

  /** One exchange; see exchange(). A stream that the peer would not even look at is no attempt: it is sent again until the signal aborts. */
  async exchange(request: RawRequest, signal: AbortSignal): Promise<RawResponse> {
    if (this.#reach.followsFiles && (await orAborted(this.#reach.changed(), signal))) this.#renew();
    for (let refused = 0; ; refused++) {
      const routed = this.#connections.route(request);
      try {
        const response = await exchange(routed.dispatcher, routed.request, signal, this.#host.clock);
        // Not the server's word: 4xx would say that the request is at fault.
        if (response.status === 407 && routed.proxy !== undefined) throw new Error(proxyRefusal(routed.proxy, 407));
        return response;
      } catch (error) {
        if (!isRefusedStream(error) || !(request.body instanceof Uint8Array)) throw error;
        await this.#host.clock.sleep(refusedPauseMs(refused), signal);
      }
    }
  }

  /** What a connection to that server is still busy with: "waiting for DNS to say where h is". */
  step(origin: string): string | undefined {
    return this.#connections.step(origin);
  }

  /** Cuts what is still open. */
  async close(): Promise<void> {
    await this.#connections.destroy();
    await this.#reach.close();
  }

  #connect(): Connections {
    return new Connections(this.#config, { connector: this.#reach.connector(), proxyFor: this.#reach.proxyFor });
  }

  /** New certificates are for new connections; what is under way ends as it began. */
  #renew(): void {
    const old = this.#connections;
    this.#connections = this.#connect();
    // Nobody waits for it, and what it could not finish has told its own caller.
    old.close().catch(() => undefined);
  }
}

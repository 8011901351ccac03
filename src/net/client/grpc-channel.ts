import type { Socket } from 'node:net';
import {
  CallCredentials,
  ChannelCredentials,
  type ChannelOptions,
  Client,
  connectivityState,
  experimental,
  Metadata,
  status,
} from '@grpc/grpc-js';
import { messageOf } from '../../core/errors.ts';
import { portOf, type Reach } from './connect.ts';
import { failureReason } from './failure.ts';
import { productUserAgent } from './user-agent.ts';

const scheme = 'flamegate';
const reachOption = 'flamegate.reach';
const hopOption = 'flamegate.hop';
const resolvePauseMs = 1000;

/** One channel of grpc-js whose names, proxies and certificates are ours. */
export interface GrpcChannel {
  readonly client: Client;
  /** False while it connects, and when it cannot. */
  readonly isReady: () => boolean;
  /** Calls under way end by themselves; what is still connecting is cut. */
  close(): void;
}

/** Opens nothing before the first call. `authority` is what the server is called in requests. */
export function openChannel(url: URL, authority: string, reach: Reach): GrpcChannel {
  const closing = new AbortController();
  const connector = reach.connector();
  const handshake = (socket: Socket): Promise<Socket> => connector.handshake(socket, url, closing.signal);
  const options: ChannelOptions = {
    ...channelOptions,
    'grpc.default_authority': authority,
    [reachOption]: reach,
    [hopOption]: reach.proxyFor(url) ?? url,
  };
  // Twice does no harm: it is an entry in a table.
  experimental.registerResolver(scheme, BookResolver);
  const client = new Client(`${scheme}:${url.host}`, new HandshakeCredentials(handshake, url), options);
  return {
    client,
    isReady: () => client.getChannel().getConnectivityState(false) === connectivityState.READY,
    close() {
      closing.abort(new Error('the channel is closed'));
      client.close();
    },
  };
}

const channelOptions: ChannelOptions = {
  'grpc.primary_user_agent': productUserAgent,
  'grpc.keepalive_time_ms': 30_000,
  'grpc.keepalive_timeout_ms': 10_000,
  // The endpoint decides when to try again, and the environment nothing.
  'grpc.enable_retries': 0,
  'grpc.enable_http_proxy': 0,
  'grpc.service_config_disable_resolution': 1,
  'grpc.initial_reconnect_backoff_ms': 100,
  'grpc.max_reconnect_backoff_ms': 1_000,
  // One channel is one endpoint's: connections are not to be shared with another that happens to have the same target.
  'grpc.use_local_subchannel_pool': 1,
  'grpc.enable_channelz': 0,
};

/** Takes addresses from the endpoint's book, so that a channel looks names up, ages and takes turns as HTTP does. */
class BookResolver implements experimental.Resolver {
  readonly #listener: experimental.ResolverListener;
  readonly #reach: Reach;
  readonly #hop: URL;
  #resolvedAt = Number.NEGATIVE_INFINITY;
  #cancelNext: (() => void) | undefined;
  #generation = 0;

  constructor(_target: experimental.GrpcUri, listener: experimental.ResolverListener, options: ChannelOptions) {
    this.#listener = listener;
    // openChannel() put them there; grpc-js passes options on untyped.
    this.#reach = options[reachOption] as Reach;
    this.#hop = options[hopOption] as URL;
  }

  static getDefaultAuthority(target: experimental.GrpcUri): string {
    return target.path;
  }

  /** grpc-js asks again as soon as a connection fails: answered at once each time, it would spin. */
  updateResolution(): void {
    if (this.#cancelNext !== undefined) return;
    const { clock } = this.#reach;
    const waitMs = Math.max(0, this.#resolvedAt + resolvePauseMs - clock.monotonic());
    this.#cancelNext = clock.after(waitMs, () => {
      this.#cancelNext = undefined;
      this.#resolvedAt = clock.monotonic();
      this.#tell(this.#generation);
    });
  }

  destroy(): void {
    this.#cancelNext?.();
    this.#cancelNext = undefined;
    this.#generation++;
  }

  async #tell(generation: number): Promise<void> {
    const found = await this.#resolve();
    if (generation === this.#generation) this.#listener(found, {}, null, '');
  }

  async #resolve(): Promise<experimental.StatusOr<experimental.Endpoint[]>> {
    const { hostname } = this.#hop;
    try {
      const candidates = await this.#reach.book.candidates(hostname.replace(/^\[|\]$/g, ''));
      const portNumber = Number(portOf(this.#hop));
      return experimental.statusOrFromValue(candidates.map(({ address }) => ({ addresses: [{ host: address, port: portNumber }] })));
    } catch (error) {
      return experimental.statusOrFromError({ code: status.UNAVAILABLE, details: failureReason(error), metadata: new Metadata() });
    }
  }
}

/** Makes of a connection to the first hop one in which the server is spoken to. The hooks are those that grpc-js's own credentials have. */
class HandshakeCredentials extends ChannelCredentials {
  readonly #handshake: (socket: Socket) => Promise<Socket>;
  readonly #url: URL;

  constructor(handshake: (socket: Socket) => Promise<Socket>, url: URL) {
    super();
    this.#handshake = handshake;
    this.#url = url;
  }

  override _isSecure(): boolean {
    return this.#url.protocol === 'https:';
  }

  override _equals(other: ChannelCredentials): boolean {
    return this === other;
  }

  override _createSecureConnector(
    _target: experimental.GrpcUri,
    _options: ChannelOptions,
    calls?: CallCredentials,
  ): experimental.SecureConnector {
    return {
      connect: async (socket) => {
        try {
          return { socket: await this.#handshake(socket), secure: this._isSecure() };
        } catch (error) {
          // grpc-js puts it into its own sentence as it is.
          throw messageOf(error);
        }
      },
      waitForReady: async () => undefined,
      getCallCredentials: () => calls ?? CallCredentials.createEmpty(),
      destroy: () => undefined,
    };
  }
}

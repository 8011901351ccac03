import {
  type ChannelOptions,
  Client,
  type ClientUnaryCall,
  connectivityState,
  credentials,
  Metadata,
  type ServiceError,
  status,
} from '@grpc/grpc-js';
import { follow } from '../../core/abort.ts';
import type { Host } from '../../core/component.ts';
import { formatDuration } from '../../core/units.ts';
import { Authenticator } from './auth.ts';
import { CredentialsError } from './failure.ts';
import { buildHeaders, type HeaderMap } from './headers.ts';
import type { HttpClientConfig } from './schema.ts';
import { productUserAgent } from './user-agent.ts';

/** One endpoint's gRPC channel. */
export interface GrpcClient {
  /**
   * One call of push.v1.PusherService/Push, bounded by `remote_timeout`. `body` is the encoded PushRequest; it is not copied. Never throws for
   * what the network or the other side did.
   */
  push(body: Uint8Array, headers: Readonly<Record<string, string>>, signal: AbortSignal): Promise<GrpcOutcome>;
  close(): Promise<void>;
}

/** What a call brought. */
export type GrpcOutcome =
  | {
      readonly kind: 'response';
      /** 0 is success. */
      readonly code: number;
      readonly message: string;
      readonly retryAfter: string | undefined;
    }
  | { readonly kind: 'failure'; readonly cause: 'network' | 'timeout' | 'credentials'; readonly message: string }
  | { readonly kind: 'aborted' };

const pushPath = '/push.v1.PusherService/Push';

/** Opens nothing: the connection comes with the first call. */
export function createGrpcClient(config: HttpClientConfig, host: Host): GrpcClient {
  return new EndpointChannel(config, host);
}

class EndpointChannel implements GrpcClient {
  readonly #config: HttpClientConfig;
  readonly #host: Host;
  readonly #url: URL;
  readonly #authenticator: Authenticator;
  #client: Client;

  constructor(config: HttpClientConfig, host: Host) {
    this.#config = config;
    this.#host = host;
    this.#url = new URL(config.url);
    this.#authenticator = new Authenticator(config);
    this.#client = this.#open();
  }

  async push(body: Uint8Array, own: Readonly<Record<string, string>>, signal: AbortSignal): Promise<GrpcOutcome> {
    const attempt = follow(signal);
    const cancel = this.#host.clock.after(this.#config.remote_timeout, () => attempt.controller.abort(new Error('remote_timeout')));
    const client = this.#client;
    try {
      const headers = await this.#authenticator.authorize(buildHeaders(this.#config, own));
      const outcome = await call(client, body, metadataOf(headers), attempt.controller.signal);
      if (outcome.kind !== 'aborted' || signal.aborted) return outcome;
      this.#replaceUnlessReady(client);
      return {
        kind: 'failure',
        cause: 'timeout',
        message: `${this.#url.host}: no answer within ${formatDuration(this.#config.remote_timeout)}`,
      };
    } catch (error) {
      if (error instanceof CredentialsError) return { kind: 'failure', cause: 'credentials', message: error.message };
      throw error;
    } finally {
      cancel();
      attempt.release();
    }
  }

  async close(): Promise<void> {
    this.#client.close();
  }

  #open(): Client {
    const secure = this.#url.protocol === 'https:';
    const port = this.#url.port === '' ? (secure ? '443' : '80') : this.#url.port;
    return new Client(`dns:${this.#url.hostname}:${port}`, secure ? credentials.createSsl() : credentials.createInsecure(), channelOptions);
  }

  /** A channel that could not connect in the time of a whole attempt may hang in its handshake for ever. */
  #replaceUnlessReady(client: Client): void {
    if (client !== this.#client || client.getChannel().getConnectivityState(false) === connectivityState.READY) return;
    this.#client = this.#open();
    client.close();
  }
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

function call(client: Client, body: Uint8Array, metadata: Metadata, signal: AbortSignal): Promise<GrpcOutcome> {
  return new Promise((resolve) => {
    if (signal.aborted) return resolve({ kind: 'aborted' });
    const running: ClientUnaryCall = client.makeUnaryRequest(pushPath, bufferOf, ignore, body, metadata, (error) => {
      signal.removeEventListener('abort', cancel);
      if (signal.aborted) resolve({ kind: 'aborted' });
      else resolve(error === null ? { kind: 'response', code: status.OK, message: '', retryAfter: undefined } : outcomeOf(error));
    });
    const cancel = (): void => running.cancel();
    signal.addEventListener('abort', cancel, { once: true });
  });
}

function outcomeOf(error: ServiceError): GrpcOutcome {
  const retryAfter = error.metadata.get('retry-after')[0]?.toString();
  // grpc-js words its own failures as UNAVAILABLE too; a server sends metadata with its answer, or at least says it may be tried again.
  if (error.code === status.UNAVAILABLE && Object.keys(error.metadata.getMap()).length === 0) {
    return { kind: 'failure', cause: 'network', message: error.details };
  }
  return { kind: 'response', code: codeOf(error), message: error.details, retryAfter };
}

/** A proxy's 404 or 405 says that our URL is wrong; grpc-js makes UNIMPLEMENTED of it, which says that the record is. */
function codeOf(error: ServiceError): number {
  return /^Received HTTP status code (3\d\d|404|405)/.test(error.details) ? status.NOT_FOUND : error.code;
}

function metadataOf(headers: HeaderMap): Metadata {
  const metadata = new Metadata();
  for (const [name, value] of Object.entries(headers)) {
    // The channel says these itself.
    if (name === 'content-type' || name === 'host' || name === 'user-agent') continue;
    for (const each of typeof value === 'string' ? [value] : value) metadata.add(name, each);
  }
  return metadata;
}

/** grpc-js frames what it is given: a view, not a copy. */
function bufferOf(body: Uint8Array): Buffer {
  return Buffer.from(body.buffer, body.byteOffset, body.byteLength);
}

/** PushResponse says nothing. */
function ignore(): undefined {
  return undefined;
}

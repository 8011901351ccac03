import { type Client, Metadata, type ServiceError, status } from '@grpc/grpc-js';
import { follow } from '../../core/abort.ts';
import type { Host } from '../../core/component.ts';
import { formatDuration } from '../../core/units.ts';
import { Authenticator } from './auth.ts';
import { CredentialsError } from './failure.ts';
import { type GrpcChannel, openChannel } from './grpc-channel.ts';
import { EndpointHeaders, type HeaderMap } from './headers.ts';
import { Reach } from './reach.ts';
import { refusedPauseMs } from './refused.ts';
import type { HttpClientConfig } from './schema.ts';

/** One endpoint's gRPC channel. */
export interface GrpcClient {
  /**
   * Begins one call of push.v1.PusherService/Push, bounded by `remote_timeout`. `body` is the encoded PushRequest; it is not copied. `done` is
   * called exactly once, never before push() has returned, and must not throw. Never throws for what the network or the other side did. The
   * returned function cancels the call: `done` then gets `aborted`; once the call is over it does nothing.
   */
  push(body: Uint8Array, headers: Readonly<Record<string, string>>, done: (outcome: GrpcOutcome) => void): () => void;
  /** push() as a promise, which never rejects; the signal cancels. For callers that send now and then. */
  request(body: Uint8Array, headers: Readonly<Record<string, string>>, signal: AbortSignal): Promise<GrpcOutcome>;
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

/** Opens nothing: the connection comes with the first call. Throws a sentence when `tls_config` names a file that is of no use. */
export function createGrpcClient(config: HttpClientConfig, host: Host): GrpcClient {
  return new EndpointChannels(config, host);
}

/** One channel at a time, replaced when it is old, when it cannot connect and when certificates change. */
class EndpointChannels implements GrpcClient {
  readonly #config: HttpClientConfig;
  readonly #host: Host;
  readonly #url: URL;
  readonly #reach: Reach;
  readonly #headers: EndpointHeaders;
  readonly #authenticator: Authenticator;
  #channel: GrpcChannel | undefined;
  #openedAt = 0;
  #answeredAt = 0;

  constructor(config: HttpClientConfig, host: Host) {
    this.#config = config;
    this.#host = host;
    this.#url = new URL(config.url);
    this.#reach = new Reach(config, host, ['h2']);
    this.#headers = new EndpointHeaders(config);
    this.#authenticator = new Authenticator(config, host);
  }

  push(body: Uint8Array, own: Readonly<Record<string, string>>, done: (outcome: GrpcOutcome) => void): () => void {
    const cancelled = new AbortController();
    this.request(body, own, cancelled.signal).then(done);
    return () => cancelled.abort();
  }

  async request(body: Uint8Array, own: Readonly<Record<string, string>>, signal: AbortSignal): Promise<GrpcOutcome> {
    const startedAt = this.#host.clock.monotonic();
    const attempt = follow(signal);
    const cancel = this.#host.clock.after(this.#config.remote_timeout, () => attempt.controller.abort(new Error('remote_timeout')));
    try {
      const headers = await this.#authenticator.authorize(this.#headers.build(own), attempt.controller.signal);
      if (await this.#reach.changed()) this.#retire();
      const { channel, outcome } = await this.#callUntilTaken(body, headers, attempt.controller.signal);
      if (outcome.kind === 'response' && outcome.code === status.UNAUTHENTICATED) this.#authenticator.refused(headers);
      if (outcome.kind === 'response') this.#answeredAt = this.#host.clock.monotonic();
      if (outcome.kind !== 'aborted' || signal.aborted) return outcome;
      // It hangs in a handshake, or its peer is gone without a FIN: keepalive would find that out after 40 s.
      if (channel === this.#channel && (!channel.isReady() || this.#answeredAt < startedAt)) this.#retire();
      return this.#timeout();
    } catch (error) {
      if (signal.aborted) return { kind: 'aborted' };
      if (error instanceof CredentialsError) return { kind: 'failure', cause: 'credentials', message: error.message };
      if (attempt.controller.signal.aborted) return this.#timeout();
      throw error;
    } finally {
      cancel();
      attempt.release();
    }
  }

  async close(): Promise<void> {
    this.#retire();
    await Promise.all([this.#reach.close(), this.#authenticator.close()]);
  }

  #timeout(): GrpcOutcome {
    return {
      kind: 'failure',
      cause: 'timeout',
      message: `${this.#url.host}: no answer within ${formatDuration(this.#config.remote_timeout)}`,
    };
  }

  /** A call that the peer would not even look at is no attempt: it is made again until the signal aborts. grpc-js does so once by itself. */
  async #callUntilTaken(
    body: Uint8Array,
    headers: HeaderMap,
    signal: AbortSignal,
  ): Promise<{ channel: GrpcChannel; outcome: GrpcOutcome }> {
    for (let refused = 0; ; refused++) {
      // It may have been replaced during the pause.
      const channel = this.#current(headers);
      const outcome = await this.#call(channel.client, body, headers, signal);
      if (outcome !== 'refused') return { channel, outcome };
      await this.#host.clock.sleep(refusedPauseMs(refused), signal);
    }
  }

  #call(client: Client, body: Uint8Array, headers: HeaderMap, signal: AbortSignal): Promise<GrpcOutcome | 'refused'> {
    return new Promise((resolve) => {
      if (signal.aborted) return resolve({ kind: 'aborted' });
      const running = client.makeUnaryRequest(pushPath, bufferOf, ignore, body, metadataOf(headers), (error) => {
        signal.removeEventListener('abort', cancel);
        if (signal.aborted) resolve({ kind: 'aborted' });
        else if (error !== null && isRefused(error)) resolve('refused');
        else resolve(error === null ? { kind: 'response', code: status.OK, message: '', retryAfter: undefined } : this.#outcomeOf(error));
      });
      const cancel = (): void => running.cancel();
      signal.addEventListener('abort', cancel, { once: true });
    });
  }

  #outcomeOf(error: ServiceError): GrpcOutcome {
    const retryAfter = error.metadata.get('retry-after')[0]?.toString();
    // grpc-js words its own failures as UNAVAILABLE too; what a server answers comes with metadata of its own, or means the same.
    if (error.code === status.UNAVAILABLE && Object.keys(error.metadata.getMap()).length === 0) {
      const reason =
        /^No connection established\. Last error: (?:Error: )?(.*?)\.? Resolution note: /.exec(error.details)?.[1] ?? error.details;
      return { kind: 'failure', cause: 'network', message: `${this.#url.host}: ${reason}` };
    }
    return { kind: 'response', code: codeOf(error), message: error.details, retryAfter };
  }

  #current(headers: HeaderMap): GrpcChannel {
    const { max_connection_age } = this.#config;
    if (max_connection_age > 0 && this.#host.clock.monotonic() - this.#openedAt >= max_connection_age) this.#retire();
    if (this.#channel === undefined) {
      const { host } = headers;
      this.#channel = openChannel(this.#url, typeof host === 'string' ? host : this.#url.host, this.#reach);
      this.#openedAt = this.#host.clock.monotonic();
    }
    return this.#channel;
  }

  #retire(): void {
    this.#channel?.close();
    this.#channel = undefined;
  }
}

/** Whether the stream was refused, or GOAWAY did not cover it (RFC 9113, 8.7): grpc-js's words for both (subchannel-call.js). */
function isRefused(error: ServiceError): boolean {
  return error.code === status.UNAVAILABLE && error.details === 'Stream refused by server';
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

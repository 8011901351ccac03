import { type ClientUnaryCall, Metadata, type ServiceError, status } from '@grpc/grpc-js';
import type { Clock } from '../../core/clock.ts';
import type { Host } from '../../core/component.ts';
import { messageOf } from '../../core/errors.ts';
import { formatDuration } from '../../core/units.ts';
import { type FailureCause, withoutControls } from './answer.ts';
import { pauseMs } from './attempt.ts';
import { Authenticator } from './auth.ts';
import { tokensOf } from './client.ts';
import { Reach } from './connect.ts';
import { Deadlines } from './deadlines.ts';
import { describeFailure, UnsendableError } from './failure.ts';
import { type GrpcChannel, openChannel } from './grpc-channel.ts';
import { EndpointHeaders, type PreparedHeaders } from './headers.ts';
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
  | { readonly kind: 'failure'; readonly cause: FailureCause; readonly message: string }
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
  readonly headers: EndpointHeaders;
  readonly authenticator: Authenticator;
  readonly deadlines: Deadlines;
  #channel: GrpcChannel | undefined;
  #openedAt = 0;
  #answeredAt = 0;

  constructor(config: HttpClientConfig, host: Host) {
    this.#config = config;
    this.#host = host;
    this.#url = new URL(config.url);
    this.#reach = new Reach(config, host, ['h2']);
    this.headers = new EndpointHeaders(config);
    this.authenticator = new Authenticator(config, tokensOf(config, host));
    this.deadlines = new Deadlines(host.clock, config.remote_timeout);
  }

  get clock(): Clock {
    return this.#host.clock;
  }

  push(body: Uint8Array, own: Readonly<Record<string, string>>, done: (outcome: GrpcOutcome) => void): () => void {
    const call = new Call(this, body, own, done);
    call.begin();
    return () => call.cancel();
  }

  request(body: Uint8Array, own: Readonly<Record<string, string>>, signal: AbortSignal): Promise<GrpcOutcome> {
    return new Promise((resolve) => {
      if (signal.aborted) return resolve({ kind: 'aborted' });
      const cancel = this.push(body, own, (outcome) => {
        signal.removeEventListener('abort', cancel);
        resolve(outcome);
      });
      signal.addEventListener('abort', cancel, { once: true });
    });
  }

  async close(): Promise<void> {
    this.#retire();
    await Promise.all([this.#reach.close(), this.authenticator.close()]);
    this.deadlines.close();
  }

  /** Looks whether certificates have changed; undefined where that cannot be. */
  renewed(): Promise<void> | undefined {
    if (!this.#reach.followsFiles) return undefined;
    return this.#reach.changed().then((changed) => {
      if (changed) this.#retire();
    });
  }

  /** The channel for a call with these headers. */
  channel(headers: readonly string[]): GrpcChannel {
    const { max_connection_age } = this.#config;
    if (max_connection_age > 0 && this.clock.monotonic() - this.#openedAt >= max_connection_age) this.#retire();
    if (this.#channel === undefined) {
      const host = headers[headers.findIndex((name, at) => at % 2 === 0 && name === 'host') + 1];
      this.#channel = openChannel(this.#url, headers.includes('host') ? (host ?? '') : this.#url.host, this.#reach);
      this.#openedAt = this.clock.monotonic();
    }
    return this.#channel;
  }

  answered(): void {
    this.#answeredAt = this.clock.monotonic();
  }

  /** A call on it has had no answer in its time. */
  timeout(channel: GrpcChannel | undefined, startedAt: number): GrpcOutcome {
    // It hangs in a handshake, or its peer is gone without a FIN: keepalive would find that out after 40 s.
    if (channel !== undefined && channel === this.#channel && (!channel.isReady() || this.#answeredAt < startedAt)) this.#retire();
    const message = `${this.#url.host}: no answer within ${formatDuration(this.#config.remote_timeout)}`;
    return { kind: 'failure', cause: 'timeout', message };
  }

  outcomeOf(error: ServiceError): GrpcOutcome {
    const retryAfter = error.metadata.get('retry-after')[0]?.toString();
    // grpc-js words its own failures as UNAVAILABLE too; what a server answers comes with metadata of its own, or means the same.
    if (error.code === status.UNAVAILABLE && Object.keys(error.metadata.getMap()).length === 0) {
      const reason =
        /^No connection established\. Last error: (?:Error: )?(.*?)\.? Resolution note: /.exec(error.details)?.[1] ?? error.details;
      return { kind: 'failure', cause: 'network', message: `${this.#url.host}: ${reason}` };
    }
    return { kind: 'response', code: codeOf(error), message: withoutControls(error.details), retryAfter };
  }

  unsendable(error: unknown): GrpcOutcome {
    return { kind: 'failure', cause: 'unsendable', message: describeFailure(this.#url.host, error) };
  }

  #retire(): void {
    this.#channel?.close();
    this.#channel = undefined;
  }
}

/** One call, from credentials to outcome. */
class Call {
  readonly #client: EndpointChannels;
  readonly #body: Uint8Array;
  readonly #done: (outcome: GrpcOutcome) => void;
  readonly #headers: PreparedHeaders;
  readonly #startedAt: number;
  #hasBegun = false;
  #outcome: GrpcOutcome | undefined;
  #channel: GrpcChannel | undefined;
  #running: ClientUnaryCall | undefined;
  #authorization: string | undefined;
  #timesRefused = 0;

  constructor(client: EndpointChannels, body: Uint8Array, own: Readonly<Record<string, string>>, done: (outcome: GrpcOutcome) => void) {
    this.#client = client;
    this.#body = body;
    this.#done = done;
    this.#headers = client.headers.prepare(own);
    this.#startedAt = client.clock.monotonic();
  }

  /** Tells nothing before it returns. */
  begin(): void {
    this.#client.deadlines.add(this);
    const authorization = this.#client.authenticator.authorization(this.#headers.authorizes);
    if (typeof authorization === 'object')
      authorization.then(
        (value) => this.#authorized(value),
        (error) => this.#unauthorized(error),
      );
    else this.#authorized(authorization);
    this.#hasBegun = true;
    if (this.#outcome !== undefined) queueMicrotask(() => this.#tell());
  }

  cancel(): void {
    this.#settle({ kind: 'aborted' });
    this.#running?.cancel();
  }

  expire(): void {
    const { delay } = this.#client.authenticator;
    if (this.#channel === undefined && delay !== undefined) this.#settle({ kind: 'failure', cause: 'credentials', message: delay });
    else this.#settle(this.#client.timeout(this.#channel, this.#startedAt));
    this.#running?.cancel();
  }

  #authorized(authorization: string | undefined): void {
    this.#authorization = authorization;
    const renewed = this.#client.renewed();
    if (renewed === undefined) this.#call();
    else renewed.then(() => this.#call());
  }

  #unauthorized(error: unknown): void {
    this.#settle({ kind: 'failure', cause: 'credentials', message: messageOf(error) });
  }

  #call(): void {
    if (this.#outcome !== undefined) return;
    const { flat } = this.#headers;
    const headers = this.#authorization === undefined ? flat : flat.concat('authorization', this.#authorization);
    let metadata: Metadata;
    try {
      metadata = metadataOf(headers);
    } catch (error) {
      return void this.#settle(this.#client.unsendable(error));
    }
    // It may have been replaced since the last try.
    this.#channel = this.#client.channel(headers);
    this.#running = this.#channel.client.makeUnaryRequest(pushPath, bufferOf, ignore, this.#body, metadata, (error) =>
      this.#answered(error),
    );
  }

  /** A call that the peer would not even look at is no attempt: it is made again. grpc-js does so once by itself. */
  #answered(error: ServiceError | null): void {
    if (this.#outcome !== undefined) return;
    if (error !== null && isRefused(error)) {
      this.#client.clock.after(pauseMs(this.#timesRefused++), () => this.#call());
      return;
    }
    const outcome = error === null ? taken : this.#client.outcomeOf(error);
    if (outcome.kind === 'response') {
      this.#client.answered();
      if (outcome.code === status.UNAUTHENTICATED) this.#client.authenticator.refused(this.#authorization);
    }
    this.#settle(outcome);
  }

  #settle(outcome: GrpcOutcome): void {
    if (this.#outcome !== undefined) return;
    this.#outcome = outcome;
    this.#client.deadlines.delete(this);
    if (this.#hasBegun) this.#tell();
  }

  #tell(): void {
    if (this.#outcome !== undefined) this.#done(this.#outcome);
  }
}

const taken: GrpcOutcome = { kind: 'response', code: status.OK, message: '', retryAfter: undefined };

/** Whether the stream was refused, or GOAWAY did not cover it (RFC 9113, 8.7): grpc-js's words for both (subchannel-call.js). */
function isRefused(error: ServiceError): boolean {
  return error.code === status.UNAVAILABLE && error.details === 'Stream refused by server';
}

/** A proxy's 404 or 405 says that our URL is wrong; grpc-js makes UNIMPLEMENTED of it, which says that the record is. */
function codeOf(error: ServiceError): number {
  return /^Received HTTP status code (3\d\d|404|405)/.test(error.details) ? status.NOT_FOUND : error.code;
}

/** Throws UnsendableError. */
function metadataOf(headers: readonly string[]): Metadata {
  const metadata = new Metadata();
  for (let at = 0; at < headers.length; at += 2) {
    const name = headers[at] ?? '';
    // The channel says these itself.
    if (name === 'content-type' || name === 'host' || name === 'user-agent') continue;
    try {
      metadata.add(name, headers[at + 1] ?? '');
    } catch {
      // Its own words repeat the value.
      throw new UnsendableError(`${name} header`);
    }
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

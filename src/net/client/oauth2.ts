import {
  allowInsecureRequests,
  type Client,
  type ClientAuth,
  ClientSecretBasic,
  ClientSecretPost,
  clientCredentialsGrantRequest,
  customFetch,
  processClientCredentialsResponse,
  ResponseBodyError,
  type TokenEndpointResponse,
  WWWAuthenticateChallengeError,
} from 'oauth4webapi';
import { follow } from '../../core/abort.ts';
import type { Host } from '../../core/component.ts';
import { messageOf } from '../../core/errors.ts';
import { formatDuration } from '../../core/units.ts';
import { CredentialsError, describeFailure } from './failure.ts';
import { orAborted } from './or-aborted.ts';
import type { HttpClientConfig, OAuth2Config } from './schema.ts';
import { secretReader } from './secret-reader.ts';
import { Transport } from './transport.ts';
import { productUserAgent } from './user-agent.ts';

// Renewed so long before it ends, or a tenth of its life where that is short: it must still count when the request arrives.
const marginMs = 10_000;

interface Token {
  readonly value: string;
  /** Whose secret it was got with. */
  readonly secret: string;
  /** On the monotonic clock. */
  readonly untilMs: number;
}

/** Tokens by the client credentials grant (RFC 6749, section 4.4): one at a time, kept until shortly before it ends. */
export class TokenSource {
  readonly #config: OAuth2Config;
  readonly #timeoutMs: number;
  readonly #host: Host;
  readonly #transport: Transport;
  readonly #readSecret: () => Promise<string>;
  #token: Token | undefined;
  #flight: { readonly secret: string; readonly token: Promise<Token> } | undefined;
  #authentication: 'unknown' | 'header' | 'body' = 'unknown';

  constructor(config: OAuth2Config, client: HttpClientConfig, host: Host) {
    this.#config = config;
    this.#timeoutMs = client.remote_timeout;
    this.#host = host;
    const { dns, enable_http2, max_connection_age, remote_timeout } = client;
    this.#transport = new Transport({ ...config, dns, enable_http2, max_connection_age, remote_timeout }, host);
    this.#readSecret = secretReader(config.client_secret, config.client_secret_file, 'unable to read oauth2 client secret');
  }

  /** A token that counts now. Rejects with CredentialsError, also when the signal aborts: the request goes on then, others may wait for it. */
  async token(signal: AbortSignal): Promise<string> {
    const secret = await this.#readSecret();
    const known = this.#token;
    if (known?.secret === secret && this.#host.clock.monotonic() < known.untilMs) return known.value;
    // A secret that changed is a new client.
    if (this.#flight?.secret !== secret) this.#flight = { secret, token: this.#fetch(secret) };
    const { token } = this.#flight;
    try {
      return (await orAborted(token, signal)).value;
    } catch (cause) {
      if (cause instanceof CredentialsError) throw cause;
      throw new CredentialsError(`oauth2: ${new URL(this.#config.token_url).host} has sent no token yet`, { cause });
    }
  }

  /** The endpoint does not take the token any more, whatever its end was to be. */
  forget(token: string): void {
    if (this.#token?.value === token) this.#token = undefined;
  }

  close(): Promise<void> {
    return this.#transport.close();
  }

  async #fetch(secret: string): Promise<Token> {
    const { controller } = follow();
    const cancel = this.#host.clock.after(this.#timeoutMs, () => controller.abort(new Error('remote_timeout')));
    try {
      const { access_token: value, expires_in: seconds } = await this.#ask(secret, controller.signal);
      const lifeMs = seconds === undefined ? Number.POSITIVE_INFINITY : seconds * 1000 - Math.min(marginMs, seconds * 100);
      this.#token = { value, secret, untilMs: this.#host.clock.monotonic() + lifeMs };
      return this.#token;
    } catch (cause) {
      throw new CredentialsError(`oauth2: no token from ${this.#reason(cause, controller.signal)}`, { cause });
    } finally {
      cancel();
      if (this.#flight?.secret === secret) this.#flight = undefined;
    }
  }

  /** Servers want the secret in the header or in the body: the header is tried first, and what a server took is remembered (Go: the same). */
  async #ask(secret: string, signal: AbortSignal): Promise<TokenEndpointResponse> {
    if (this.#authentication === 'body') return this.#request(ClientSecretPost(secret), signal);
    try {
      const token = await this.#request(ClientSecretBasic(secret), signal);
      this.#authentication = 'header';
      return token;
    } catch (error) {
      if (this.#authentication === 'header' || !isRefusal(error)) throw error;
    }
    const token = await this.#request(ClientSecretPost(secret), signal);
    this.#authentication = 'body';
    return token;
  }

  async #request(authentication: ClientAuth, signal: AbortSignal): Promise<TokenEndpointResponse> {
    const { client_id, endpoint_params, scopes, token_url } = this.#config;
    const server = { issuer: token_url, token_endpoint: token_url };
    const client: Client = { client_id };
    const parameters = { ...endpoint_params, ...(scopes.length > 0 ? { scope: scopes.join(' ') } : {}) };
    const response = await clientCredentialsGrantRequest(server, client, authentication, parameters, {
      [allowInsecureRequests]: true,
      [customFetch]: (url, options) => this.#send(new URL(url), options.headers, String(options.body), signal),
    });
    return processClientCredentialsResponse(server, client, response);
  }

  async #send(url: URL, headers: Readonly<Record<string, string>>, form: string, signal: AbortSignal): Promise<Response> {
    const {
      status,
      headers: answered,
      body,
    } = await this.#transport.exchange(
      {
        origin: url.origin,
        path: `${url.pathname}${url.search}`,
        method: 'POST',
        headers: { ...headers, 'content-type': 'application/x-www-form-urlencoded', 'user-agent': productUserAgent },
        body: Buffer.from(form),
      },
      signal,
    );
    const contentType = answered['content-type'];
    const challenge = answered['www-authenticate'];
    return new Response(body.byteLength === 0 ? null : Buffer.from(body), {
      status,
      headers: {
        ...(contentType === undefined ? {} : { 'content-type': contentType }),
        ...(challenge === undefined ? {} : { 'www-authenticate': challenge }),
      },
    });
  }

  #reason(error: unknown, signal: AbortSignal): string {
    const { host } = new URL(this.#config.token_url);
    if (signal.aborted) return `${host}: no answer within ${formatDuration(this.#timeoutMs)}`;
    if (error instanceof ResponseBodyError) return `${host}: ${error.status} ${error.error} ${error.error_description ?? ''}`.trimEnd();
    if (error instanceof WWWAuthenticateChallengeError) return `${host}: it answers ${error.status}`;
    if (isRefusal(error)) return `${host}: what it answers is no token, ${messageOf(error)}`;
    return describeFailure(host, error);
  }
}

/** The server answered, and it was no token; everything else is the network's. */
function isRefusal(error: unknown): boolean {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' && error.code.startsWith('OAUTH_');
}

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
import type { Clock } from '../../core/clock.ts';
import { messageOf } from '../../core/errors.ts';
import type { HttpOutcome } from './answer.ts';
import { secretReader } from './credentials.ts';
import { CredentialsError, describeFailure } from './failure.ts';
import type { OAuth2Config } from './schema.ts';
import { productUserAgent } from './user-agent.ts';

// Renewed so long before it ends, or a tenth of its life where that is short: it must still count when the request arrives.
const marginMs = 10_000;
const formType = 'application/x-www-form-urlencoded';

interface Token {
  readonly value: string;
  /** Whose secret it was got with. */
  readonly secret: string;
  /** On the monotonic clock. */
  readonly untilMs: number;
}

/** One POST of a form to the token server, within remote_timeout. */
export interface TokenServer {
  post(path: string, headers: Readonly<Record<string, string>>, form: string): Promise<HttpOutcome>;
  close(): Promise<void>;
}

/** Tokens by the client credentials grant (RFC 6749, section 4.4): one at a time, kept until shortly before it ends. */
export class TokenSource {
  readonly #config: OAuth2Config;
  readonly #clock: Clock;
  readonly #server: TokenServer;
  readonly #secret: ReturnType<typeof secretReader>;
  #token: Token | undefined;
  #flight: { readonly secret: string; readonly token: Promise<Token> } | undefined;
  #authentication: 'unknown' | 'header' | 'body' = 'unknown';

  constructor(config: OAuth2Config, clock: Clock, server: TokenServer) {
    this.#config = config;
    this.#clock = clock;
    this.#server = server;
    this.#secret = secretReader(config.client_secret, config.client_secret_file, 'unable to read oauth2 client secret');
  }

  /** An Authorization with a token that counts now. Rejects with CredentialsError. */
  authorization(): string | Promise<string> {
    const secret = this.#secret;
    return typeof secret === 'string' ? this.#authorization(secret) : secret().then((text) => this.#authorization(text));
  }

  /** Why there is none yet, while one is asked for. */
  get delay(): string | undefined {
    return this.#flight === undefined ? undefined : `oauth2: ${new URL(this.#config.token_url).host} has sent no token yet`;
  }

  /** The endpoint does not take the token any more, whatever its end was to be. */
  forget(token: string): void {
    if (this.#token?.value === token) this.#token = undefined;
  }

  close(): Promise<void> {
    return this.#server.close();
  }

  #authorization(secret: string): string | Promise<string> {
    const known = this.#token;
    if (known?.secret === secret && this.#clock.monotonic() < known.untilMs) return `Bearer ${known.value}`;
    // A secret that changed is a new client.
    if (this.#flight?.secret !== secret) this.#flight = { secret, token: this.#fetch(secret) };
    return this.#flight.token.then(({ value }) => `Bearer ${value}`);
  }

  async #fetch(secret: string): Promise<Token> {
    try {
      const { access_token: value, expires_in: seconds } = await this.#ask(secret);
      const lifeMs = seconds === undefined ? Number.POSITIVE_INFINITY : seconds * 1000 - Math.min(marginMs, seconds * 100);
      this.#token = { value, secret, untilMs: this.#clock.monotonic() + lifeMs };
      return this.#token;
    } catch (cause) {
      throw new CredentialsError(`oauth2: no token from ${this.#reason(cause)}`, { cause });
    } finally {
      if (this.#flight?.secret === secret) this.#flight = undefined;
    }
  }

  /** Servers want the secret in the header or in the body: the header is tried first, and what a server took is remembered (Go: the same). */
  async #ask(secret: string): Promise<TokenEndpointResponse> {
    if (this.#authentication === 'body') return this.#request(ClientSecretPost(secret));
    try {
      const token = await this.#request(ClientSecretBasic(secret));
      this.#authentication = 'header';
      return token;
    } catch (error) {
      if (this.#authentication === 'header' || !isRefusal(error)) throw error;
    }
    const token = await this.#request(ClientSecretPost(secret));
    this.#authentication = 'body';
    return token;
  }

  async #request(authentication: ClientAuth): Promise<TokenEndpointResponse> {
    const { client_id, endpoint_params, scopes, token_url } = this.#config;
    const server = { issuer: token_url, token_endpoint: token_url };
    const client: Client = { client_id };
    const parameters = { ...endpoint_params, ...(scopes.length > 0 ? { scope: scopes.join(' ') } : {}) };
    const response = await clientCredentialsGrantRequest(server, client, authentication, parameters, {
      [allowInsecureRequests]: true,
      [customFetch]: (url, options) => this.#send(new URL(url), options.headers, String(options.body)),
    });
    return processClientCredentialsResponse(server, client, response);
  }

  async #send(url: URL, headers: Readonly<Record<string, string>>, form: string): Promise<Response> {
    const outcome = await this.#server.post(
      `${url.pathname}${url.search}`,
      { ...headers, 'content-type': formType, 'user-agent': productUserAgent },
      form,
    );
    if (outcome.kind === 'aborted') throw new Error('the client is closed');
    if (outcome.kind === 'failure') throw new NoAnswer(outcome.message);
    const { status, body, headers: answered } = outcome;
    const told = ['content-type', 'www-authenticate'].flatMap((name): [string, string][] => {
      const value = answered[name];
      return value === undefined ? [] : [[name, value]];
    });
    return new Response(body.byteLength === 0 ? null : Buffer.from(body), { status, headers: told });
  }

  #reason(error: unknown): string {
    const { host } = new URL(this.#config.token_url);
    if (error instanceof NoAnswer) return error.message;
    if (error instanceof ResponseBodyError) return `${host}: ${error.status} ${error.error} ${error.error_description ?? ''}`.trimEnd();
    if (error instanceof WWWAuthenticateChallengeError) return `${host}: it answers ${error.status}`;
    if (isRefusal(error)) return `${host}: what it answers is no token, ${messageOf(error)}`;
    return describeFailure(host, error);
  }
}

/** The message names the server. */
class NoAnswer extends Error {}

/** The server answered, and it was no token; everything else is the network's. */
function isRefusal(error: unknown): boolean {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' && error.code.startsWith('OAUTH_');
}

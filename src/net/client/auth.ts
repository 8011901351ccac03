import type { Host } from '../../core/component.ts';
import { basicAuthorization, userInfoAuthorization } from './basic.ts';
import type { HeaderMap } from './headers.ts';
import { TokenSource } from './oauth2.ts';
import { type HttpClientConfig, isSet } from './schema.ts';
import { secretReader } from './secret-reader.ts';

const unreadableCredentials = 'unable to read authorization credentials';

/** Adds what proves who we are to the headers of a request; secrets in files are read again when they change. */
export class Authenticator {
  readonly #scheme: () => Promise<string | undefined>;
  readonly #tokens: TokenSource | undefined;

  constructor(config: HttpClientConfig, host: Host) {
    this.#scheme = schemeOf(config);
    this.#tokens = config.oauth2 === undefined ? undefined : new TokenSource(config.oauth2, config, host);
  }

  /**
   * A token of oauth2 replaces any Authorization (row W20). Else one that the request has stays: `headers` beat user-info in the URL, which
   * beats the blocks (rows W19, W21). Rejects with CredentialsError when there is none to be had.
   */
  authorize(headers: HeaderMap, signal: AbortSignal): HeaderMap | Promise<HeaderMap> {
    if (this.#tokens === undefined && (this.#scheme === noScheme || headers['authorization'] !== undefined)) return headers;
    return this.#authorize(headers, signal);
  }

  async #authorize(headers: HeaderMap, signal: AbortSignal): Promise<HeaderMap> {
    if (this.#tokens !== undefined) return { ...headers, authorization: `Bearer ${await this.#tokens.token(signal)}` };
    if (headers['authorization'] !== undefined) return headers;
    const authorization = await this.#scheme();
    return authorization === undefined ? headers : { ...headers, authorization };
  }

  /** The endpoint answered "unauthenticated" to these headers: a token is not used again. */
  refused(headers: HeaderMap): void {
    const token = /^Bearer (.*)$/.exec(String(headers['authorization']))?.[1];
    if (token !== undefined) this.#tokens?.forget(token);
  }

  async close(): Promise<void> {
    await this.#tokens?.close();
  }
}

function schemeOf(config: HttpClientConfig): () => Promise<string | undefined> {
  const fromUrl = userInfoAuthorization(new URL(config.url));
  if (fromUrl !== undefined) return async () => fromUrl;
  if (config.basic_auth !== undefined) {
    const { username, password, password_file } = config.basic_auth;
    const read = secretReader(password, password_file, 'unable to read basic auth password');
    return async () => basicAuthorization(username, await read());
  }
  if (config.authorization !== undefined) {
    const { type, credentials, credentials_file } = config.authorization;
    return typed(type, secretReader(credentials, credentials_file, unreadableCredentials));
  }
  if (isSet(config.bearer_token) || isSet(config.bearer_token_file)) {
    return typed('Bearer', secretReader(config.bearer_token, config.bearer_token_file, unreadableCredentials));
  }
  return noScheme;
}

const noScheme = async (): Promise<undefined> => undefined;

function typed(type: string, read: () => Promise<string>): () => Promise<string> {
  // Without credentials the type goes alone (row W26).
  return async () => `${type} ${await read()}`.trim();
}

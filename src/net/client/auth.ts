import { basicAuthorization, secretReader, userInfoAuthorization } from './credentials.ts';
import { CredentialsError } from './failure.ts';
import type { TokenSource } from './oauth2.ts';
import { type HttpClientConfig, headerValueFault, isSet } from './schema.ts';

const unreadableCredentials = 'unable to read authorization credentials';

/** What proves who we are: the value of Authorization, undefined for none; a promise where it has to be read or asked for first. */
type Scheme = () => string | undefined | Promise<string | undefined>;

/** Says the Authorization of requests; secrets in files are read again when they change. */
export class Authenticator {
  readonly #scheme: Scheme;
  readonly #tokens: TokenSource | undefined;

  constructor(config: HttpClientConfig, tokens: TokenSource | undefined) {
    this.#scheme = schemeOf(config);
    this.#tokens = tokens;
  }

  /**
   * What replaces or completes the headers of a request: a token of oauth2 replaces any Authorization (row W20). Else one that the request has
   * stays: `headers` beat user-info in the URL, which beats the blocks (rows W19, W21). Rejects with CredentialsError when there is none to be had.
   */
  authorization(hasOne: boolean): ReturnType<Scheme> {
    if (this.#tokens !== undefined) return this.#tokens.authorization();
    return hasOne ? undefined : this.#scheme();
  }

  /** Why a request has waited in vain; undefined where it waits for nothing. */
  get delay(): string | undefined {
    return this.#tokens?.delay;
  }

  /** The endpoint answered "unauthenticated" to this: a token is not used again. */
  refused(authorization: string | undefined): void {
    const token = /^Bearer (.*)$/.exec(authorization ?? '')?.[1];
    if (token !== undefined) this.#tokens?.forget(token);
  }

  async close(): Promise<void> {
    await this.#tokens?.close();
  }
}

function schemeOf(config: HttpClientConfig): Scheme {
  const fromUrl = userInfoAuthorization(new URL(config.url));
  if (fromUrl !== undefined) return () => fromUrl;
  if (config.basic_auth !== undefined) {
    const { username, password, password_file } = config.basic_auth;
    const read = secretReader(password, password_file, 'unable to read basic auth password');
    return mapped(read, (secret) => basicAuthorization(username, secret));
  }
  if (config.authorization !== undefined) {
    const { type, credentials, credentials_file } = config.authorization;
    // Without credentials the type goes alone (row W26).
    return mapped(secretReader(credentials, credentials_file, unreadableCredentials), (secret) => `${type} ${secret}`.trim());
  }
  if (isSet(config.bearer_token) || isSet(config.bearer_token_file)) {
    return mapped(secretReader(config.bearer_token, config.bearer_token_file, unreadableCredentials), (secret) =>
      `Bearer ${secret}`.trim(),
    );
  }
  return () => undefined;
}

function mapped(secret: ReturnType<typeof secretReader>, make: (secret: string) => string): Scheme {
  if (typeof secret === 'string') {
    const value = make(secret);
    return () => value;
  }
  return async () => {
    const value = make(await secret());
    // What stands in the configuration was looked at when it was loaded; a file may say something else each time.
    const fault = headerValueFault(value);
    if (fault !== undefined) throw new CredentialsError(`${unreadableCredentials}: ${fault}`);
    return value;
  };
}

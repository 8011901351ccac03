import { messageOf } from '../../core/errors.ts';
import type { Secret } from '../../core/secret.ts';
import { CredentialsError } from './failure.ts';
import { FollowedFile } from './followed-file.ts';
import type { HeaderMap } from './headers.ts';
import { type HttpClientConfig, isSet } from './schema.ts';

/** Adds what proves who we are to the headers of a request; secrets in files are read again when they change. */
export class Authenticator {
  readonly #scheme: () => Promise<string | undefined>;

  constructor(config: HttpClientConfig) {
    this.#scheme = schemeOf(config);
  }

  /**
   * An Authorization that the request has already stays: `headers` beat user-info in the URL, which beats the blocks (rows W19, W21).
   * Rejects with CredentialsError when a file cannot be read.
   */
  async authorize(headers: HeaderMap): Promise<HeaderMap> {
    if (headers['authorization'] !== undefined) return headers;
    const authorization = await this.#scheme();
    return authorization === undefined ? headers : { ...headers, authorization };
  }
}

function schemeOf(config: HttpClientConfig): () => Promise<string | undefined> {
  const { username, password } = new URL(config.url);
  if (username !== '' || password !== '') return async () => basic(decode(username), decode(password));
  if (config.basic_auth !== undefined) {
    const { username: user, password: secret, password_file } = config.basic_auth;
    const read = secretReader(secret, password_file, 'unable to read basic auth password');
    return async () => basic(user, await read());
  }
  if (config.authorization !== undefined) {
    const { type, credentials, credentials_file } = config.authorization;
    return bearer(type, secretReader(credentials, credentials_file, unreadableCredentials));
  }
  if (isSet(config.bearer_token) || isSet(config.bearer_token_file)) {
    return bearer('Bearer', secretReader(config.bearer_token, config.bearer_token_file, unreadableCredentials));
  }
  return async () => undefined;
}

const unreadableCredentials = 'unable to read authorization credentials';

/** Reads a secret that stands in the configuration or in a file, without the blanks around it; '' when there is neither. */
export function secretReader(value: Secret | undefined, path: string | undefined, complaint: string): () => Promise<string> {
  if (path === undefined || path === '') return async () => value?.reveal() ?? '';
  const file = new FollowedFile(path);
  return async () => {
    try {
      return (await file.read()).trim();
    } catch (cause) {
      throw new CredentialsError(`${complaint}: ${messageOf(cause)}`, { cause });
    }
  };
}

function bearer(type: string, read: () => Promise<string>): () => Promise<string> {
  // Without credentials the type goes alone (row W26).
  return async () => `${type} ${await read()}`.trim();
}

function basic(username: string, password: string): string {
  return `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`;
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    // A percent sign that encodes nothing stands for itself.
    return text;
  }
}

import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import type { Host } from '../../core/component.ts';
import { credentialsOf, type Scheme, unauthenticated } from './authorization.ts';
import { CredentialFile, type Entry, parseTenants } from './credential-file.ts';
import type { Exchange, Identity } from './exchange.ts';
import type { Authenticator } from './identity.ts';
import { Renewal } from './renewal.ts';

interface Known {
  readonly digest: Buffer;
  readonly identity: Identity;
}

const scheme: Scheme = {
  name: 'Bearer',
  challenge: 'Bearer realm="flamegate"',
  expected: 'Authorization: Bearer and a token',
};
// What a header can carry.
const tokenForm = /^[\x21-\x7e]+$/;

/**
 * Senders known by a token. Tokens are kept and looked up as their HMAC under a key that nobody outside knows, so how long a look-up takes
 * says nothing of how much of a token was right.
 */
export class Tokens implements Authenticator {
  readonly #key = randomBytes(32);
  readonly #file: CredentialFile<Known>;
  readonly #renewal: Renewal;

  /** Throws a sentence that names the file when it is missing or of no use. */
  constructor(path: string, host: Pick<Host, 'clock' | 'log'>) {
    this.#file = readTokens(path, this.#key);
    this.#renewal = new Renewal(this.#file, host);
  }

  identify(exchange: Exchange): Identity | Promise<Identity> {
    const looking = this.#renewal.follow();
    return looking === undefined ? this.#find(exchange) : looking.then(() => this.#find(exchange));
  }

  start(): Promise<void> {
    return Promise.resolve();
  }

  stop(): Promise<void> {
    return Promise.resolve();
  }

  #find(exchange: Exchange): Identity {
    const digest = this.#digest(credentialsOf(exchange, scheme));
    const known = this.#file.entries.get(digest.toString('base64'));
    if (known !== undefined && timingSafeEqual(known.digest, digest)) return known.identity;
    throw unauthenticated({ ...scheme, challenge: `${scheme.challenge}, error="invalid_token"` }, 'the token is not known here');
  }

  #digest(token: string): Buffer {
    return digestOf(token, this.#key);
  }
}

/** Tokens under a key of this process. Throws a sentence that names the file when it is missing or of no use. */
export function readTokens(path: string, key: Buffer = randomBytes(32)): CredentialFile<Known> {
  return new CredentialFile('tokens_file', path, (line) => parseToken(line, key));
}

function parseToken(line: string, key: Buffer): Entry<Known> | string {
  const [token = '', tenantText, ...more] = line.split(/[ \t]+/);
  if (more.length > 0 || !tokenForm.test(token)) return '`token [tenant[,tenant]]`, the token of printable ASCII';
  const tenants = tenantText === undefined ? undefined : parseTenants(tenantText);
  if (typeof tenants === 'string') return tenants;
  const digest = digestOf(token, key);
  return { key: digest.toString('base64'), value: { digest, identity: { name: '', tenants } } };
}

function digestOf(token: string, key: Buffer): Buffer {
  return createHmac('sha256', key).update(token).digest();
}

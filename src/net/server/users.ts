import { randomBytes } from 'node:crypto';
import type { Held, Host } from '../../core/component.ts';
import { credentialsOf, type Scheme, unauthenticated } from './authorization.ts';
import { BcryptThread } from './bcrypt-thread.ts';
import { CredentialFile, type Entry, parseTenants } from './credential-file.ts';
import type { Exchange, Identity } from './exchange.ts';
import type { Authenticator } from './identity.ts';
import { Passwords } from './passwords.ts';
import { Renewal } from './renewal.ts';

interface User {
  readonly hash: string;
  readonly identity: Identity;
}

const scheme: Scheme = {
  name: 'Basic',
  challenge: 'Basic realm="flamegate", charset="UTF-8"',
  expected: 'Authorization: Basic with user and password',
};
// Above it one look at a password takes seconds.
const mostCost = 14;
const bcryptForm = /^\$2[aby]\$(\d\d)\$[./A-Za-z0-9]{53}$/;
const lineForm = '`user:bcrypt[:tenant[,tenant]]`, the hash as `htpasswd -nB user` writes it';

/** Senders known by user and password, in a file as htpasswd writes it. */
export class Users implements Authenticator {
  readonly #file: CredentialFile<User>;
  readonly #renewal: Renewal;
  readonly #host: Pick<Host, 'clock' | 'share'>;
  #passwords: Held<Passwords> | undefined;

  /** Throws a sentence that names the file when it is missing or of no use. */
  constructor(path: string, host: Pick<Host, 'clock' | 'log' | 'share'>) {
    this.#file = readUsers(path);
    this.#renewal = new Renewal(this.#file, host);
    this.#host = host;
  }

  /** One thread for the whole process; what it has looked at is known on over a reload. */
  async start(): Promise<void> {
    const { clock } = this.#host;
    this.#passwords = await this.#host.share('passwords', () => Promise.resolve(new Passwords(new BcryptThread(), clock)));
  }

  async stop(): Promise<void> {
    await this.#passwords?.release();
  }

  identify(exchange: Exchange): Identity | Promise<Identity> {
    const looking = this.#renewal.follow();
    return looking === undefined ? this.#check(exchange) : looking.then(() => this.#check(exchange));
  }

  #check(exchange: Exchange): Identity | Promise<Identity> {
    const { name, password } = parseBasic(credentialsOf(exchange, scheme));
    const user = this.#file.entries.get(name);
    // A name that nobody has costs the same time, or it could be told from one that somebody has.
    const hash = user?.hash ?? this.#nobodysHash();
    const attempt = { hash, password, user: user === undefined ? '' : name, address: exchange.peer.address, signal: exchange.signal };
    if (this.#passwords === undefined) throw new Error('start() comes before the first request');
    const verdict = this.#passwords.resource.matches(attempt);
    const identify = (isRight: boolean): Identity => {
      if (isRight && user !== undefined) return user.identity;
      throw unauthenticated(scheme, 'no user here has this name and password');
    };
    return verdict instanceof Promise ? verdict.then(identify) : identify(verdict);
  }

  /** As costly as those of the file, and of no password. */
  #nobodysHash(): string {
    const [first] = this.#file.entries.values();
    return `${first?.hash.slice(0, 7) ?? '$2y$05$'}${nobodysDigits}`;
  }
}

// 53 digits of bcrypt's alphabet, of which '+' is none; the last digits of salt and hash have bits to spare, which are 0.
const nobodysDigits = `${digits(21)}.${digits(30)}.`;

function digits(count: number): string {
  return randomBytes(count).toString('base64').replaceAll('+', '.').slice(0, count);
}

/** Throws a sentence that names the file when it is missing or of no use. */
export function readUsers(path: string): CredentialFile<User> {
  return new CredentialFile('users_file', path, parseUser);
}

function parseUser(line: string): Entry<User> | string {
  const [name = '', hash = '', tenantText, ...more] = line.split(':');
  if (name === '' || more.length > 0) return lineForm;
  const cost = Number(bcryptForm.exec(hash)?.[1]);
  if (Number.isNaN(cost)) return lineForm;
  if (cost < 4 || cost > mostCost) return `a bcrypt hash of cost 4 to ${mostCost}, found ${cost}`;
  const tenants = tenantText === undefined ? undefined : parseTenants(tenantText);
  if (typeof tenants === 'string') return tenants;
  return { key: name, value: { hash, identity: { name, tenants } } };
}

function parseBasic(credentials: string): { name: string; password: string } {
  const text = /^[A-Za-z0-9+/_-]*={0,2}$/.test(credentials) ? Buffer.from(credentials, 'base64').toString() : '';
  const colon = text.indexOf(':');
  if (colon < 0) throw unauthenticated(scheme, 'the Authorization header does not hold user:password in Base64');
  return { name: text.slice(0, colon), password: text.slice(colon + 1) };
}

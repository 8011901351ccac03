import { createHash, timingSafeEqual } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import { isLoopback } from '../core/address.ts';
import { messageOf } from '../core/errors.ts';
import { FollowedFile } from '../net/client/followed-file.ts';
import type { AdminConfig } from './schema.ts';

/** Why a request is not served. */
export interface Denial {
  readonly status: 401 | 403 | 503;
  readonly message: string;
  readonly headers?: Readonly<Record<string, string>>;
}

/** The file that service.admin.token_file names is of no use: a mistake of the configuration. */
export class UnusableTokenFile extends Error {
  readonly exitCode = 78;

  constructor(why: unknown) {
    super(`service.admin.token_file: ${messageOf(why)}`, { cause: why });
    this.name = 'UnusableTokenFile';
  }
}

const notConfigured =
  'this is served on a loopback address only: set service.admin.token_file and send its token, or set service.admin.endpoint to 127.0.0.1:PORT';

/**
 * Who may use the API and change something: with a token_file whoever sends the token, without one whoever is on this machine and no page of
 * another site. A page in a browser on this machine could send a request: it always carries an Origin or a Sec-Fetch-Site, and a name that
 * was rebound to 127.0.0.1 stands in Host.
 */
export class Access {
  readonly #loopback: boolean;
  readonly #secure: boolean;
  readonly #tokens: FollowedFile | undefined;

  /** Reads the token file. Throws UnusableTokenFile. */
  constructor({ endpoint, token_file, tls }: AdminConfig) {
    this.#loopback = isLoopback(endpoint);
    this.#secure = tls !== undefined;
    if (token_file === '') return;
    this.#tokens = new FollowedFile(token_file);
    try {
      digestsOf(this.#tokens.readNow());
    } catch (why) {
      throw new UnusableTokenFile(why);
    }
  }

  /** Why this request is denied; undefined when it is not. Never rejects. */
  async denial(headers: IncomingHttpHeaders): Promise<Denial | undefined> {
    const foreign = crossSite(headers, this.#secure);
    if (foreign !== undefined) return { status: 403, message: foreign };
    if (this.#tokens !== undefined) return this.#withoutToken(headers.authorization ?? '', this.#tokens);
    if (!this.#loopback) return { status: 403, message: notConfigured };
    const { host = '' } = headers;
    if (/^(localhost|127(\.\d+){3}|\[::1\])(:\d+)?$/.test(host)) return undefined;
    return { status: 403, message: `a request for this machine alone names ${JSON.stringify(host)} as its host` };
  }

  async #withoutToken(authorization: string, file: FollowedFile): Promise<Denial | undefined> {
    let digests: readonly Buffer[];
    try {
      digests = digestsOf(await file.read());
    } catch (why) {
      return { status: 503, message: `nobody can be let in: service.admin.token_file: ${messageOf(why)}` };
    }
    const sent = /^Bearer +(\S+) *$/i.exec(authorization)?.[1];
    // Every one is compared, in a time that says nothing of how much of it was right.
    const matches = sent === undefined ? [] : digests.filter((digest) => timingSafeEqual(digest, digestOf(sent)));
    if (matches.length > 0) return undefined;
    const found = sent === undefined ? 'found none' : 'found another one';
    return {
      status: 401,
      message: `expected "Authorization: Bearer TOKEN" with a token of service.admin.token_file, ${found}`,
      headers: { 'www-authenticate': 'Bearer realm="flamegate"' },
    };
  }
}

/** Why a page of another site sends this; undefined when none does. */
function crossSite(headers: IncomingHttpHeaders, secure: boolean): string | undefined {
  const { host = '', origin } = headers;
  const site = headers['sec-fetch-site'];
  if (origin !== undefined && origin !== `${secure ? 'https' : 'http'}://${host}`) return `a page of ${origin} may not use this gateway`;
  if (site !== undefined && site !== 'same-origin' && site !== 'none') return 'a page of another site may not use this gateway';
  return undefined;
}

/** Throws a sentence when there is no token. */
function digestsOf(text: string): Buffer[] {
  const tokens = text.split(/\r?\n/).flatMap((line) => (/^\s*(#|$)/.test(line) ? [] : [line.trim()]));
  if (tokens.length === 0) throw new Error('the file holds no token');
  if (tokens.some((token) => /\s/.test(token))) throw new Error('expected one token a line, found blanks within one');
  return tokens.map(digestOf);
}

function digestOf(token: string): Buffer {
  return createHash('sha256').update(token).digest();
}

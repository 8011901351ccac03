import type { HttpClientConfig } from './schema.ts';
import { productUserAgent } from './user-agent.ts';

type HeaderMap = Record<string, string | readonly string[]>;

/** Headers of requests, merged once for all that have the same. */
export interface PreparedHeaders {
  /** [name, value, name, value, ...]; names in lower case. */
  readonly flat: readonly string[];
  /** Whether an Authorization is among them. */
  readonly authorizes: boolean;
}

// Framing is the connection's own business; undici refuses these, and Go's client leaves out those that it sets itself.
const framing = new Set(['connection', 'content-length', 'expect', 'keep-alive', 'transfer-encoding', 'upgrade']);

// What the record says of itself, and nothing about who sent it: the rest of its headers may name a tenant, whatever that header is called.
const harmless = new Set([
  'accept',
  'accept-encoding',
  'connect-protocol-version',
  'connect-timeout-ms',
  'content-type',
  'traceparent',
  'tracestate',
  'uber-trace-id',
  'user-agent',
  'x-alloy-id',
]);
const tenantPattern = /tenant|org-?id/;
const neverElsewhere = new Set(['authorization', 'cookie', 'host', 'proxy-authorization']);

/** The headers of one endpoint's requests, before credentials. */
export class EndpointHeaders {
  readonly #base: HeaderMap = { 'user-agent': productUserAgent };
  readonly #added: (readonly [name: string, value: string])[] = [];
  /** What may go to another host name. */
  readonly #plain = new Set(harmless);
  readonly #replacesAuthorization: boolean;

  constructor(config: Pick<HttpClientConfig, 'headers' | 'http_headers' | 'oauth2'>) {
    this.#replacesAuthorization = config.oauth2 !== undefined;
    for (const [name, value] of Object.entries(config.headers)) {
      const key = name.toLowerCase();
      set(this.#base, key, typeof value === 'string' ? value : value.reveal());
      if (typeof value === 'string' && !tenantPattern.test(key) && !neverElsewhere.has(key)) this.#plain.add(key);
      else this.#plain.delete(key);
    }
    for (const [name, values] of Object.entries(config.http_headers)) {
      const key = name.toLowerCase();
      this.#plain.delete(key);
      for (const value of values) this.#added.push([key, value.reveal()]);
    }
  }

  /**
   * `headers`, replaced by the record's own, then `http_headers` added to both, so that a name in two places goes out with two values (row W17).
   * A token of oauth2 leaves no other Authorization (row W20).
   */
  prepare(own: Readonly<Record<string, string | readonly string[]>>): PreparedHeaders {
    const map = { ...this.#base };
    for (const [name, value] of Object.entries(own)) set(map, name.toLowerCase(), value);
    for (const [key, value] of this.#added) add(map, key, value);
    if (this.#replacesAuthorization) delete map['authorization'];
    const flat = Object.entries(map).flatMap(([name, value]) =>
      typeof value === 'string' ? [name, value] : value.flatMap((one) => [name, one]),
    );
    return { flat, authorizes: map['authorization'] !== undefined };
  }

  /**
   * The same headers for another host name: without credentials, tenant, `http_headers` and what came from a secret or the environment (contract,
   * redirects). The rest of `headers` follows, as with Alloy (row W37).
   */
  withoutSecrets(flat: readonly string[]): string[] {
    return flat.filter((_, at) => this.#plain.has(flat[at - (at % 2)] ?? ''));
  }
}

/** With another value for a name, which is there once then. */
export function replaced(flat: readonly string[], name: string, value: string): string[] {
  return [...flat.filter((_, at) => flat[at - (at % 2)] !== name), name, value];
}

function set(map: HeaderMap, key: string, value: string | readonly string[]): void {
  if (!framing.has(key)) map[key] = value;
}

function add(map: HeaderMap, key: string, value: string): void {
  const present = map[key];
  if (present === undefined) map[key] = value;
  else map[key] = typeof present === 'string' ? [present, value] : [...present, value];
}

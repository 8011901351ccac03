import type { Secret } from '../../core/secret.ts';
import type { HttpClientConfig } from './schema.ts';
import { productUserAgent } from './user-agent.ts';

/** Headers as undici takes them: lower-case names, one value or several in order. */
export type HeaderMap = Record<string, string | string[]>;

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

/**
 * The headers of one request before credentials: `headers`, replaced by the record's own, then `http_headers` added to both, so that a name
 * in two places goes out with two values (row W17).
 */
export function buildHeaders(config: HttpClientConfig, own: Readonly<Record<string, string | readonly string[]>>): HeaderMap {
  const map: HeaderMap = { 'user-agent': productUserAgent };
  for (const [name, value] of Object.entries(config.headers)) set(map, name, reveal(value));
  for (const [name, value] of Object.entries(own)) set(map, name, typeof value === 'string' ? value : [...value]);
  for (const [name, values] of Object.entries(config.http_headers)) {
    for (const value of values) add(map, name.toLowerCase(), value.reveal());
  }
  return map;
}

/**
 * The same headers for another host name: without credentials, tenant and `http_headers` (contract, redirects). The rest of `headers` follows,
 * as with Alloy (row W37).
 */
export function withoutSecrets(map: HeaderMap, config: HttpClientConfig): HeaderMap {
  const plain = new Set(harmless);
  for (const [name, value] of Object.entries(config.headers)) {
    const key = name.toLowerCase();
    if (typeof value === 'string' && !tenantPattern.test(key) && !neverElsewhere.has(key)) plain.add(key);
  }
  for (const name of Object.keys(config.http_headers)) plain.delete(name.toLowerCase());
  return Object.fromEntries(Object.entries(map).filter(([name]) => plain.has(name)));
}

function set(map: HeaderMap, name: string, value: string | string[]): void {
  const key = name.toLowerCase();
  if (!framing.has(key)) map[key] = value;
}

function add(map: HeaderMap, key: string, value: string): void {
  const present = map[key];
  if (present === undefined) map[key] = value;
  else if (typeof present === 'string') map[key] = [present, value];
  else present.push(value);
}

function reveal(value: string | Secret): string {
  return typeof value === 'string' ? value : value.reveal();
}

import type { Exchange } from './exchange.ts';
import { Unserved } from './unserved.ts';

/** How credentials are asked for and read: RFC 7617, RFC 6750. */
export interface Scheme {
  readonly name: 'Basic' | 'Bearer';
  /** Of WWW-Authenticate. */
  readonly challenge: string;
  /** What a sender has to send, in words. */
  readonly expected: string;
}

/** What stands behind the scheme's name. Throws Unserved("auth") when the request has none, several, or those of another scheme. */
export function credentialsOf(exchange: Exchange, scheme: Scheme): string {
  const values = exchange.headerValues('authorization');
  const [value = ''] = values;
  if (values.length > 1) throw unauthenticated(scheme, `one Authorization header is expected, found ${values.length}`);
  if (value === '') throw unauthenticated(scheme, `no credentials: expected ${scheme.expected}`);
  const blank = value.indexOf(' ');
  const isOfScheme = value.slice(0, Math.max(0, blank)).toLowerCase() === scheme.name.toLowerCase();
  if (!isOfScheme) throw unauthenticated(scheme, `the Authorization header is of another scheme: expected ${scheme.expected}`);
  return value.slice(blank).trim();
}

/** A refusal that asks for credentials; `message` must hold none. */
export function unauthenticated({ challenge }: Scheme, message: string): Unserved {
  return new Unserved('auth', message, { 'www-authenticate': challenge });
}

import { Invalid } from '../../core/errors.ts';
import { Unserved } from './unserved.ts';

/** A request target, read. */
export interface Target {
  /** Without query, repeated slashes collapsed, prefix removed. */
  readonly path: string;
  /** As received, without '?'. */
  readonly query: string;
}

/** The target of a request that has none. */
export const nowhere: Target = { path: '', query: '' };

/** Proxies and agents together send some thirty. */
export const mostHeaders = 256;

/** What is said to a head with more; `rawHeaders` has names and values in turn. */
export function tooManyHeaders(rawHeaders: readonly string[]): Unserved | undefined {
  const found = rawHeaders.length / 2;
  return found <= mostHeaders ? undefined : new Unserved('header', `a request may have ${mostHeaders} headers, found ${found}`);
}

/**
 * Reads the target of a request line or of :path. The scheme and host of an absolute form do not matter: there is only us. Repeated slashes
 * are collapsed because SDKs with a base path send them. Invalid("malformed") for what no URL may hold: HTTP/2 carries any byte, and a line
 * end must never reach the request line of an endpoint.
 */
export function parseTarget(target: string, prefix: string): Target | Invalid {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
  if (/[\x00-\x20\x7f]/.test(target)) return new Invalid('malformed', 'the request target holds blanks or control characters');
  const local = target.replace(/^https?:\/\/[^/?]*/i, '');
  const mark = local.indexOf('?');
  const path = (mark < 0 ? local : local.slice(0, mark)).replace(/\/{2,}/g, '/');
  return { path: withoutPrefix(path, prefix), query: mark < 0 ? '' : local.slice(mark + 1) };
}

function withoutPrefix(path: string, prefix: string): string {
  return prefix !== '' && path.startsWith(`${prefix}/`) ? path.slice(prefix.length) : path;
}

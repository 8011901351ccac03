import type { RawRequest, RawResponse } from './exchange.ts';

/** More hops than that are a loop. */
export const maxRedirects = 10;

/**
 * Where an answer sends the same request next, method and body included: 307 and 308, and 301 and 302, because a profile never becomes a GET;
 * 303 stands as it is (contract, redirects). Undefined when it sends it nowhere.
 */
export function redirectTarget(request: RawRequest, response: RawResponse): URL | undefined {
  const { status } = response;
  const { location } = response.headers;
  if (status !== 301 && status !== 302 && status !== 307 && status !== 308) return undefined;
  const from = new URL(request.path, request.origin);
  if (location === undefined || !URL.canParse(location, from.href)) return undefined;
  const to = new URL(location, from);
  return to.protocol === 'http:' || to.protocol === 'https:' ? to : undefined;
}

/** Another port of the same host name still gets them, as with Alloy (row W37); nothing that was encrypted goes on in the clear. */
export function mayHaveSecrets(endpoint: URL, next: URL): boolean {
  return next.hostname === endpoint.hostname && (next.protocol === 'https:' || endpoint.protocol === 'http:');
}

/** More hops than that are a loop. */
export const maxRedirects = 10;

/** A request's answer, as far as it says where to go. */
export interface Redirect {
  readonly method: 'GET' | 'POST';
  readonly status: number;
  readonly location: string | readonly string[] | undefined;
}

/**
 * Where an answer sends the same request next, method and body included: 307 and 308, and 301 and 302, because a profile never becomes a GET;
 * 303 stands as it is but for a GET (contract, redirects; RFC 9110, 15.4). Undefined when it sends it nowhere. A Location without a scheme stays on its host.
 */
export function redirectTarget(from: URL, { method, status, location }: Redirect): URL | undefined {
  const isRedirect = status === 301 || status === 302 || status === 307 || status === 308 || (status === 303 && method === 'GET');
  if (!isRedirect) return undefined;
  // A backslash is no slash, though URL takes it for one: it would lead to another host (RFC 3986, 3.3).
  const target = typeof location === 'string' ? location.replaceAll('\\', '%5C') : undefined;
  if (target === undefined || !URL.canParse(target, from.href)) return undefined;
  const to = new URL(target, from);
  return to.protocol === 'http:' || to.protocol === 'https:' ? to : undefined;
}

/** Another port of the same host name still gets them, as with Alloy (row W37); nothing that was encrypted goes on in the clear. */
export function mayHaveSecrets(endpoint: URL, next: URL): boolean {
  return next.hostname === endpoint.hostname && (next.protocol === 'https:' || endpoint.protocol === 'http:');
}

import { largestPort } from '../../core/address.ts';

/**
 * Why a text is no URL that profiles can be sent to, with what was probably meant; undefined when it is one. A URL with user-info is not
 * repeated: it may hold a password.
 */
export function urlFault(text: string): string | undefined {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url !== undefined && /^https?:$/.test(url.protocol)) return undefined;
  const expected = 'expected a URL that starts with http:// or https://';
  if (text.trim() === '') return `${expected}, found nothing`;
  const found = text.includes('@') ? 'something else' : JSON.stringify(text);
  const port = /^https?:\/\/[^/?#]*:(\d+)(?:[/?#]|$)/i.exec(text)?.[1];
  if (Number(port) > largestPort) return `the port ${port} in ${found} is too large: a port is at most ${largestPort}`;
  if (/^https?:\/\//i.test(text)) return `expected a URL such as http://pyroscope:4040, found ${found}: its host or port cannot be read`;
  const meant = text.includes('@') ? undefined : meantUrl(text);
  return `${expected}, found ${found}${meant === undefined ? '' : `: write ${meant}`}`;
}

/** For a scheme that is misspelt or missing. */
function meantUrl(text: string): string | undefined {
  const [, secure = '', rest] = /^h?tt?p(s?):?\/+([^/].*)$/i.exec(text) ?? [];
  if (rest !== undefined) return `http${secure.toLowerCase()}://${rest}`;
  return /^[\w.-]+(?::\d+)?(?:\/|$)/.test(text) ? `http://${text}` : undefined;
}

import { promisify } from 'node:util';
import { gunzip as gunzipCallback } from 'node:zlib';
import { messageOf } from '../../core/errors.ts';
import { formatSize } from '../../core/units.ts';

const gunzip = promisify(gunzipCallback);

// deflate makes at most so many bytes of one (zlib's technical details: 1032:1).
const mostRatio = 1032;

/** What of an answer tells whether it is a pprof. */
export interface Content {
  readonly status: number;
  /** As it came; undefined when there is none. */
  readonly contentType: string | undefined;
  readonly body: Uint8Array;
}

/** Why an answer is no profile, in Alloy's words and order (alloy-behaviour 5.5); undefined when it may be one. */
export function contentFault(name: string, { status, contentType, body }: Content): string | undefined {
  if (status < 200 || status > 299) return `server returned HTTP status (${status}) ${words(body, 200)}`.trimEnd();
  if (body.length === 0) return `empty ${name} profile`;
  const fault = bodyFault(contentType, body);
  return fault && `invalid profile data: ${fault}`;
}

function bodyFault(contentType: string | undefined, body: Uint8Array): string | undefined {
  if (contentType === undefined) return 'missing Content-Type header';
  if (!contentType.startsWith('application/octet-stream'))
    return `unexpected Content-Type ${words(Buffer.from(contentType), 100)}, expected application/octet-stream for pprof data`;
  if (looksLikeText(body)) return `text response instead of pprof: ${JSON.stringify(words(body, 50))}`;
  if (body.length <= 2) return 'data too short for pprof format';
  if (isGzip(body)) return undefined;
  const wireType = (body[0] ?? 0) & 7;
  if (wireType < 6) return undefined;
  const first = Buffer.from(body.subarray(0, 16)).toString('hex');
  return `invalid protobuf data: illegal wireType ${wireType} (expected 0-5), first bytes: ${first}`;
}

function looksLikeText(body: Uint8Array): boolean {
  if (body.length < 10) return false;
  const text = Buffer.from(body.subarray(0, 64)).toString('latin1');
  const start = text.trimStart();
  if (/^<!d/i.test(start) && body.length >= 9) return true;
  if (/^<[hbt]/i.test(start)) return true;
  return /^[{[]/.test(start) && body.length > 20;
}

/** The beginning of a body, on one line. */
function words(body: Uint8Array, characters: number): string {
  return Buffer.from(body.subarray(0, 4 * characters))
    .toString('utf8')
    .replace(/\s+/g, ' ')
    .trim()
    .slice(0, characters);
}

/** Whether it is gzipped. */
export function isGzip(body: Uint8Array): boolean {
  return body[0] === 0x1f && body[1] === 0x8b;
}

/** The profile without its gzip. Rejects with a sentence when it is cut, damaged, or larger than allowed. */
export async function inflated(body: Uint8Array, maxBytes: number): Promise<Uint8Array> {
  if (!isGzip(body)) return body;
  try {
    return await gunzip(body, { maxOutputLength: maxBytes });
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ERR_BUFFER_TOO_LARGE')
      throw new Error(`invalid profile data: it inflates to more than ${formatSize(maxBytes)}`);
    throw new Error(`invalid profile data: it does not inflate: ${messageOf(error)}`, { cause: error });
  }
}

/** Whether it could inflate to more than allowed: only then is it worth inflating a profile that nobody here looks into. */
export function mayBeBomb(body: Uint8Array, maxBytes: number): boolean {
  return isGzip(body) && body.length * mostRatio > maxBytes;
}

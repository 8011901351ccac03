import type { IncomingHttpHeaders } from 'node:http';
import type { Readable } from 'node:stream';
import { brotliDecompressSync, constants, gunzipSync, inflateRawSync, inflateSync, zstdDecompressSync } from 'node:zlib';

const nothing = new Uint8Array();
const maxTextBytes = 2048;
const maxDecodedBytes = 64 * 1024;

/** What an attempt brought. */
export type HttpOutcome =
  | {
      readonly kind: 'response';
      readonly status: number;
      /** Names in lower case; several values of one are joined by ", ". */
      readonly headers: Readonly<Record<string, string>>;
      /** In lower case, without parameters; '' when there is none. */
      readonly contentType: string;
      readonly retryAfter: string | undefined;
      /** The first 2 KiB of the body, decoded, without control characters but line ends and tabs. */
      readonly text: string;
      /** As much as `maxBodyBytes` allows, as it came. */
      readonly body: Uint8Array;
      /** Why `body` is not all of it. */
      readonly incomplete?: Incomplete | undefined;
      /** Of what was asked for with `asStream`: the body as it comes, instead of `body`. Destroying it ends the connection. */
      readonly stream?: Readable | undefined;
    }
  | { readonly kind: 'failure'; readonly cause: FailureCause; readonly message: string }
  | { readonly kind: 'aborted' };

/** `unsendable`: it is the request that no connection can carry, and the backend has nothing to do with it. */
export type FailureCause = 'network' | 'timeout' | 'credentials' | 'unsendable';

/** The body was larger than was to be read, ended before its end, did not end in time, or was not wanted any more. */
export type Incomplete = 'large' | 'cut' | 'late' | 'no_room';

/** An answer: what is asked of it is worked out when it is asked. */
export class HttpAnswer {
  readonly kind = 'response';
  readonly status: number;
  /** As it came, as much as was read. */
  readonly body: Uint8Array;
  readonly incomplete: Incomplete | undefined;
  readonly stream: Readable | undefined;
  readonly #raw: IncomingHttpHeaders;
  #headers: Readonly<Record<string, string>> | undefined;
  #text: string | undefined;

  constructor(status: number, headers: IncomingHttpHeaders, body: Uint8Array | Readable, incomplete?: Incomplete) {
    this.status = status;
    this.#raw = headers;
    this.body = body instanceof Uint8Array ? body : nothing;
    this.stream = body instanceof Uint8Array ? undefined : body;
    this.incomplete = incomplete;
  }

  /** Names in lower case; several values of one are joined by ", ". */
  get headers(): Readonly<Record<string, string>> {
    this.#headers ??= joinValues(this.#raw);
    return this.#headers;
  }

  /** In lower case, without parameters; '' when there is none. */
  get contentType(): string {
    const value = this.#value('content-type') ?? '';
    const end = value.indexOf(';');
    return (end < 0 ? value : value.slice(0, end)).trim().toLowerCase();
  }

  get retryAfter(): string | undefined {
    return this.#value('retry-after');
  }

  /** The first 2 KiB of the body, decoded, without control characters but line ends and tabs. */
  get text(): string {
    this.#text ??= answerText(this.body, this.#value('content-encoding') ?? '');
    return this.#text;
  }

  #value(name: string): string | undefined {
    const value = this.#raw[name];
    return typeof value === 'object' ? value.join(', ') : value;
  }
}

/**
 * The first 2 KiB of a body as text, whatever its Content-Encoding. A body that is not what it says is shown as it came: its status counts, and
 * its words may still be read. Line ends and tabs are the only control characters in it.
 */
export function answerText(body: Uint8Array, contentEncoding: string): string {
  if (body.byteLength === 0) return '';
  // The last one named was applied last (RFC 9110, 8.4).
  const codings = contentEncoding
    .toLowerCase()
    .split(',')
    .map((coding) => coding.trim())
    .reverse();
  const plain = codings.reduce<Uint8Array>((bytes, coding) => decode(bytes, coding) ?? bytes, body);
  // `stream` leaves out a character that the cut goes through.
  return withoutControls(new TextDecoder().decode(plain.subarray(0, maxTextBytes), { stream: true }));
}

/** Without control characters but line ends and tabs: what others wrote is shown on terminals. */
export function withoutControls(text: string): string {
  return text.replaceAll(/[^\P{Cc}\n\r\t]/gu, '');
}

type Decoder = (body: Uint8Array) => Uint8Array;

// A body that was cut short still gives what it has.
const flush = { maxOutputLength: maxDecodedBytes, finishFlush: constants.Z_SYNC_FLUSH };
const gunzip: Decoder = (body) => gunzipSync(body, flush);
const brotli = { maxOutputLength: maxDecodedBytes, finishFlush: constants.BROTLI_OPERATION_FLUSH };

/** Each way to read a coding; the first that works counts: servers mean either of two by `deflate` (RFC 9110, 8.4.1.2). */
const decoders: Readonly<Record<string, readonly Decoder[]>> = {
  gzip: [gunzip],
  'x-gzip': [gunzip],
  deflate: [(body) => inflateSync(body, flush), (body) => inflateRawSync(body, flush)],
  br: [(body) => brotliDecompressSync(body, brotli)],
  zstd: [(body) => zstdDecompressSync(body, { maxOutputLength: maxDecodedBytes, finishFlush: constants.ZSTD_e_flush })],
};

/** At most 64 KiB, nothing where no piece of it is so small; undefined where the body is not in that coding, or the coding is not known. */
function decode(body: Uint8Array, coding: string): Uint8Array | undefined {
  let isTooLarge = false;
  for (const decoder of decoders[coding] ?? []) {
    // What would grow beyond the bound gives its beginning: half of it, half of that, and so on.
    for (let size = body.byteLength; size > 0; size = Math.floor(size / 2)) {
      try {
        const plain = decoder(body.subarray(0, size));
        if (plain.byteLength > 0) return plain;
        break;
      } catch (error) {
        if (!(error instanceof Error && 'code' in error && error.code === 'ERR_BUFFER_TOO_LARGE')) break;
        isTooLarge = true;
      }
    }
  }
  return isTooLarge ? nothing : undefined;
}

function joinValues(headers: IncomingHttpHeaders): Record<string, string> {
  const joined: Record<string, string> = {};
  for (const [name, value] of Object.entries(headers)) {
    // HTTP/2 has the status among them.
    if (value !== undefined && !name.startsWith(':')) joined[name] = typeof value === 'object' ? value.join(', ') : String(value);
  }
  return joined;
}

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

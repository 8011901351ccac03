import type { Readable } from 'node:stream';
import { errors } from 'undici';
import { follow } from '../../core/abort.ts';
import type { Host } from '../../core/component.ts';
import { formatDuration, formatSize } from '../../core/units.ts';
import { Authenticator } from './auth.ts';
import { Connections } from './connections.ts';
import { CredentialsError, describeFailure } from './failure.ts';
import { EndpointHeaders, type HeaderMap } from './headers.ts';
import { orAborted } from './or-aborted.ts';
import { Reach } from './reach.ts';
import { maxRedirects, mayHaveSecrets } from './redirect.ts';
import type { HttpClientConfig } from './schema.ts';
import { proxyRefusal } from './tunnel.ts';

/** What is asked for. */
export interface FetchRequest {
  /** http: or https:, without user-info. */
  readonly url: URL;
  /** Added to those of the configuration. */
  readonly headers?: Readonly<Record<string, string>>;
  /** Milliseconds: of get() for all of it, of open() until the head is there. */
  readonly timeoutMs: number;
}

/** The head of an answer. */
export interface FetchedHead {
  readonly kind: 'response';
  readonly status: number;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  /** In lower case, without parameters; '' when there is none. */
  readonly contentType: string;
}

/** An answer that came in whole. */
export interface Fetched extends FetchedHead {
  readonly body: Uint8Array;
}

/** An answer whose body still comes: rejects when it is cut, and when the signal aborts. */
export interface FetchedStream extends FetchedHead {
  readonly body: AsyncIterable<Uint8Array>;
}

/** Why there is no answer, or not all of it. */
export type NotFetched =
  | { readonly kind: 'failure'; readonly cause: 'network' | 'timeout' | 'credentials' | 'too_large' | 'cut'; readonly message: string }
  | { readonly kind: 'aborted' };

/** GET requests to any number of servers under one set of client options. Never throws for what the network or the other side did. */
export interface Fetcher {
  /** The answer with its body, which may have so many bytes. */
  get(request: FetchRequest, maxBytes: number, signal: AbortSignal): Promise<Fetched | NotFetched>;
  /** The answer as soon as its head is there; the body lasts until it ends or the signal aborts. */
  open(request: FetchRequest, signal: AbortSignal): Promise<FetchedStream | NotFetched>;
  /** Cuts what is still open. */
  close(): Promise<void>;
}

interface Answer {
  readonly head: FetchedHead;
  readonly body: Readable;
}

/** Opens nothing. `url` of the configuration gives user-info only. Throws a sentence when `tls_config` names a file of no use. */
export function createFetcher(config: HttpClientConfig, host: Host, maxOrigins: number): Fetcher {
  return new ClientFetcher(config, host, maxOrigins);
}

class ClientFetcher implements Fetcher {
  readonly #config: HttpClientConfig;
  readonly #host: Host;
  readonly #headers: EndpointHeaders;
  readonly #authenticator: Authenticator;
  readonly #reach: Reach;
  readonly #maxOrigins: number;
  #connections: Connections;

  constructor(config: HttpClientConfig, host: Host, maxOrigins: number) {
    this.#config = config;
    this.#host = host;
    this.#maxOrigins = maxOrigins;
    this.#headers = new EndpointHeaders(config);
    this.#authenticator = new Authenticator(config, host);
    this.#reach = new Reach(config, host, config.enable_http2 ? ['h2', 'http/1.1'] : ['http/1.1']);
    this.#connections = this.#connect();
  }

  get(request: FetchRequest, maxBytes: number, signal: AbortSignal): Promise<Fetched | NotFetched> {
    return this.#attempt(request, signal, async (answer) => {
      const body = await readWhole(answer, maxBytes, request.url.host);
      return body instanceof Uint8Array ? { ...answer.head, body } : body;
    });
  }

  open(request: FetchRequest, signal: AbortSignal): Promise<FetchedStream | NotFetched> {
    return this.#attempt(request, signal, async ({ head, body }, over) => {
      over.keep();
      const stop = (): unknown => body.destroy(abortReason(signal));
      if (signal.aborted) stop();
      signal.addEventListener('abort', stop, { once: true });
      body.once('close', () => signal.removeEventListener('abort', stop));
      // Whoever iterates hears of it; without a listener a cut between two reads would end the process.
      body.on('error', () => undefined);
      return { ...head, body };
    });
  }

  async close(): Promise<void> {
    await this.#connections.destroy();
    await Promise.all([this.#reach.close(), this.#authenticator.close()]);
  }

  async #attempt<T>(
    request: FetchRequest,
    signal: AbortSignal,
    read: (answer: Answer, over: { keep(): void }) => Promise<T>,
  ): Promise<T | NotFetched> {
    const { controller, release } = follow(signal);
    const attempt = controller.signal;
    const cancel = this.#host.clock.after(request.timeoutMs, () => controller.abort(new errors.InformationalError('the attempt is over')));
    try {
      return await read(await orAborted(this.#exchange(request, attempt), attempt), {
        keep() {
          cancel();
          release();
        },
      });
    } catch (error) {
      const { host, origin } = request.url;
      if (signal.aborted) return { kind: 'aborted' };
      if (error instanceof CredentialsError) return { kind: 'failure', cause: 'credentials', message: error.message };
      if (!attempt.aborted) return { kind: 'failure', cause: 'network', message: describeFailure(host, error) };
      const step = this.#connections.step(origin);
      const where = step === undefined ? '' : `, a connection is still ${step}`;
      return { kind: 'failure', cause: 'timeout', message: `${host}: no whole answer within ${formatDuration(request.timeoutMs)}${where}` };
    } finally {
      cancel();
      release();
    }
  }

  async #exchange(request: FetchRequest, signal: AbortSignal): Promise<Answer> {
    if (this.#reach.followsFiles && (await this.#reach.changed())) this.#renew();
    let { url } = request;
    let headers: HeaderMap = this.#headers.build(request.headers ?? {});
    let trusted = true;
    for (let hops = 0; ; hops++) {
      const sent = trusted ? await this.#authenticator.authorize(headers, signal) : headers;
      const answer = await this.#send(url, sent, signal);
      if (answer.head.status === 401) this.#authenticator.refused(sent);
      const next = this.#config.follow_redirects && hops < maxRedirects ? redirectOf(url, answer.head) : undefined;
      if (next === undefined) return answer;
      discard(answer.body);
      // Once elsewhere the secrets stay away, also when the chain leads back, as Go's client does it.
      if (trusted && !mayHaveSecrets(request.url, next)) {
        trusted = false;
        headers = this.#headers.withoutSecrets(headers);
      }
      url = next;
    }
  }

  async #send(url: URL, headers: HeaderMap, signal: AbortSignal): Promise<Answer> {
    const raw = { origin: url.origin, path: `${url.pathname}${url.search}`, method: 'POST' as const, headers, body: nothing };
    const routed = this.#connections.route(raw);
    const { origin, path, headers: sent } = routed.request;
    const { statusCode, headers: got, body } = await routed.dispatcher.request({ origin, path, headers: sent, method: 'GET', signal });
    if (statusCode === 407 && routed.proxy !== undefined) {
      discard(body);
      throw new Error(proxyRefusal(routed.proxy, 407));
    }
    const flat: Record<string, string> = {};
    for (const [name, value] of Object.entries(got))
      if (value !== undefined) flat[name] = typeof value === 'string' ? value : value.join(', ');
    const contentType = (flat['content-type'] ?? '').split(';', 1).join('').trim().toLowerCase();
    return { head: { kind: 'response', status: statusCode, headers: flat, contentType }, body };
  }

  #connect(): Connections {
    return new Connections(this.#config, {
      connector: this.#reach.connector(),
      proxyFor: this.#reach.proxyFor,
      origins: this.#maxOrigins,
    });
  }

  /** New certificates are for new connections; what is under way ends as it began. */
  #renew(): void {
    const old = this.#connections;
    this.#connections = this.#connect();
    old.close().catch(() => undefined); // nobody waits for it
  }
}

const nothing = new Uint8Array();

function abortReason(signal: AbortSignal): Error {
  return signal.reason instanceof Error ? signal.reason : new Error(String(signal.reason));
}

/** Where a GET goes next (RFC 9110, 15.4); undefined when the answer stands. */
function redirectOf(from: URL, { status, headers }: FetchedHead): URL | undefined {
  const location = headers['location'];
  if (![301, 302, 303, 307, 308].includes(status) || location === undefined || !URL.canParse(location, from.href)) return undefined;
  const to = new URL(location, from);
  return to.protocol === 'http:' || to.protocol === 'https:' ? to : undefined;
}

/** A body that nobody reads costs its connection when it is long. */
function discard(body: Readable): void {
  body.on('error', () => undefined);
  body.destroy();
}

async function readWhole({ body, head }: Answer, maxBytes: number, host: string): Promise<Uint8Array | NotFetched> {
  const pieces: Uint8Array[] = [];
  let sizeBytes = 0;
  const tooLarge = (): NotFetched => {
    discard(body);
    return { kind: 'failure', cause: 'too_large', message: `${host}: the body of its answer is larger than ${formatSize(maxBytes)}` };
  };
  if (Number(head.headers['content-length'] ?? 0) > maxBytes) return tooLarge();
  try {
    for await (const piece of body as AsyncIterable<Uint8Array>) {
      sizeBytes += piece.byteLength;
      if (sizeBytes > maxBytes) return tooLarge();
      pieces.push(piece);
    }
  } catch (error) {
    if (body.readableAborted && isCut(error))
      return { kind: 'failure', cause: 'cut', message: `${host}: its answer was cut off after ${sizeBytes} bytes of the body` };
    throw error;
  }
  return Buffer.concat(pieces, sizeBytes);
}

function isCut(error: unknown): boolean {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  return code === 'UND_ERR_SOCKET' || code === 'ECONNRESET' || code === 'UND_ERR_RES_CONTENT_LENGTH_MISMATCH';
}

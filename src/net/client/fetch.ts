import type { Host } from '../../core/component.ts';
import { formatDuration, formatSize } from '../../core/units.ts';
import type { FailureCause, HttpOutcome } from './answer.ts';
import { Attempt, type OutgoingHttp } from './attempt.ts';
import { type EndpointParts, endpointParts } from './client.ts';
import { Deadlines } from './deadlines.ts';
import type { HttpClientConfig } from './schema.ts';

/** What is asked for. */
export interface FetchRequest {
  /** http: or https:, without user-info. */
  readonly url: URL;
  /** Added to those of the configuration. */
  readonly headers?: Readonly<Record<string, string>>;
  /** Milliseconds: of get() for all of it, of open() until the head is there. */
  readonly timeoutMs: number;
  /** Of get(): asked before each piece of the body is kept; false ends the request with the cause no_room. */
  readonly hasRoom?: (bytes: number) => boolean;
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
  | {
      readonly kind: 'failure';
      readonly cause: Exclude<FailureCause, 'unsendable'> | 'too_large' | 'cut' | 'no_room';
      readonly message: string;
    }
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

/** Opens nothing. `url` of the configuration gives user-info only. Throws a sentence when `tls_config` names a file of no use. */
export function createFetcher(config: HttpClientConfig, host: Host, maxOrigins: number): Fetcher {
  return new ClientFetcher(config, host, maxOrigins);
}

type Response = Extract<HttpOutcome, { readonly kind: 'response' }>;

class ClientFetcher implements Fetcher {
  readonly #parts: EndpointParts;

  constructor(config: HttpClientConfig, host: Host, maxOrigins: number) {
    this.#parts = endpointParts(config, host, maxOrigins);
  }

  async get(request: FetchRequest, maxBytes: number, signal: AbortSignal): Promise<Fetched | NotFetched> {
    const { host } = request.url;
    const outcome = await this.#attempt(request, { maxBodyBytes: maxBytes, hasRoom: request.hasRoom }, signal);
    if (outcome.kind !== 'response') return outcome;
    const { body, headers, incomplete } = outcome;
    if (incomplete === 'large' || Number(headers['content-length'] ?? 0) > maxBytes) {
      return { kind: 'failure', cause: 'too_large', message: `${host}: the body of its answer is larger than ${formatSize(maxBytes)}` };
    }
    if (incomplete === 'no_room') {
      return { kind: 'failure', cause: 'no_room', message: `${host}: there is no room for the body of its answer now` };
    }
    if (incomplete === 'cut') {
      return { kind: 'failure', cause: 'cut', message: `${host}: its answer was cut off after ${body.byteLength} bytes of the body` };
    }
    if (incomplete === 'late') {
      const message = `${host}: no whole answer within ${formatDuration(request.timeoutMs)}`;
      return { kind: 'failure', cause: 'timeout', message };
    }
    return { ...headOf(outcome), body };
  }

  async open(request: FetchRequest, signal: AbortSignal): Promise<FetchedStream | NotFetched> {
    const outcome = await this.#attempt(request, { asStream: true }, signal);
    if (outcome.kind !== 'response') return outcome;
    const { stream } = outcome;
    if (stream === undefined) throw new Error('unreachable: it was asked for as a stream');
    const stop = (): unknown => stream.destroy(signal.reason instanceof Error ? signal.reason : new Error(String(signal.reason)));
    if (signal.aborted) stop();
    signal.addEventListener('abort', stop, { once: true });
    stream.once('close', () => signal.removeEventListener('abort', stop));
    return { ...headOf(outcome), body: stream };
  }

  async close(): Promise<void> {
    const { authenticator, bodyDeadlines, transport } = this.#parts;
    await Promise.all([transport.close(), authenticator.close()]);
    bodyDeadlines.close();
  }

  #attempt(request: FetchRequest, more: Partial<OutgoingHttp>, signal: AbortSignal): Promise<Response | NotFetched> {
    const { url, timeoutMs, headers = {} } = request;
    const { transport, clock } = this.#parts;
    // Every request has a time of its own.
    const deadlines = new Deadlines(clock, timeoutMs);
    const endpoint = { ...this.#parts, base: url, basePath: '', route: transport.route(url.origin), timeoutMs, deadlines };
    const outgoing: OutgoingHttp = { method: 'GET', path: `${url.pathname}${url.search}`, query: '', headers, body: nothing, ...more };
    return new Promise((resolve) => {
      if (signal.aborted) return resolve({ kind: 'aborted' });
      const attempt = new Attempt(endpoint, outgoing, (outcome) => {
        deadlines.close();
        signal.removeEventListener('abort', cancel);
        if (outcome.kind !== 'failure') resolve(outcome);
        else resolve({ ...outcome, cause: outcome.cause === 'unsendable' ? 'network' : outcome.cause });
      });
      const cancel = (): void => attempt.cancel();
      signal.addEventListener('abort', cancel, { once: true });
      attempt.begin();
    });
  }
}

const nothing = new Uint8Array();

function headOf({ kind, status, headers, contentType }: Response): FetchedHead {
  return { kind, status, headers, contentType };
}

import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from 'node:http';
import type { Exchange, Peer, Reply } from './exchange.ts';
import { valuesOf } from './raw-headers.ts';
import { gone, readPieces, takePieces } from './read-pieces.ts';
import type { Target } from './target.ts';

interface Arrival {
  readonly target: Target;
  readonly peer: Peer;
  /** The sender waits for "100 Continue" with its body. */
  readonly expectsContinue: boolean;
}

/** One request of node:http. */
export class Http1Exchange implements Exchange {
  readonly version: '1.0' | '1.1';
  readonly path: string;
  readonly query: string;
  readonly peer: Peer;
  readonly #request: IncomingMessage;
  readonly #response: ServerResponse;
  readonly #expectsContinue: boolean;
  readonly #controller = new AbortController();
  readonly #closed: Promise<void>;
  #failed: unknown;
  #onFailure: ((why: unknown) => void) | undefined;

  constructor(request: IncomingMessage, response: ServerResponse, { target, peer, expectsContinue }: Arrival) {
    this.version = request.httpVersion === '1.0' ? '1.0' : '1.1';
    this.path = target.path;
    this.query = target.query;
    this.peer = peer;
    this.#request = request;
    this.#response = response;
    this.#expectsContinue = expectsContinue;
    this.#closed = new Promise((resolve) => {
      response.once('close', () => {
        if (!response.writableFinished) this.#controller.abort(gone());
        resolve();
      });
    });
  }

  get method(): string {
    return this.#request.method ?? '';
  }

  get headers(): IncomingHttpHeaders {
    return this.#request.headers;
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  /** Its body is not complete. */
  get isReceiving(): boolean {
    return !this.#request.complete;
  }

  headerValues(name: string): readonly string[] {
    return valuesOf(this.#request.rawHeaders, name);
  }

  /** What comes as its body is no HTTP. */
  fail(why: unknown): void {
    this.#failed = why;
    this.#onFailure?.(why);
  }

  /** An interim answer, where the version knows them and the final one has not begun. */
  sayProcessing(): void {
    if (this.version === '1.1' && !this.#response.headersSent && this.#response.socket !== null) this.#response.writeProcessing();
  }

  readBody(onPiece: (piece: Uint8Array) => void): Promise<void> {
    if (this.#expectsContinue) this.#response.writeContinue();
    return this.#orFailure(() => readPieces(this.#request, onPiece, () => this.isReceiving));
  }

  async *pieces(): AsyncGenerator<Uint8Array> {
    if (this.#expectsContinue) this.#response.writeContinue();
    const pieces = takePieces(this.#request, () => this.isReceiving);
    try {
      for (;;) {
        const { done, value } = await this.#orFailure(() => pieces.next());
        if (done === true) return;
        yield value;
      }
    } finally {
      void pieces.return(undefined); // not awaited: behind a failure it still waits for a piece
    }
  }

  /** Resolves when the answer is out or the sender is gone. `last` is asked as late as possible: the rest of a body may still come. */
  async send(reply: Reply, last: () => boolean): Promise<void> {
    const response = this.#response;
    // A refused body that stands in the same packet costs nothing to read, and keeps the connection.
    if (!this.#request.complete) await this.#skipRest();
    if (response.destroyed) return;
    const body = reply.body ?? new Uint8Array();
    const headers: Record<string, string | number> = { ...reply.headers };
    if (reply.trailers === undefined) headers['content-length'] = body.length;
    else headers['trailer'] = Object.keys(reply.trailers).join(', ');
    if (last()) headers['connection'] = 'close';
    response.writeHead(reply.status, headers);
    if (reply.trailers !== undefined) response.addTrailers(reply.trailers);
    if (body.length === 0) response.end();
    else response.end(body);
    await this.#closed;
  }

  /** What the work comes to; rejects at once when what comes as the body is no HTTP, for then node hands on nothing more. */
  #orFailure<T>(work: () => Promise<T>): Promise<T> {
    return new Promise((resolve, reject) => {
      if (this.#failed !== undefined) return reject(this.#failed);
      this.#onFailure = reject;
      work().then(resolve, reject);
    });
  }

  #skipRest(): Promise<void> {
    this.#request.on('error', () => {}); // a body that nobody reads may be cut
    this.#request.resume();
    return new Promise((resolve) => {
      setImmediate(resolve);
    });
  }
}

import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from 'node:http';
import type { BodySink, Exchange, Peer, Reply } from './exchange.ts';
import { freePieces } from './free-pieces.ts';
import { Gone } from './gone.ts';
import { valuesOf } from './raw-headers.ts';
import { readPieces, takePieces } from './read-pieces.ts';
import type { Target } from './target.ts';
import type { Unserved } from './unserved.ts';

const nothing = new Uint8Array();

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
  readonly #closed: () => void;
  readonly #gone = new Gone();
  /** Its pieces may still be on their way to somebody else. */
  #isPassedOn = false;
  #failed: unknown;
  #onFailure: ((why: unknown) => void) | undefined;

  /** `closed` is called when the answer is out, or the sender gone. */
  constructor(request: IncomingMessage, response: ServerResponse, { target, peer, expectsContinue }: Arrival, closed: () => void) {
    this.version = request.httpVersion === '1.0' ? '1.0' : '1.1';
    this.path = target.path;
    this.query = target.query;
    this.peer = peer;
    this.#request = request;
    this.#response = response;
    this.#expectsContinue = expectsContinue;
    this.#closed = closed;
    response.once('close', () => this.#onClose());
  }

  get method(): string {
    return this.#request.method ?? '';
  }

  get headers(): IncomingHttpHeaders {
    return this.#request.headers;
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

  onGone(listener: (why: Unserved) => void): void {
    this.#gone.listen(listener);
  }

  get signal(): AbortSignal {
    return this.#gone.signal;
  }

  receive(sink: BodySink): void {
    if (this.#failed !== undefined) {
      sink.fail(this.#failed);
      return;
    }
    this.#onFailure = (why) => sink.fail(why);
    if (this.#expectsContinue) this.#response.writeContinue();
    readPieces(this.#request, sink, () => this.isReceiving);
  }

  /** Node copies each piece of a body out of what it has read. */
  free(pieces: readonly Uint8Array[]): void {
    freePieces(pieces);
  }

  abandon(): void {
    this.#request.socket.destroy();
  }

  async *pieces(): AsyncGenerator<Uint8Array> {
    this.#isPassedOn = true;
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

  /**
   * The answer, on its way; `last` is asked as late as possible: the rest of a body may still come. Throws what node says of an answer that
   * cannot be sent, or tells `broken`.
   */
  send(reply: Reply, last: () => boolean, broken: (why: unknown) => void): void {
    if (this.#request.complete) {
      this.#write(reply, last());
      return;
    }
    // A refused body that stands in the same packet costs nothing to read, and keeps the connection.
    this.#request.on('error', () => {}); // a body that nobody reads may be cut
    if (this.#isPassedOn) this.#request.resume();
    else this.#request.on('data', (piece: Uint8Array) => freePieces([piece]));
    setImmediate(() => {
      try {
        this.#write(reply, last());
      } catch (why) {
        broken(why);
      }
    });
  }

  #write(reply: Reply, isLast: boolean): void {
    const response = this.#response;
    if (response.destroyed) return;
    const body = reply.body ?? nothing;
    const headers: Record<string, string | number> = { ...reply.headers };
    if (reply.trailers === undefined) headers['content-length'] = body.length;
    else headers['trailer'] = Object.keys(reply.trailers).join(', ');
    if (isLast) headers['connection'] = 'close';
    response.writeHead(reply.status, headers);
    if (reply.trailers !== undefined) response.addTrailers(reply.trailers);
    if (body.length === 0) response.end();
    else response.end(body);
  }

  #onClose(): void {
    if (!this.#response.writableFinished) this.#gone.tell();
    this.#closed();
  }

  /** What the work comes to; rejects at once when what comes as the body is no HTTP, for then node hands on nothing more. */
  #orFailure<T>(work: () => Promise<T>): Promise<T> {
    return new Promise((resolve, reject) => {
      if (this.#failed !== undefined) return reject(this.#failed);
      this.#onFailure = reject;
      work().then(resolve, reject);
    });
  }
}

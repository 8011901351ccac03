import type { IncomingHttpHeaders } from 'node:http';
import { constants, type ServerHttp2Stream } from 'node:http2';
import type { Exchange, Peer, Reply } from './exchange.ts';
import { valuesOf } from './raw-headers.ts';
import { gone, readPieces, takePieces } from './read-pieces.ts';
import type { Target } from './target.ts';

interface Arrival {
  readonly headers: IncomingHttpHeaders;
  /** Names and values in turn, as received. */
  readonly rawHeaders: readonly string[];
  readonly target: Target;
  readonly peer: Peer;
}

/** One stream of node:http2. Somebody else listens to its errors. */
export class Http2Exchange implements Exchange {
  readonly version = '2';
  readonly path: string;
  readonly query: string;
  readonly headers: IncomingHttpHeaders;
  readonly peer: Peer;
  readonly #stream: ServerHttp2Stream;
  readonly #rawHeaders: readonly string[];
  readonly #controller = new AbortController();
  readonly #closed: Promise<void>;
  #isWhole = false;

  constructor(stream: ServerHttp2Stream, { headers, rawHeaders, target, peer }: Arrival) {
    this.path = target.path;
    this.query = target.query;
    this.headers = headers;
    this.peer = peer;
    this.#stream = stream;
    this.#rawHeaders = rawHeaders;
    this.#closed = new Promise((resolve) => {
      stream.once('close', resolve);
    });
    // Before 'close' node ends our side itself, so that writableFinished tells nothing.
    stream.once('aborted', () => this.#controller.abort(gone()));
  }

  get method(): string {
    return String(this.headers[':method'] ?? '');
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  headerValues(name: string): readonly string[] {
    return valuesOf(this.#rawHeaders, name);
  }

  async readBody(onPiece: (piece: Uint8Array) => void): Promise<void> {
    const stream = this.#stream;
    this.#sayContinue();
    // When the connection is lost in the middle of a body, 'end' follows 'aborted'; a PushRequest cut at a field border still parses.
    await readPieces(stream, onPiece, () => stream.aborted);
    this.#isWhole = true;
  }

  async *pieces(): AsyncGenerator<Uint8Array> {
    this.#sayContinue();
    yield* takePieces(this.#stream, () => this.#stream.aborted);
    this.#isWhole = true;
  }

  /** Resolves when the answer is out or the sender is gone. Never throws: a session may be destroyed at any moment (nodejs/node#57416). */
  async send(reply: Reply): Promise<void> {
    const stream = this.#stream;
    if (stream.destroyed || stream.closed) return;
    try {
      this.#respond(reply);
    } catch {
      stream.destroy(); // the session went away between the check and the call
    }
    await this.#closed;
  }

  #sayContinue(): void {
    if (this.#stream.closed) throw gone();
    if (this.headers.expect === '100-continue') this.#stream.additionalHeaders({ ':status': 100 });
  }

  #respond({ status, headers, body, trailers }: Reply): void {
    const stream = this.#stream;
    const head = { ...headers, ':status': status };
    // Who still sends is told to stop; NO_ERROR says that the answer counts (RFC 9113 section 8.1).
    if (!this.#isWhole) stream.once('finish', () => stream.close(constants.NGHTTP2_NO_ERROR));
    if (trailers === undefined) {
      stream.respond(head, { endStream: body === undefined || body.length === 0 });
      if (!stream.writableEnded) stream.end(body);
      return;
    }
    stream.respond(head, { waitForTrailers: true });
    stream.once('wantTrailers', () => {
      try {
        stream.sendTrailers(trailers);
      } catch {
        stream.destroy(); // as above
      }
    });
    stream.end(body);
  }
}

import type { IncomingHttpHeaders } from 'node:http';
import { constants, type ServerHttp2Stream } from 'node:http2';
import type { BodySink, Exchange, Peer, Reply } from './exchange.ts';
import { Gone, gone } from './gone.ts';
import { valuesOf } from './raw-headers.ts';
import { readPieces, takePieces } from './read-pieces.ts';
import type { Target } from './target.ts';
import type { Unserved } from './unserved.ts';

interface Arrival {
  readonly headers: IncomingHttpHeaders;
  /** Names and values in turn, as received. */
  readonly rawHeaders: readonly string[];
  readonly target: Target;
  readonly peer: Peer;
  /** Its body is wanted. */
  readonly onRead: () => void;
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
  readonly #onRead: () => void;
  readonly #gone = new Gone();
  #isWhole = false;

  constructor(stream: ServerHttp2Stream, { headers, rawHeaders, target, peer, onRead }: Arrival) {
    this.path = target.path;
    this.query = target.query;
    this.headers = headers;
    this.peer = peer;
    this.#stream = stream;
    this.#rawHeaders = rawHeaders;
    this.#onRead = onRead;
    // Before 'close' node ends our side itself, so that writableFinished tells nothing.
    stream.once('aborted', () => this.#gone.tell());
  }

  get method(): string {
    return String(this.headers[':method'] ?? '');
  }

  headerValues(name: string): readonly string[] {
    return valuesOf(this.#rawHeaders, name);
  }

  onGone(listener: (why: Unserved) => void): void {
    this.#gone.listen(listener);
  }

  get signal(): AbortSignal {
    return this.#gone.signal;
  }

  receive(sink: BodySink): void {
    const stream = this.#stream;
    if (stream.closed) {
      sink.fail(gone());
      return;
    }
    this.#sayContinue();
    this.#onRead();
    stream.once('end', () => {
      this.#isWhole = !stream.aborted;
    });
    // When the connection is lost in the middle of a body, 'end' follows 'aborted'; a PushRequest cut at a field border still parses.
    readPieces(stream, sink, () => stream.aborted);
  }

  /** Node cuts pieces out of what it has read: their memory is not theirs alone, and it may still be reading there. */
  free(): void {}

  abandon(): void {
    this.#stream.session?.destroy();
    this.#stream.destroy();
  }

  async *pieces(): AsyncGenerator<Uint8Array> {
    this.#sayContinue();
    this.#onRead();
    yield* takePieces(this.#stream, () => this.#stream.aborted);
    this.#isWhole = true;
  }

  /** The answer, on its way. Throws what node says of one that cannot be sent. */
  send(reply: Reply): void {
    const stream = this.#stream;
    if (stream.destroyed || stream.closed) return;
    try {
      this.#respond(reply);
    } catch (why) {
      // The session went away between the check and the call (nodejs/node#57416): nobody waits for an answer any more.
      if (!stream.destroyed && !stream.closed && stream.session?.destroyed === false) throw why;
      stream.destroy();
    }
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

import type { IncomingHttpHeaders } from 'node:http';
import { Readable } from 'node:stream';
import type { Dispatcher } from 'undici';
import type { Clock } from '../../core/clock.ts';
import type { HeaderMap } from './headers.ts';

// What an answer says must fit in there; a body that is larger costs the connection, not memory.
const defaultMaxBodyBytes = 64 * 1024;
// How long a body may keep us after the 2xx head of what was sent, which has said all that counts.
const takenBodyMs = 1000;

/** One request on its way to one server. */
export interface RawRequest {
  /** "https://host:port". */
  readonly origin: string;
  /** With the query, as it goes out. */
  readonly path: string;
  readonly method: 'GET' | 'POST';
  readonly headers: HeaderMap;
  /** One piece: what undici writes without iterating; or pieces, which can be sent once only. */
  readonly body: Uint8Array | AsyncIterable<Uint8Array>;
  /** Of the answer; undefined: 64 KiB. */
  readonly maxBodyBytes?: number | undefined;
}

/** An answer: the head, and as much of the body as came. */
export interface RawResponse {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  /** At most `maxBodyBytes`. */
  readonly body: Uint8Array;
}

/**
 * Sends one request and reads the answer. Once the head is known that is the answer, whatever becomes of the body: cut, too large, dripping
 * or stalled, it is read up to `maxBodyBytes`, until the signal aborts, and after a 2xx to a POST for one second. Rejects with signal.reason when that aborts
 * first, else with what undici says.
 *
 * request() and not dispatch(), which is a tenth cheaper: only the former takes a request out of undici's queue when the signal aborts. While
 * an endpoint hangs in its handshake, requests of attempts long over would pile up there, with their bodies.
 */
export async function exchange(dispatcher: Dispatcher, request: RawRequest, signal: AbortSignal, clock: Clock): Promise<RawResponse> {
  const { origin, path, method, maxBodyBytes = defaultMaxBodyBytes } = request;
  const sent = { origin, path, method, headers: request.headers, signal };
  const { statusCode: status, headers, body } = await dispatcher.request(method === 'GET' ? sent : { ...sent, body: bodyOf(request) });
  if (headers['content-length'] === '0') {
    body.resume();
    return { status, headers, body: new Uint8Array() };
  }
  return {
    status,
    headers,
    body: await readBody(body, { maxBodyBytes, limitMs: method === 'POST' && status < 300 ? takenBodyMs : undefined, clock }),
  };
}

/** Pieces as undici takes them. */
function bodyOf({ body }: RawRequest): Uint8Array | Readable {
  return body instanceof Uint8Array ? body : Readable.from(body, { objectMode: false });
}

interface Reading {
  readonly maxBodyBytes: number;
  readonly limitMs: number | undefined;
  readonly clock: Clock;
}

/** Never rejects. What ends the reading from our side ends the connection (HTTP/1.1) or resets the stream (HTTP/2). */
function readBody(body: Readable, { maxBodyBytes, limitMs, clock }: Reading): Promise<Uint8Array> {
  return new Promise((resolve) => {
    const pieces: Uint8Array[] = [];
    let sizeBytes = 0;
    const cancel = limitMs === undefined ? undefined : clock.after(limitMs, () => body.destroy());
    body.on('data', (piece: Uint8Array) => {
      const room = maxBodyBytes - sizeBytes;
      pieces.push(piece.byteLength <= room ? piece : piece.subarray(0, room));
      sizeBytes += piece.byteLength;
      if (sizeBytes >= maxBodyBytes) body.destroy();
    });
    // The status counts; why the rest of the body did not come changes nothing.
    body.on('error', () => undefined);
    body.once('close', () => {
      cancel?.();
      resolve(Buffer.concat(pieces));
    });
  });
}

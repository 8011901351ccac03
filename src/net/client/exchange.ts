import type { IncomingHttpHeaders } from 'node:http';
import type { Dispatcher } from 'undici';
import type { Clock } from '../../core/clock.ts';
import type { HeaderMap } from './headers.ts';

/** More of an answer is never read: what it says must fit in there, and a body that is larger costs the connection, not memory. */
export const maxBodyBytes = 64 * 1024;

// How long a body may keep us after a 2xx head, which has said all that counts.
const takenBodyMs = 1000;

/** One request on its way to one server. */
export interface RawRequest {
  /** "https://host:port". */
  readonly origin: string;
  /** With the query, as it goes out. */
  readonly path: string;
  readonly method: 'GET' | 'POST';
  readonly headers: HeaderMap;
  readonly body: Uint8Array | undefined;
}

/** An answer: the head, and as much of the body as came. */
export interface RawResponse {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  /** At most maxBodyBytes. */
  readonly body: Uint8Array;
}

/** Where a request goes: undici's dispatch() with whatever stands between us and the server. */
export interface Wire {
  dispatch(request: RawRequest, handler: Dispatcher.DispatchHandler): void;
}

/** The attempt ended before a head came; `cause` is the signal's reason. */
export class Interrupted extends Error {
  /** Whether a connection had been found and the request written to it, or at least begun. */
  readonly connected: boolean;

  constructor(connected: boolean, cause: unknown) {
    super('interrupted', { cause });
    this.name = 'Interrupted';
    this.connected = connected;
  }
}

/**
 * Sends one request and reads the answer. Once the head is known that is the answer, whatever becomes of the body: cut, too large, dripping
 * or stalled, it is read up to maxBodyBytes, until the signal aborts, and after a 2xx for one second.
 * Rejects with Interrupted when the signal aborts first, else with what undici says.
 */
export function exchange(wire: Wire, request: RawRequest, signal: AbortSignal, clock: Clock): Promise<RawResponse> {
  if (signal.aborted) return Promise.reject(new Interrupted(false, signal.reason));
  return new Promise((resolve, reject) => {
    const handler = new ResponseReader(signal, clock, resolve, reject);
    try {
      wire.dispatch(request, handler);
    } catch (error) {
      // What undici refuses to send: a header value with a line break, say.
      handler.onResponseError(undefined, error);
    }
  });
}

/** Collects one answer. Settles once; whatever comes later is cut off. */
class ResponseReader implements Dispatcher.DispatchHandler {
  readonly #signal: AbortSignal;
  readonly #clock: Clock;
  readonly #resolve: (response: RawResponse) => void;
  readonly #reject: (error: unknown) => void;
  readonly #pieces: Uint8Array[] = [];
  readonly #onAbort = (): void => this.#end(new Interrupted(this.#controller !== undefined, this.#signal.reason));
  #sizeBytes = 0;
  #controller: Dispatcher.DispatchController | undefined;
  #head: { status: number; headers: IncomingHttpHeaders } | undefined;
  #cancelTimer: (() => void) | undefined;
  #settled = false;

  constructor(signal: AbortSignal, clock: Clock, resolve: (response: RawResponse) => void, reject: (error: unknown) => void) {
    this.#signal = signal;
    this.#clock = clock;
    this.#resolve = resolve;
    this.#reject = reject;
    signal.addEventListener('abort', this.#onAbort, { once: true });
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    this.#controller = controller;
    // It waited for a connection longer than the attempt lasted.
    if (this.#settled) controller.abort(new Error('the attempt is over'));
  }

  onResponseStart(_controller: Dispatcher.DispatchController, status: number, headers: IncomingHttpHeaders): void {
    // 1xx: the real head is still to come (RFC 9110, 15.2).
    if (status < 200) return;
    this.#head = { status, headers };
    if (status < 300) this.#cancelTimer = this.#clock.after(takenBodyMs, () => this.#end(undefined));
  }

  onResponseData(_controller: Dispatcher.DispatchController, piece: Uint8Array): void {
    const room = maxBodyBytes - this.#sizeBytes;
    this.#pieces.push(piece.byteLength <= room ? piece : piece.subarray(0, room));
    this.#sizeBytes += piece.byteLength;
    if (this.#sizeBytes > maxBodyBytes) this.#end(undefined);
  }

  onResponseEnd(): void {
    this.#settle(undefined);
  }

  onResponseError(_controller: unknown, error: unknown): void {
    this.#settle(error);
  }

  /** Ends it from our side: the connection is of no more use (HTTP/1.1), or the stream is reset (HTTP/2). */
  #end(error: Error | undefined): void {
    this.#settle(error);
    this.#controller?.abort(new Error('no more of the answer is wanted'));
  }

  #settle(error: unknown): void {
    if (this.#settled) return;
    this.#settled = true;
    this.#signal.removeEventListener('abort', this.#onAbort);
    this.#cancelTimer?.();
    if (this.#head !== undefined) this.#resolve({ ...this.#head, body: Buffer.concat(this.#pieces) });
    else this.#reject(error);
  }
}

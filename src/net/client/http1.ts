import type { IncomingHttpHeaders } from 'node:http';
import type { Socket } from 'node:net';
import { Client, type Dispatcher, errors } from 'undici';
import type { Connection, ConnectionOwner, Exchange } from './exchange.ts';
import { ConnectError } from './failure.ts';

// Shorter than the idle timeouts of the usual balancers (60 s and up), so that a connection is seldom closed under our hands.
const idleMs = 30_000;
const maxHeadBytes = 16 * 1024;

const attached = new errors.InformationalError('attached');
const cancelled = new errors.InformationalError('cancelled');
const gone = new ConnectError(new Error('the connection was closed by the other side before it was used'));

/** One connection that speaks HTTP/1.1, one exchange at a time: an undici client that has one socket and never another. */
export class Http1Connection implements Connection, Dispatcher.DispatchHandler {
  readonly openedAt: number;
  readonly hesitates = false;
  isListed = false;
  readonly #owner: ConnectionOwner;
  readonly #client: Client;
  readonly #answers: FinalAnswers;
  #exchange: Exchange | undefined;
  #controller: Dispatcher.DispatchController | undefined;
  #isFree = false;
  #isOver = false;
  #isClosing = false;
  #wasUsed = false;

  /** Calls onRoom() of the owner when it is ready. `socket` is connected and nobody has read from it. */
  constructor(socket: Socket, origin: string, owner: ConnectionOwner, openedAt: number) {
    this.openedAt = openedAt;
    this.#owner = owner;
    this.#answers = new FinalAnswers(socket);
    let given = false;
    this.#client = new Client(origin, {
      connect: (_, done) => {
        // undici connects anew where it still has a request: that one goes to another connection.
        if (given) return done(gone, null);
        given = true;
        queueMicrotask(() => done(null, socket));
      },
      allowH2: false,
      pipelining: 1,
      keepAliveTimeout: idleMs,
      keepAliveMaxTimeout: idleMs,
      maxHeaderSize: maxHeadBytes,
      // The attempt's deadline is the only clock.
      headersTimeout: 0,
      bodyTimeout: 0,
    });
    this.#client.on('disconnect', () => this.#end());
    this.#attach();
  }

  get room(): number {
    return this.#isFree ? 1 : 0;
  }

  send(exchange: Exchange): void {
    this.#isFree = false;
    this.#exchange = exchange;
    exchange.carrier = this;
    this.#answers.await();
    this.#client.dispatch(exchange.wire, this);
  }

  cancel(exchange: Exchange): void {
    if (this.#exchange !== exchange) return;
    this.#exchange = undefined;
    // Where it has not been written yet onRequestStart() ends it, and the connection is as good as before.
    this.#controller?.abort(cancelled);
  }

  close(): void {
    this.#isClosing = true;
    if (this.#exchange === undefined) this.destroy();
  }

  destroy(): void {
    this.#client.destroy().catch(() => undefined);
    this.#end();
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    if (this.#exchange === undefined) throw cancelled;
    this.#controller = controller;
  }

  onResponseStart(_: unknown, status: number, headers: IncomingHttpHeaders): void {
    // undici closes it: what waits must not be given to it.
    if (headers['connection'] !== undefined && /close/i.test(String(headers['connection']))) this.#isClosing = true;
    this.#exchange?.onHead(status, headers);
  }

  onResponseData(_: unknown, piece: Buffer): void {
    this.#exchange?.onData(piece);
  }

  onResponseEnd(): void {
    this.#wasUsed = true;
    const exchange = this.#release();
    exchange?.onEnd();
  }

  onResponseError(_: unknown, error: Error): void {
    const exchange = this.#exchange;
    // Once it was being written the connection is lost with it, and says so itself.
    if (this.#controller === undefined && error !== gone) this.#release();
    else this.#end();
    if (exchange === undefined) return;
    if (error !== gone) exchange.onError(error);
    else if (this.#wasUsed) exchange.onUnseen(false);
    else exchange.onError(new errors.SocketError('other side closed'));
  }

  /** Lets undici take the socket, so that its end and its idleness are noticed, by a request that is taken back before it is written. */
  #attach(): void {
    const handler: Dispatcher.DispatchHandler = {
      onRequestStart: () => {
        throw attached;
      },
      onResponseStart: () => undefined,
      onResponseData: () => undefined,
      onResponseEnd: () => undefined,
      onResponseError: (_, error) => {
        if (error === attached) this.#release();
        else this.#end(error);
      },
    };
    this.#client.dispatch({ path: '/', method: 'GET' }, handler);
  }

  #release(): Exchange | undefined {
    const exchange = this.#exchange;
    this.#exchange = undefined;
    this.#controller = undefined;
    if (this.#isOver) return exchange;
    if (this.#isClosing) this.destroy();
    else {
      this.#isFree = true;
      this.#owner.onRoom(this);
    }
    return exchange;
  }

  #end(failure?: Error): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#isFree = false;
    this.#owner.onOver(this, failure);
  }
}

/**
 * Takes informational answers (1xx) out of what a socket reads, in any number (RFC 9110, 15.2): undici closes the connection at a 100 that it did
 * not ask for (client-h1.js). A 101 stays: nobody asked for it, and what follows it is no HTTP.
 */
class FinalAnswers {
  #awaits = false;
  #held: Buffer | undefined;

  constructor(socket: Socket) {
    const read = socket.read.bind(socket);
    socket.read = (size?: number): Buffer | null => {
      for (;;) {
        const piece: Buffer | null = read(size);
        if (piece === null || !this.#awaits) return piece;
        const rest = this.#skip(piece);
        if (rest !== undefined) return rest;
      }
    };
  }

  /** A request goes out: the next that comes is the beginning of its answer. */
  await(): void {
    this.#awaits = true;
  }

  #skip(piece: Buffer): Buffer | undefined {
    let rest = this.#held === undefined ? piece : Buffer.concat([this.#held, piece]);
    this.#held = undefined;
    while (isInterim(rest)) {
      const end = rest.indexOf('\r\n\r\n');
      if (end < 0) break;
      rest = rest.subarray(end + 4);
    }
    if (rest.length < maxHeadBytes && mayBecomeInterim(rest)) {
      if (rest.length > 0) this.#held = rest;
      return undefined;
    }
    this.#awaits = false;
    return rest;
  }
}

const beginning = 'HTTP/1.1 1';

function isInterim(bytes: Buffer): boolean {
  return bytes[9] === 0x31 && bytes.length >= 12 && /^HTTP\/1\.\d 1(?!01)\d\d/.test(bytes.toString('latin1', 0, 12));
}

/** Whether the rest of it decides. */
function mayBecomeInterim(bytes: Buffer): boolean {
  return bytes.length < 12 ? beginning.startsWith(bytes.toString('latin1', 0, 10)) : isInterim(bytes);
}

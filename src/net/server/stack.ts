import type { Socket } from 'node:net';
import type { Clock } from '../../core/clock.ts';
import type { Host } from '../../core/component.ts';
import { Invalid } from '../../core/errors.ts';
import { type ConnectionOptions, linger, peerOf } from './connection.ts';
import { Handshakes } from './handshakes.ts';
import { Http1 } from './http1.ts';
import { Http2 } from './http2.ts';
import { Secure, type Secured } from './secure.ts';
import type { Server } from './serve.ts';
import { announcesEndlessChunk, type Opening } from './sniff.ts';

// Of a line in which somebody idle is looked for.
const mostLooks = 64;

/** Connections that share options, and with them node's servers. */
export class Stack {
  readonly options: ConnectionOptions;
  /** Open now; the listener's to keep. */
  readonly sockets = new Set<Socket>();
  readonly #clock: Clock;
  readonly #http1: Http1;
  readonly #http2: Http2;
  readonly #secure: Secure | undefined;
  /** Sockets that have said nothing yet. */
  readonly #waiting = new WeakSet<Socket>();
  readonly #handshakes = new Handshakes();
  /** The socket above one that speaks TLS. */
  readonly #secured = new WeakMap<Socket, Socket>();

  /** `current` is asked for each request: the server may be another one after a reload. */
  constructor(options: ConnectionOptions, current: () => Server, { clock, log }: Pick<Host, 'clock' | 'log'>) {
    const { tls, headerTimeoutMs } = options;
    this.options = options;
    this.#clock = clock;
    this.#http1 = new Http1(options, current, clock);
    this.#http2 = new Http2(options, current, clock);
    const then = ({ socket, peer, protocol }: Secured): void => {
      const below = this.#handshakes.take(socket);
      if (below !== undefined) this.#secured.set(below, socket);
      (protocol === 'http2' ? this.#http2 : this.#http1).accept(socket, peer);
    };
    this.#secure = tls && new Secure(tls, headerTimeoutMs, then, { clock, log });
  }

  /** A socket whose first bytes have been looked at. */
  accept(socket: Socket, opening: Opening, bytes: Uint8Array): void {
    this.#waiting.delete(socket);
    if (opening === 'tls' && this.#secure !== undefined) this.#handshake(socket, this.#secure);
    else if (opening === 'tls') socket.destroy();
    else if (this.#secure !== undefined) refuseClearText(socket, this.#clock);
    else if (opening === 'http1' && announcesEndlessChunk(bytes)) this.#http1.refuse(endlessChunk(), socket);
    else (opening === 'http2' ? this.#http2 : this.#http1).accept(socket, peerOf(socket));
  }

  /**
   * Closes the first of a line of connections on which nobody waits for an answer. Those that are busy go to its end, and only so many are
   * looked at: a crowd that is busy must not cost more for each that comes. False when none was found.
   */
  closeIdle(line: Set<Socket>): boolean {
    let looks = 0;
    for (const socket of line) {
      looks += 1;
      if (looks > mostLooks) return false;
      if (this.sockets.has(socket) && !socket.destroyed && this.#isIdle(socket)) {
        socket.destroy();
        this.sockets.delete(socket);
        return true;
      }
      line.delete(socket);
      line.add(socket);
    }
    return false;
  }

  /** It has said nothing yet. */
  wait(socket: Socket): void {
    this.#waiting.add(socket);
  }

  #isIdle(socket: Socket): boolean {
    const served = this.#secured.get(socket) ?? socket;
    return this.#waiting.has(socket) || this.#http1.isIdle(served) || this.#http2.isIdle(served);
  }

  #handshake(socket: Socket, secure: Secure): void {
    this.#handshakes.add(socket);
    void secure.accept(socket);
  }

  /** What is idle ends now, the rest after its answers. */
  endIdle(): void {
    this.#http1.endIdle();
    this.#http2.endIdle();
  }

  /** The same; what is in its handshake is not served. */
  close(): void {
    this.#http1.close();
    this.#http2.close();
  }
}

function endlessChunk(): Invalid {
  return new Invalid('too_large', 'the request announces a chunk of a terabyte or more');
}

/** As Go's servers say it; what asks for protection never runs without. */
function refuseClearText(socket: Socket, clock: Clock): void {
  const text = 'this port speaks HTTPS: use https:// in the URL\n';
  socket.write(
    `HTTP/1.1 400 Bad Request\r\ncontent-type: text/plain\r\ncontent-length: ${text.length}\r\nconnection: close\r\n\r\n${text}`,
  );
  linger(socket, clock);
}

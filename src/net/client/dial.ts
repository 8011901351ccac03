import { connect, type Socket } from 'node:net';
import type { Clock } from '../../core/clock.ts';
import type { Address } from './names.ts';

/** RFC 8305, section 5: the recommended pause before the next address is tried beside those that have not answered. */
const nextAddressMs = 250;
const keepAliveMs = 60_000;

/** Which of several addresses to connect to. */
export interface DialOptions {
  /** At least one, in the order in which to try them. */
  readonly addresses: readonly Address[];
  readonly port: number;
  readonly clock: Clock;
  readonly worked: (address: Address) => void;
  readonly failed: (address: Address) => void;
}

/**
 * Connects to the first address that answers. A slow one is not given up when the next is tried (Node's own autoSelectFamily does that:
 * a link slower than 250 ms then never connects). Rejects with the error of the only address, with an AggregateError of several, or
 * with signal.reason; sockets that lost are closed.
 */
export function dial(options: DialOptions, signal: AbortSignal): Promise<Socket> {
  return new Promise((resolve, reject) => {
    if (signal.aborted) return reject(signal.reason);
    new Race(options, signal, resolve, reject).next();
  });
}

class Race {
  readonly #options: DialOptions;
  readonly #signal: AbortSignal;
  readonly #resolve: (socket: Socket) => void;
  readonly #reject: (error: unknown) => void;
  readonly #running = new Map<Socket, Address>();
  readonly #errors: unknown[] = [];
  readonly #onAbort = (): void => this.#end(() => this.#reject(this.#signal.reason));
  #started = 0;
  #cancelNext: () => void = () => undefined;

  constructor(options: DialOptions, signal: AbortSignal, resolve: (socket: Socket) => void, reject: (error: unknown) => void) {
    this.#options = options;
    this.#signal = signal;
    this.#resolve = resolve;
    this.#reject = reject;
    signal.addEventListener('abort', this.#onAbort, { once: true });
  }

  /** Tries the next address, if there is one. */
  next(): void {
    this.#cancelNext();
    const { addresses, port, clock } = this.#options;
    const address = addresses[this.#started++];
    if (address === undefined) return;
    const socket = connect({ host: address.address, port, noDelay: true, keepAlive: true, keepAliveInitialDelay: keepAliveMs });
    this.#running.set(socket, address);
    socket.once('connect', () => this.#won(socket, address));
    socket.once('error', (error) => this.#lost(socket, address, error));
    if (this.#started < addresses.length) this.#cancelNext = clock.after(nextAddressMs, () => this.next());
  }

  #won(socket: Socket, address: Address): void {
    this.#running.delete(socket);
    socket.removeAllListeners();
    // Until somebody else listens: an error that nobody hears ends the process.
    socket.on('error', () => undefined);
    this.#options.worked(address);
    this.#end(() => this.#resolve(socket));
  }

  #lost(socket: Socket, address: Address, error: Error): void {
    this.#running.delete(socket);
    this.#errors.push(error);
    this.#options.failed(address);
    if (this.#started < this.#options.addresses.length) this.next();
    else if (this.#running.size === 0) this.#giveUp();
  }

  #giveUp(): void {
    const [only] = this.#errors;
    this.#end(() => this.#reject(this.#errors.length === 1 ? only : new AggregateError(this.#errors, 'no address answered')));
  }

  #end(tell: () => void): void {
    this.#cancelNext();
    this.#signal.removeEventListener('abort', this.#onAbort);
    // Silent until now: not the ones to begin with the next time.
    for (const [socket, address] of this.#running) {
      this.#options.failed(address);
      socket.removeAllListeners();
      // A socket that is closed while it connects may still report why it would have failed.
      socket.on('error', () => undefined);
      socket.destroy();
    }
    this.#running.clear();
    tell();
  }
}

import net, { type Socket } from 'node:net';
import { isDeepStrictEqual } from 'node:util';
import { formatAddress, parseAddress } from '../../core/address.ts';
import type { Clock } from '../../core/clock.ts';
import type { Held, Host, Logger, Shared } from '../../core/component.ts';
import { messageOf } from '../../core/errors.ts';
import { bind } from './bind.ts';
import { addressOf, type ConnectionOptions } from './connection.ts';
import { networkOf } from './network.ts';
import type { Server } from './serve.ts';
import { sniff } from './sniff.ts';
import { Stack } from './stack.ts';

/** Where to listen. */
export interface ListenerOptions {
  /** host:port, [::]:port or unix:/path; port 0 takes a free one. */
  readonly endpoint: string;
}

/** One bound socket, kept over a reload. TLS, HTTP/1.1 and HTTP/2 with prior knowledge, told apart by their first bytes. */
export interface Listener extends Shared {
  /** As bound: "127.0.0.1:4040", "unix:/run/flamegate.sock". */
  readonly address: string;
  /** Open now, silent ones included. */
  readonly connections: number;
  /**
   * From now on this server answers all requests, also those of connections that are already open. The function that is returned undoes that:
   * the server before it answers again. The last server is never removed, so every request gets an answer; idle connections are closed then.
   */
  serve(server: Server): () => void;
}

/** The address cannot be bound. */
export class CannotListen extends Error {
  constructor(endpoint: string, why: unknown) {
    super(`cannot listen on ${endpoint}: ${messageOf(why)}`, { cause: why });
    this.name = 'CannotListen';
  }
}

const closeGraceMs = 1000;
// As many as a kernel lets wait (net.core.somaxconn).
const mostWaiting = 4096;

/** The listener of an address, the one that is open or a new one: what a reload finds again. Rejects with CannotListen. */
export function shareListener(options: ListenerOptions, host: Host): Promise<Held<Listener>> {
  return host.share(`listener:${options.endpoint}`, () => openListener(options, host));
}

/** Binds. Rejects with CannotListen. */
export async function openListener({ endpoint }: ListenerOptions, host: Pick<Host, 'clock' | 'log'>): Promise<Listener> {
  const address = parseAddress(endpoint);
  if (address === undefined) throw new CannotListen(endpoint, 'it is no host:port, [::]:port or unix:/path');
  // As node:http sets it for itself: it has its own way with a sender that stops speaking.
  const server = net.createServer({ allowHalfOpen: true, noDelay: true });
  const listener = new BoundListener(server, host);
  await bind(server, address, host.clock).catch((why) => {
    server.close();
    throw new CannotListen(endpoint, why);
  });
  // EMFILE and its like: the connection is not there, the listener is.
  server.on('error', (why) => host.log.warn('cannot accept a connection', { endpoint, error: why.message }));
  return listener;
}

class BoundListener implements Listener {
  readonly #net: net.Server;
  readonly #clock: Clock;
  readonly #log: Logger;
  /** The newest first; the others until their last connection is gone. */
  readonly #stacks: Stack[] = [];
  readonly #waiting = new Set<Socket>();
  /** Open connections by where they come from. */
  readonly #byNetwork = new Map<string, Set<Socket>>();
  /** The newest first. */
  #servers: readonly Server[] = [];

  constructor(server: net.Server, { clock, log }: Pick<Host, 'clock' | 'log'>) {
    this.#net = server;
    this.#clock = clock;
    this.#log = log;
    server.on('connection', (socket) => this.#onConnection(socket));
  }

  get address(): string {
    const bound = this.#net.address();
    if (bound === null) return '';
    return typeof bound === 'string' ? `unix:${bound}` : formatAddress(bound.address, bound.port);
  }

  get connections(): number {
    return this.#stacks.reduce((sum, { sockets }) => sum + sockets.size, 0);
  }

  serve(server: Server): () => void {
    this.#switchTo([server, ...this.#servers]);
    return () => {
      const others = this.#servers.filter((other) => other !== server);
      if (others.length > 0) this.#switchTo(others);
      else for (const stack of this.#stacks) stack.endIdle();
    };
  }

  async close(): Promise<void> {
    const closed = new Promise((resolve) => {
      this.#net.close(resolve);
    });
    for (const socket of this.#waiting) socket.destroy();
    for (const stack of this.#stacks) stack.close();
    const cancel = this.#clock.after(closeGraceMs, () => {
      for (const { sockets } of this.#stacks) for (const socket of sockets) socket.destroy();
    });
    await closed;
    cancel();
  }

  #switchTo(servers: readonly Server[]): void {
    this.#servers = servers;
    const server = servers[0];
    if (server === undefined || isDeepStrictEqual(this.#stacks[0]?.options, server.connections)) return;
    const options = server.connections;
    const current = (): Server => this.#servers[0] ?? server;
    this.#stacks.unshift(new Stack(options, current, { clock: this.#clock, log: this.#log }));
    for (const old of this.#stacks.slice(1)) {
      // Who was let in without a certificate, or unprotected, does not stay because he came before it was asked for.
      if (!isDeepStrictEqual(old.options.tls, options.tls)) old.close();
      this.#retire(old);
    }
  }

  #onConnection(socket: Socket): void {
    const stack = this.#stacks[0];
    socket.on('error', () => {}); // 'close' follows, and that is what counts
    if (stack === undefined) return void socket.destroy();
    if (!this.#makeRoom(socket, stack.options)) return void socket.destroy();
    const most = stack.options.maxConnections ?? 0;
    if (most === 0 || this.connections < most) this.#accept(socket, stack);
    else this.#park(socket);
  }

  /** Whether there is room for one more, now that idle ones have gone if they had to. */
  #makeRoom(socket: Socket, { maxOpen = 0, maxOpenPerAddress = 0, proxies }: ConnectionOptions): boolean {
    const address = addressOf(socket);
    const isFull = maxOpen > 0 && this.connections >= maxOpen;
    if (isFull && !this.#fromOldest((stack) => stack.closeIdle(stack.sockets))) return false;
    // Behind a proxy are all who come through it.
    const isMany = address === '' || proxies?.trusts(address) === true;
    const crowd = isMany ? undefined : this.#byNetwork.get(networkOf(address));
    const isCrowded = maxOpenPerAddress > 0 && crowd !== undefined && crowd.size >= maxOpenPerAddress;
    return !isCrowded || this.#fromOldest((stack) => stack.closeIdle(crowd));
  }

  /** Those of an earlier configuration first. */
  #fromOldest(isDone: (stack: Stack) => boolean): boolean {
    return this.#stacks.toReversed().some(isDone);
  }

  #joinNetwork(socket: Socket): void {
    const network = networkOf(addressOf(socket));
    const crowd = this.#byNetwork.get(network) ?? new Set<Socket>();
    this.#byNetwork.set(network, crowd);
    crowd.add(socket);
    socket.once('close', () => {
      crowd.delete(socket);
      if (crowd.size === 0 && this.#byNetwork.get(network) === crowd) this.#byNetwork.delete(network);
    });
  }

  /** A socket that nobody reads waits like one in the kernel's backlog, which is where Alloy leaves it. */
  #park(socket: Socket): void {
    if (this.#waiting.size >= mostWaiting) return void socket.destroy();
    this.#waiting.add(socket);
    socket.once('close', () => this.#waiting.delete(socket));
  }

  #accept(socket: Socket, first: Stack): void {
    let stack = first;
    this.#joinNetwork(socket);
    stack.sockets.add(socket);
    stack.wait(socket);
    socket.once('close', () => {
      stack.sockets.delete(socket);
      this.#retire(stack);
      this.#acceptNext();
    });
    sniff(socket, stack.options, this.#clock, (opening, bytes) => {
      stack = this.#renew(socket, stack);
      stack.accept(socket, opening, bytes);
    });
  }

  /** Its stack from now on: a reload that came before its first bytes counts for it. */
  #renew(socket: Socket, old: Stack): Stack {
    const newest = this.#stacks[0] ?? old;
    if (newest === old) return old;
    old.sockets.delete(socket);
    newest.sockets.add(socket);
    this.#retire(old);
    return newest;
  }

  #acceptNext(): void {
    const [socket] = this.#waiting;
    if (socket === undefined) return;
    this.#waiting.delete(socket);
    this.#onConnection(socket);
  }

  /** Lets go of an old stack that has no connection any more. */
  #retire(stack: Stack): void {
    if (stack === this.#stacks[0] || stack.sockets.size > 0) return;
    stack.close();
    this.#stacks.splice(this.#stacks.indexOf(stack), 1);
  }
}

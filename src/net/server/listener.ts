import net, { type Socket } from 'node:net';
import { isDeepStrictEqual } from 'node:util';
import type { Clock } from '../../core/clock.ts';
import type { Held, Host, Shared } from '../../core/component.ts';
import { messageOf } from '../../core/errors.ts';
import { formatAddress, parseAddress } from './address.ts';
import type { ConnectionOptions } from './connection.ts';
import { Http1 } from './http1.ts';
import { Http2 } from './http2.ts';
import type { Server } from './serve.ts';
import { sniff } from './sniff.ts';

/** Where to listen. */
export interface ListenerOptions {
  /** host:port, [::]:port or unix:/path; port 0 takes a free one. */
  readonly endpoint: string;
}

/** One bound socket, kept over a reload. HTTP/1.1 and HTTP/2 with prior knowledge, told apart by their first bytes. */
export interface Listener extends Shared {
  /** As bound: "127.0.0.1:4040", "unix:/run/flamegate.sock". */
  readonly address: string;
  /** Open now, silent ones included. */
  readonly connections: number;
  /**
   * From now on all requests go here, also those of connections that are already open. The result takes it back: the server before it serves
   * again. The last one stays, so that there is always one who answers.
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
  const listener = new BoundListener(server, host.clock);
  await new Promise<void>((resolve, reject) => {
    server.once('error', (why) => reject(new CannotListen(endpoint, why)));
    server.listen(address.kind === 'unix' ? { path: address.path } : { host: address.host, port: address.port }, resolve);
  });
  // EMFILE and its like: the connection is not there, the listener is.
  server.on('error', (why) => host.log.warn('cannot accept a connection', { endpoint, error: why.message }));
  return listener;
}

/** Connections that share options, and with them node's two servers. */
interface Stack {
  readonly options: ConnectionOptions;
  readonly http1: Http1;
  readonly http2: Http2;
  readonly sockets: Set<Socket>;
}

class BoundListener implements Listener {
  readonly #net: net.Server;
  readonly #clock: Clock;
  /** The newest first; the others until their last connection is gone. */
  readonly #stacks: Stack[] = [];
  /** The newest first. */
  #servers: readonly Server[] = [];

  constructor(server: net.Server, clock: Clock) {
    this.#net = server;
    this.#clock = clock;
    server.on('connection', (socket) => this.#accept(socket));
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
    };
  }

  async close(): Promise<void> {
    const closed = new Promise((resolve) => {
      this.#net.close(resolve);
    });
    for (const { http1, http2 } of this.#stacks) {
      http1.close();
      http2.close();
    }
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
    const http1 = new Http1(options, current, this.#clock);
    const http2 = new Http2(options, current, this.#clock);
    this.#stacks.unshift({ options, http1, http2, sockets: new Set() });
    for (const stack of this.#stacks.slice(1)) this.#retire(stack);
  }

  #accept(socket: Socket): void {
    const stack = this.#stacks[0];
    if (stack === undefined) return void socket.destroy();
    stack.sockets.add(socket);
    socket.once('close', () => {
      stack.sockets.delete(socket);
      this.#retire(stack);
    });
    socket.on('error', () => {}); // 'close' follows, and that is what counts
    sniff(socket, stack.options, this.#clock, (opening) => {
      if (opening === 'http1') stack.http1.accept(socket);
      else if (opening === 'http2') stack.http2.accept(socket);
      else socket.destroy();
    });
  }

  /** Lets go of an old stack that has no connection any more. */
  #retire(stack: Stack): void {
    if (stack === this.#stacks[0] || stack.sockets.size > 0) return;
    stack.http1.close();
    this.#stacks.splice(this.#stacks.indexOf(stack), 1);
  }
}

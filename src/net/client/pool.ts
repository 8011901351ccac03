import type { Socket } from 'node:net';
import type { Clock } from '../../core/clock.ts';
import type { Connection, ConnectionOwner, Exchange } from './exchange.ts';
import { ConnectError } from './failure.ts';
import { Http1Connection } from './http1.ts';
import { Http2Connection } from './http2.ts';

// Go's default is no limit; a bound keeps a dead endpoint from taking every file descriptor.
const maxConnections = 4096;

/** What a pool is made of. */
export interface PoolOptions {
  /** "https://host:port" of the server, or of the proxy that forwards to it. */
  readonly origin: string;
  /** Connects and speaks TLS, by the certificates as they stand now. Rejects with why not, or with signal.reason. */
  readonly connect: (signal: AbortSignal) => Promise<Socket>;
  /** Whether a new connection may turn out to speak HTTP/2. */
  readonly mayBeHttp2: boolean;
  readonly clock: Clock;
  readonly timeoutMs: number;
  /** A connection older than that takes no more; 0: any age will do. */
  readonly maxAgeMs: number;
}

/** The connections to one server, and the exchanges that wait for one. An exchange is given to a connection only when that can begin with it. */
export class Pool implements ConnectionOwner {
  readonly #options: PoolOptions;
  /** All that take exchanges. */
  readonly #open = new Set<Connection>();
  /** Those that go on with what they have. */
  readonly #leaving = new Set<Connection>();
  /** Those with room, the one that was used last at the end: the others may fall idle. */
  readonly #ready: Connection[] = [];
  readonly #waiting = new Set<Exchange>();
  readonly #closing = new AbortController();
  /** Connected, and not ready yet. */
  readonly #settling = new Set<Connection>();
  #connecting = 0;
  #mayBeHttp2: boolean;

  constructor(options: PoolOptions) {
    this.#options = options;
    this.#mayBeHttp2 = options.mayBeHttp2;
  }

  submit(exchange: Exchange): void {
    exchange.carrier = undefined;
    if (this.#closing.signal.aborted) return void exchange.onError(new Error('the client is closed'));
    const connection = this.#take();
    if (connection !== undefined) return void connection.send(exchange);
    this.#waiting.add(exchange);
    this.#connectMore();
  }

  cancel(exchange: Exchange): void {
    if (!this.#waiting.delete(exchange)) exchange.carrier?.cancel(exchange);
  }

  /** What comes next goes over new connections; what is under way ends as it began. */
  renew(): void {
    for (const connection of [...this.#open]) this.#retire(connection);
  }

  close(): void {
    this.#closing.abort(new Error('the client is closed'));
    for (const exchange of this.#takeWaiting()) exchange.onError(new Error('the client is closed'));
    for (const connection of [...this.#open, ...this.#leaving]) connection.destroy();
    this.#leaving.clear();
  }

  onRoom(connection: Connection): void {
    this.#settling.delete(connection);
    if (this.#isOld(connection)) return void this.#retire(connection);
    while (this.#waiting.size > 0 && connection.room > 0) {
      const [exchange] = this.#waiting;
      if (exchange === undefined) break;
      this.#waiting.delete(exchange);
      connection.send(exchange);
    }
    if (connection.room > 0 && !connection.isListed) {
      connection.isListed = true;
      this.#ready.push(connection);
    }
    this.#connectMore();
  }

  onLeaving(connection: Connection): void {
    this.#forget(connection);
    this.#leaving.add(connection);
    this.#connectMore();
  }

  onOver(connection: Connection, failure?: Error): void {
    this.#settling.delete(connection);
    this.#forget(connection);
    if (failure !== undefined) this.#failed(new ConnectError(failure));
    this.#connectMore();
  }

  #take(): Connection | undefined {
    for (let connection = this.#ready.at(-1); connection !== undefined; connection = this.#ready.at(-1)) {
      const { room } = connection;
      const isOld = this.#isOld(connection);
      if (room > 1 && !isOld) return connection;
      this.#ready.pop();
      connection.isListed = false;
      if (isOld) this.#retire(connection);
      else if (room === 1) return connection;
    }
    return undefined;
  }

  #isOld({ openedAt }: Connection): boolean {
    const { clock, maxAgeMs } = this.#options;
    return maxAgeMs > 0 && clock.monotonic() - openedAt >= maxAgeMs;
  }

  #retire(connection: Connection): void {
    this.onLeaving(connection);
    connection.close();
  }

  #forget(connection: Connection): void {
    this.#open.delete(connection);
    this.#leaving.delete(connection);
    if (connection.isListed) this.#ready.splice(this.#ready.indexOf(connection), 1);
    connection.isListed = false;
  }

  /** As many connections as there are exchanges that wait; a single one where it may carry them all. */
  #connectMore(): void {
    const wanted = this.#mayBeHttp2 ? Math.min(1, this.#waiting.size) : this.#waiting.size;
    if (this.#coming >= wanted) return;
    if (this.#mayBeHttp2) for (const connection of this.#open) if (connection.hesitates) return;
    while (this.#coming < wanted && this.#open.size + this.#leaving.size + this.#connecting < maxConnections) this.#connect();
  }

  get #coming(): number {
    return this.#connecting + this.#settling.size;
  }

  #connect(): void {
    this.#connecting++;
    this.#options.connect(this.#closing.signal).then(
      (socket) => {
        this.#connecting--;
        this.#begin(socket);
      },
      (error) => {
        this.#connecting--;
        this.#failed(new ConnectError(error));
        this.#connectMore();
      },
    );
  }

  #begin(socket: Socket): void {
    if (this.#closing.signal.aborted) return void socket.destroy();
    const { origin, clock, timeoutMs } = this.#options;
    this.#mayBeHttp2 = 'alpnProtocol' in socket && socket.alpnProtocol === 'h2';
    if (this.#mayBeHttp2) {
      const connection = new Http2Connection(socket, { origin, owner: this, clock, timeoutMs });
      this.#open.add(connection);
      this.onRoom(connection);
      return;
    }
    // It says itself when it is ready.
    const connection = new Http1Connection(socket, origin, this, clock.monotonic());
    this.#open.add(connection);
    this.#settling.add(connection);
    this.#connectMore();
  }

  /** One connection less is one exchange less; the last to fail leaves none waiting. */
  #failed(error: ConnectError): void {
    const [first] = this.#waiting;
    if (first === undefined) return;
    if (this.#coming === 0 && this.#open.size === 0) {
      for (const exchange of this.#takeWaiting()) exchange.onError(error);
      return;
    }
    this.#waiting.delete(first);
    first.onError(error);
  }

  #takeWaiting(): readonly Exchange[] {
    const all = [...this.#waiting];
    this.#waiting.clear();
    return all;
  }
}

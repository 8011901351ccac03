import type { IncomingHttpHeaders } from 'node:http';
import type { Readable } from 'node:stream';

/** A request as it goes out on a connection. */
export interface Wire {
  /** With the query; of a proxy that forwards, the whole URL. */
  readonly path: string;
  readonly method: 'GET' | 'POST';
  /** [name, value, name, value, ...]; names in lower case. */
  readonly headers: string[];
  /** One piece, or what can be read once only; null for none. */
  readonly body: Uint8Array | Readable | null;
}

/** One request, and who hears of its answer: its own handler, called by whatever connection it is on. Nothing is called once it is cancelled. */
export interface Exchange {
  readonly wire: Wire;
  /** The connection that has it; undefined while it waits for one. */
  carrier: Connection | undefined;
  /** The head of an answer; informational ones (1xx) too. */
  onHead(status: number, headers: IncomingHttpHeaders): void;
  onData(piece: Uint8Array): void;
  onEnd(): void;
  /** The connection is lost, or there is none to be had; also after onHead(). */
  onError(error: Error): void;
  /** The other side has not looked at it and never will; `sent`: some of it may have been written. */
  onUnseen(sent: boolean): void;
}

/** An open connection that carries exchanges, one or several at a time. */
export interface Connection {
  /** How many more exchanges it takes now. */
  readonly room: number;
  /** Why it has no room is known and may change: another connection is no better. */
  readonly hesitates: boolean;
  /** Monotonic milliseconds. */
  readonly openedAt: number;
  /** Its owner's mark: it is among those that wait for something to carry. */
  isListed: boolean;
  send(exchange: Exchange): void;
  /** Ends an exchange on it; its handler is not called any more. */
  cancel(exchange: Exchange): void;
  /** Takes nothing new, ends when what it carries is over. */
  close(): void;
  /** Ends now; what it carries fails. */
  destroy(): void;
}

/** Who owns a connection and is told of it. */
export interface ConnectionOwner {
  /** It has room, perhaps again. */
  onRoom(connection: Connection): void;
  /** It takes nothing more and goes on with what it has. */
  onLeaving(connection: Connection): void;
  /** It is over; `failure`: before it was ready. */
  onOver(connection: Connection, failure?: Error): void;
}

import type { IncomingHttpHeaders } from 'node:http';
import type { Unserved } from './unserved.ts';

/** One request, whichever HTTP version, cleartext or TLS, brought it. http1.ts and http2.ts make it; nobody above sees node's objects. */
export interface Exchange {
  readonly method: string;
  /** Without query, repeated slashes collapsed, prefix removed. */
  readonly path: string;
  /** As received, without '?'. */
  readonly query: string;
  readonly headers: IncomingHttpHeaders;
  /** All values of a header, in order, as received: node joins or drops repeated ones in `headers`. */
  headerValues(name: string): readonly string[];
  readonly version: '1.0' | '1.1' | '2';
  readonly peer: Peer;
  /** Aborts when the sender is gone. */
  readonly signal: AbortSignal;
  /** Called once when the sender is gone before it has its answer, at once when it already is. */
  onGone(listener: (why: Unserved) => void): void;
  /** Says "100 Continue" if asked to, and hands on the body as it comes. Once. */
  receive(sink: BodySink): void;
  /** Ends the connection: there is no answer. Never throws. */
  abandon(): void;
  /** Gives back the memory of pieces that nobody needs any more, where it is theirs alone. Views into them have no bytes from then on. */
  free(pieces: readonly Uint8Array[]): void;
  /** The same as receive() for a body that is passed on while it comes: as fast as they are taken. Throws when the body was cut. */
  pieces(): AsyncIterable<Uint8Array>;
}

/** Where a body goes. */
export interface BodySink {
  piece(piece: Uint8Array): void;
  end(): void;
  /** It was cut, or is no HTTP. Nothing comes behind it, nor behind end(). */
  fail(why: unknown): void;
}

/** The other end of the connection. */
export interface Peer {
  /** Seen through trusted proxies; empty on a unix socket. */
  readonly address: string;
  readonly secure: boolean;
  /** Subject of a verified client certificate. */
  readonly certificate: string | undefined;
}

/** A whole answer: everything we say fits in memory. */
export interface Reply {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: Uint8Array;
  readonly trailers?: Readonly<Record<string, string>>;
}

/**
 * How one protocol says yes and no. Chosen by path and content type before anything else, so that every refusal, whichever step it comes
 * from, is worded as its sender expects.
 */
export interface Dialect {
  readonly name: 'plain' | 'connect' | 'grpc' | 'grpc_web';
  /** Its messages are framed and compressed one by one: no Content-Encoding applies to the body as a whole. */
  readonly isFramed: boolean;
  /** By the one table in reply.ts. */
  refuse(why: unknown): Reply;
  /** Connect-Timeout-Ms, grpc-timeout; undefined when the sender named none. Throws Invalid when it is no number. */
  deadlineMs(headers: IncomingHttpHeaders): number | undefined;
  /** How large the body will be by its first bytes, where the protocol says that in the body itself. */
  announcedBytes?(start: Uint8Array): number | undefined;
}

/** What is served at one path. */
export interface Route {
  readonly methods: readonly string[];
  /** Content-Encoding is ours to undo; /ingest bodies stay as they are. */
  readonly inflates: boolean;
  /** The body is left to the route, which takes it from exchange.pieces(): it may be larger than we would hold, for longer than we would wait. */
  readonly streams?: boolean;
  /** For whoever asks, without credentials: a balancer has none. Its body is a few bytes. */
  readonly open?: boolean;
  /** In which a request with these headers hears its answer, a refusal included. Never throws. */
  dialect(headers: IncomingHttpHeaders): Dialect;
  /** Throws Unserved when no protocol of this path speaks the content type. Asked before the body is read. */
  check?(headers: IncomingHttpHeaders): void;
  /** At once where nothing has to be waited for. Throws or rejects with what is refused. */
  handle(request: Request): Reply | Promise<Reply>;
}

/** What a route gets: identity checked, bytes reserved, body whole and inflated, deadline running. */
export interface Request {
  readonly exchange: Exchange;
  /** When its head was there, monotonic milliseconds. */
  readonly startedAt: number;
  readonly identity: Identity;
  /** Whose profiles these are, by the sender's tenant header or the default; empty when there is none. */
  readonly tenant: string;
  /** Pieces as read: joined once, when the outgoing body is built. */
  readonly body: readonly Uint8Array[];
  /** Nobody needs the body any more, nor views into it: its memory goes back before the garbage collector comes. */
  freeBody(): void;
  /** Undoes an encoding inside the body, within the same limits: gRPC compresses messages, not bodies. Rejects with Invalid or Refused. */
  inflate(pieces: readonly Uint8Array[], encoding: string): Promise<readonly Uint8Array[]>;
  /** The sender is gone or its deadline has passed. Made when it is asked for: who only looks asks throwIfOver(). */
  readonly signal: AbortSignal;
  /** Throws what the signal would abort with, once it has. */
  throwIfOver(): void;
  /** When that deadline passes, monotonic milliseconds; undefined when it named none. */
  readonly deadlineAt: number | undefined;
}

/** Who sends. */
export interface Identity {
  /** Of the user, or subject of a verified client certificate; empty when nobody has to prove who they are, and with tokens. */
  readonly name: string;
  /** undefined: any. */
  readonly tenants: readonly string[] | undefined;
}

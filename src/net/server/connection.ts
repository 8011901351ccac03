import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import type { Clock } from '../../core/clock.ts';
import type { ListenerTls } from '../tls.ts';
import type { Peer } from './exchange.ts';
import type { TrustedProxies } from './proxies.ts';

/** What holds for every connection of a server. */
export interface ConnectionOptions {
  /** Served below this path as well; empty for none. */
  readonly pathPrefix: string;
  /** First byte to end of the head. */
  readonly headerTimeoutMs: number;
  /** Between requests, and before the first byte. */
  readonly idleTimeoutMs: number;
  /** All of a head. */
  readonly maxHeaderBytes: number;
  /** Requests at once: HTTP/2 streams, or pipelined. */
  readonly maxStreams: number;
  /** undefined: a TLS hello is closed. */
  readonly tls?: ListenerTls | undefined;
  /** Connections above it wait until another one closes, as with Alloy's conn_limit; 0 or none: no limit. */
  readonly maxConnections?: number | undefined;
  /** Above it the oldest idle connection is closed, or the new one when there is none; 0 or none: no limit. */
  readonly maxOpen?: number | undefined;
  /** The same for connections of one address. */
  readonly maxOpenPerAddress?: number | undefined;
  /** A connection that is older ends after its next answer, give or take a tenth; 0 or none: never. */
  readonly maxAgeMs?: number | undefined;
  /** undefined: the sender is who connects. */
  readonly proxies?: TrustedProxies | undefined;
}

/** How long a sender may take to read the answer before its connection is destroyed, milliseconds. */
export const lingerMs = 1000;

/** The other end of a socket that speaks in the clear. */
export function peerOf(socket: Socket): Peer {
  return { address: addressOf(socket), secure: false, certificate: undefined };
}

/** A sender's address as people write it: on [::] the kernel wraps those of IPv4. Empty on a unix socket. */
export function addressOf(socket: Socket): string {
  return (socket.remoteAddress ?? '').replace(/^::ffff:(?=\d+\.)/, '');
}

/**
 * Ends a connection so that the sender can still read the answer. A kernel that closes a socket with unread bytes in it sends a reset, which
 * discards the answer at the other side: a 413 would never be seen. So only the writing side is closed, and bytes are read and dropped until
 * the sender closes too, for a second at most (RFC 9112 section 9.6).
 */
export function linger(socket: Duplex, clock: Clock): void {
  socket.end();
  socket.resume();
  destroyAfter(socket, lingerMs, clock);
}

/** Destroys a socket that has not closed by itself until then. */
export function destroyAfter(socket: Duplex, ms: number, clock: Clock): void {
  const cancel = clock.after(ms, () => socket.destroy());
  socket.once('close', cancel);
}

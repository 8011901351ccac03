import type { Socket } from 'node:net';
import type { Clock } from '../../core/clock.ts';
import type { ConnectionOptions } from './connection.ts';

/** What the first bytes of a connection are the beginning of. */
export type Opening = 'tls' | 'http1' | 'http2';

const preface = Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n', 'latin1');
const tlsHandshake = 0x16;

/**
 * Waits for the first bytes, puts them back and says what they begin. A socket that says nothing for as long as it may be idle, or not
 * enough for as long as a head may take, is destroyed, and nothing is said of it.
 */
export function sniff(socket: Socket, options: ConnectionOptions, clock: Clock, then: (opening: Opening) => void): void {
  const close = (): void => void socket.destroy();
  let cancel = clock.after(options.idleTimeoutMs, close);
  let seen: Buffer = Buffer.alloc(0);
  const onReadable = (): void => {
    const chunk: Buffer | null = socket.read();
    if (chunk === null) return;
    if (seen.length === 0) {
      cancel();
      cancel = clock.after(options.headerTimeoutMs, close);
    }
    seen = seen.length === 0 ? chunk : Buffer.concat([seen, chunk]);
    const opening = openingOf(seen);
    if (opening === undefined) return;
    end();
    socket.unshift(seen);
    then(opening);
  };
  const onEnd = (): void => void socket.destroy();
  const end = (): void => {
    cancel();
    socket.off('readable', onReadable).off('end', onEnd).off('close', end);
  };
  socket.on('readable', onReadable).on('end', onEnd).on('close', end);
}

/** undefined when more bytes are needed. */
export function openingOf(bytes: Uint8Array): Opening | undefined {
  if (bytes[0] === tlsHandshake) return 'tls';
  const length = Math.min(bytes.length, preface.length);
  if (preface.compare(bytes, 0, length, 0, length) !== 0) return 'http1';
  return length === preface.length ? 'http2' : undefined;
}

import type { Socket } from 'node:net';
import type { Clock } from '../../core/clock.ts';
import type { ConnectionOptions } from './connection.ts';

/** What the first bytes of a connection are the beginning of. */
export type Opening = 'tls' | 'http1' | 'http2';

const preface = Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n', 'latin1');
const tlsHandshake = 0x16;
const longestLook = 16 * 1024;

/**
 * Waits for the first bytes, puts them back and says what they begin. A socket that says nothing for as long as it may be idle, or not
 * enough for as long as a head may take, is destroyed, and nothing is said of it.
 */
export function sniff(socket: Socket, options: ConnectionOptions, clock: Clock, then: (opening: Opening, bytes: Uint8Array) => void): void {
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
    then(opening, seen);
  };
  const onEnd = (): void => void socket.destroy();
  const end = (): void => {
    cancel();
    socket.off('readable', onReadable).off('end', onEnd).off('close', end);
  };
  socket.on('readable', onReadable).on('end', onEnd).on('close', end);
}

/**
 * Whether a request announces a chunk of a terabyte or more, as far as can be told by the first bytes of its connection. Nothing may be that
 * large, and node's parser, which does not tell of sizes, would wait for all of it.
 */
export function announcesEndlessChunk(bytes: Uint8Array): boolean {
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, Math.min(bytes.length, longestLook)).toString('latin1');
  const end = text.indexOf('\r\n\r\n');
  if (end < 0 || !/\r\ntransfer-encoding:[ \t]*chunked[ \t]*\r\n/i.test(text.slice(0, end + 2))) return false;
  return /^0*[1-9a-f][0-9a-f]{10,15}[ \t]*[;\r]/i.test(text.slice(end + 4));
}

/** undefined when more bytes are needed. */
export function openingOf(bytes: Uint8Array): Opening | undefined {
  if (bytes[0] === tlsHandshake) return 'tls';
  const length = Math.min(bytes.length, preface.length);
  if (preface.compare(bytes, 0, length, 0, length) !== 0) return 'http1';
  return length === preface.length ? 'http2' : undefined;
}

import type { Server as HttpServer } from 'node:http';
import type { Http2Server } from 'node:http2';
import { type AddressInfo, createServer, type Socket } from 'node:net';

/** A bound port. */
export interface OnePort {
  readonly port: number;
  /** Breaks off what is open; resolves when the port is free. */
  close(): Promise<void>;
}

/**
 * Binds a cleartext port that speaks HTTP/1.1 and HTTP/2 with prior knowledge, told apart by the first bytes. Rejects with the error of
 * listen(). The two servers never listen themselves.
 */
export async function openOnePort(
  address: { readonly host: string; readonly port: number },
  http1: HttpServer,
  http2: Http2Server,
): Promise<OnePort> {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
    // A peer that breaks off is an everyday event for a stand-in that others are tested against.
    socket.on('error', () => socket.destroy());
    socket.once('end', () => socket.destroy());
    handOver(socket, http1, http2);
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(address, () => resolve());
  });
  const { port } = server.address() as AddressInfo; // of a TCP port that is bound
  return {
    port,
    async close() {
      const closed = new Promise((resolve) => server.close(resolve));
      for (const socket of sockets) socket.destroy();
      await closed;
    },
  };
}

function handOver(socket: Socket, http1: HttpServer, http2: Http2Server): void {
  let seen: Buffer = Buffer.alloc(0);
  const onReadable = (): void => {
    const chunk: Buffer | null = socket.read();
    if (chunk === null) return;
    seen = Buffer.concat([seen, chunk]);
    // "PRI * HTTP/2.0": the third byte tells it from PROPFIND, the first from everything else.
    const beginning = seen.toString('latin1', 0, 3);
    if (beginning !== 'PRI' && 'PRI'.startsWith(beginning)) return;
    socket.off('readable', onReadable);
    socket.unshift(seen);
    const server = beginning === 'PRI' ? http2 : http1;
    server.emit('connection', socket);
  };
  socket.on('readable', onReadable);
}

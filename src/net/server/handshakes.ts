import type { Socket } from 'node:net';

/** Sockets in a TLS handshake, by their other end: all that they share with the socket that node makes above them. */
export class Handshakes {
  readonly #sockets = new Map<string, Socket>();

  get size(): number {
    return this.#sockets.size;
  }

  add(socket: Socket): void {
    const end = otherEnd(socket); // a closed socket knows it no more
    this.#sockets.set(end, socket);
    socket.once('close', () => {
      if (this.#sockets.get(end) === socket) this.#sockets.delete(end);
    });
  }

  /** The socket below this one; its handshake is over. */
  take(secured: Socket): Socket | undefined {
    const end = otherEnd(secured);
    const socket = this.#sockets.get(end);
    this.#sockets.delete(end);
    return socket;
  }
}

function otherEnd({ remoteAddress, remotePort }: Socket): string {
  return `${remoteAddress} ${remotePort}`;
}

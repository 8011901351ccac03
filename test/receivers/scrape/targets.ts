import { once } from 'node:events';
import http from 'node:http';
import type { AddressInfo, Socket } from 'node:net';

/** The smallest that counts as a profile. */
export const profile = Buffer.from('0a026f6b', 'hex');

/** How a target answers; nothing leaves the request without an answer. */
export type TargetAnswer = (request: http.IncomingMessage, response: http.ServerResponse) => unknown;

/** Applications that serve profiles. */
export interface Targets {
  /** "127.0.0.1:PORT" of each. */
  readonly addresses: readonly string[];
  /** How often one was asked. */
  asked(address: string): number;
  close(): Promise<void>;
}

const good: TargetAnswer = (_request, response) => response.writeHead(200, { 'content-type': 'application/octet-stream' }).end(profile);

/** Starts so many, each on a port of its own. */
export async function startTargets(count: number, answer: TargetAnswer = good): Promise<Targets> {
  const asked = new Map<string, number>();
  const sockets = new Set<Socket>();
  const servers = await Promise.all(
    Array.from({ length: count }, async () => {
      const server = http.createServer((request, response) => {
        const { port } = server.address() as AddressInfo; // as: a TCP server that listens has one
        const address = `127.0.0.1:${port}`;
        asked.set(address, (asked.get(address) ?? 0) + 1);
        answer(request, response);
      });
      server.on('connection', (socket) => {
        sockets.add(socket);
        socket.on('close', () => sockets.delete(socket));
      });
      server.listen(0, '127.0.0.1');
      await once(server, 'listening');
      return server;
    }),
  );
  return {
    addresses: servers.map((server) => `127.0.0.1:${(server.address() as AddressInfo).port}`),
    asked: (address) => asked.get(address) ?? 0,
    async close() {
      for (const socket of sockets) socket.destroy();
      await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
    },
  };
}

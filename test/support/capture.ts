import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { fromBinary } from '@bufbuild/protobuf';
import { type PushRequest, PushRequestSchema } from '../../src/gen/push/v1/push_pb.ts';

/** One request that came, its body whole. */
export interface Arrival {
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
  /** The body as a push; throws when it is none. */
  push(): PushRequest;
}

/** How to answer; undefined leaves the request without an answer for ever. */
export type Answer = (
  arrival: Arrival,
) => { readonly status: number; readonly headers?: Record<string, string>; readonly body?: string | Buffer } | undefined;

/** An upstream over HTTP/1.1 that keeps what arrives. */
export interface Capture {
  readonly url: string;
  readonly arrivals: readonly Arrival[];
  /** From now on. */
  answer(how: Answer): void;
  /** Resolves with the first so many arrivals for which the predicate holds. */
  take(count: number, is?: (arrival: Arrival) => boolean): Promise<readonly Arrival[]>;
  close(): Promise<void>;
}

const good: Answer = ({ path }) =>
  path === '/ingest' ? { status: 200 } : { status: 200, headers: { 'content-type': 'application/proto' } };

export async function startCapture(): Promise<Capture> {
  const arrivals: Arrival[] = [];
  const waiting = new Set<() => void>();
  const sockets = new Set<Socket>();
  let answer = good;
  const server = createServer((request, response) => {
    const pieces: Buffer[] = [];
    request.on('data', (piece: Buffer) => pieces.push(piece));
    request.on('end', () => {
      const url = new URL(request.url ?? '', 'http://capture');
      const body = Buffer.concat(pieces);
      const arrival = {
        path: url.pathname,
        query: url.searchParams,
        headers: request.headers,
        body,
        push: () => fromBinary(PushRequestSchema, body),
      };
      arrivals.push(arrival);
      for (const look of waiting) look();
      const given = answer(arrival);
      if (given !== undefined) response.writeHead(given.status, given.headers).end(given.body);
    });
  });
  server.on('connection', (socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    arrivals,
    answer(how) {
      answer = how;
    },
    take: (count, is = () => true) =>
      new Promise((resolve) => {
        const look = (): void => {
          const found = arrivals.filter(is);
          if (found.length < count) return;
          waiting.delete(look);
          resolve(found.slice(0, count));
        };
        waiting.add(look);
        look();
      }),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        for (const socket of sockets) socket.destroy();
      }),
  };
}

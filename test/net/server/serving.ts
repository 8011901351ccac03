import http from 'node:http';
import http2 from 'node:http2';
import net from 'node:net';
import type { TestContext } from 'node:test';
import { type Clock, systemClock } from '../../../src/core/clock.ts';
import { Admission } from '../../../src/net/server/admission.ts';
import { plain } from '../../../src/net/server/dialect.ts';
import type { Route } from '../../../src/net/server/exchange.ts';
import { type Listener, openListener } from '../../../src/net/server/listener.ts';
import type { RefusalReason } from '../../../src/net/server/reply.ts';
import { createServer, type HttpServer, type ServerOptions } from '../../../src/net/server/serve.ts';
import { createTestHost, type TestHost } from '../../support/host.ts';

/** A listener with one server behind it, and what that refused. */
export interface Serving {
  readonly port: number;
  readonly listener: Listener;
  readonly server: HttpServer;
  readonly host: TestHost;
  readonly admission: Admission;
  readonly refused: RefusalReason[];
}

export interface ServingOptions extends Partial<Omit<ServerOptions, 'connections'>> {
  readonly connections?: Partial<ServerOptions['connections']>;
  readonly endpoint?: string;
  readonly host?: TestHost;
}

/** Answers with what it was sent, and its length in a header. */
export const echo: Route = {
  methods: ['POST'],
  inflates: true,
  dialect: () => plain,
  handle: ({ body }) => Promise.resolve({ status: 200, headers: { 'x-bytes': String(sizeOf(body)) }, body: Buffer.concat(body) }),
};

export function routeOf(handle: Route['handle'], more: Partial<Route> = {}): Route {
  return { ...echo, handle, ...more };
}

export function serverOptions(host: TestHost, options: ServingOptions = {}): ServerOptions & { refusals: RefusalReason[] } {
  const refusals: RefusalReason[] = [];
  const clock: Clock = options.clock ?? systemClock;
  return {
    log: host.log,
    random: () => 0.5,
    admission: new Admission(1024 * 1024),
    maxRequestBytes: 256 * 1024,
    maxDecompressedBytes: 512 * 1024,
    requestTimeoutMs: 60_000,
    minBytesPerSecond: 0,
    senders: { authenticator: undefined, tenant: undefined },
    notFound: 'served here: /echo',
    lameDuck: () => false,
    memoryLevel: () => 'ok',
    refused: (reason) => refusals.push(reason),
    ...options,
    clock,
    connections: {
      pathPrefix: '',
      headerTimeoutMs: 10_000,
      idleTimeoutMs: 120_000,
      maxHeaderBytes: 16 * 1024,
      maxStreams: 100,
      ...options.connections,
    },
    refusals,
  };
}

/** Stopped when the test is over. */
export async function serving(t: TestContext, routes: Readonly<Record<string, Route>>, options: ServingOptions = {}): Promise<Serving> {
  const host = options.host ?? createTestHost(options.clock === undefined ? {} : { clock: options.clock });
  const settings = serverOptions(host, options);
  const server = createServer(new Map(Object.entries(routes)), settings);
  const listener = await openListener({ endpoint: options.endpoint ?? '127.0.0.1:0' }, host);
  listener.serve(server);
  t.after(() => listener.close());
  return {
    port: Number(/:(\d+)$/.exec(listener.address)?.[1]),
    listener,
    server,
    host,
    admission: settings.admission,
    refused: settings.refusals,
  };
}

/** One HTTP/1.1 answer. */
export interface Answer {
  readonly status: number;
  readonly headers: http.IncomingHttpHeaders;
  readonly body: Buffer;
  readonly trailers: NodeJS.Dict<string>;
}

export interface Call {
  readonly method?: string;
  readonly path?: string;
  readonly headers?: http.OutgoingHttpHeaders;
  readonly body?: Uint8Array | string;
  readonly agent?: http.Agent;
}

export function call(port: number, { method = 'POST', path = '/echo', headers = {}, body = '', agent }: Call = {}): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const request = http.request({ host: '127.0.0.1', port, method, path, headers, agent: agent ?? false }, (response) => {
      const pieces: Buffer[] = [];
      response.on('data', (piece: Buffer) => pieces.push(piece));
      response.on('error', reject);
      response.on('end', () => {
        const { statusCode: status = 0, headers, trailers } = response;
        resolve({ status, headers, trailers, body: Buffer.concat(pieces) });
      });
    });
    request.on('error', reject);
    request.end(body);
  });
}

/** One answer over HTTP/2, on a session of its own unless one is given. */
export async function call2(port: number, options: Omit<Call, 'agent'> = {}, session?: http2.ClientHttp2Session): Promise<Answer> {
  const client = session ?? http2.connect(`http://127.0.0.1:${port}`);
  try {
    return await callOn(client, options);
  } finally {
    if (session === undefined) client.close();
  }
}

function callOn(client: http2.ClientHttp2Session, { method = 'POST', path = '/echo', headers = {}, body = '' }: Call): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const stream = client.request({ ...headers, ':method': method, ':path': path });
    const pieces: Buffer[] = [];
    let head: http2.IncomingHttpHeaders = {};
    let trailers: NodeJS.Dict<string> = {};
    client.on('error', reject);
    stream.on('response', (received) => {
      head = received;
    });
    stream.on('trailers', (received: NodeJS.Dict<string>) => {
      trailers = received;
    });
    stream.on('data', (piece: Buffer) => pieces.push(piece));
    stream.on('error', reject);
    stream.on('close', () => resolve({ status: Number(head[':status'] ?? 0), headers: head, trailers, body: Buffer.concat(pieces) }));
    stream.end(body);
  });
}

/** Writes bytes as they are and resolves with everything the other side said until it closed. */
export function raw(port: number, bytes: string | Uint8Array, then?: (socket: net.Socket) => void): Promise<string> {
  return new Promise((resolve) => {
    const socket = net.connect({ host: '127.0.0.1', port });
    let text = '';
    socket.on('data', (piece) => {
      text += piece.toString('latin1');
    });
    socket.on('error', () => {});
    socket.on('close', () => resolve(text));
    socket.write(bytes, () => then?.(socket));
  });
}

/** Resolves when the condition holds, looked at once a turn of the event loop; the test's own time limit ends a wait for nothing. */
export async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setImmediate(resolve));
}

function sizeOf(pieces: readonly Uint8Array[]): number {
  return pieces.reduce((sum, piece) => sum + piece.length, 0);
}

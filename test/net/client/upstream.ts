import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { HttpOutcome, OutgoingHttp } from '../../../src/net/client/client.ts';
import type { HttpClientConfig } from '../../../src/net/client/schema.ts';
import { HttpClientSchema } from '../../../src/net/client/schema.ts';

/** A request as an upstream saw it. */
export interface Seen {
  readonly method: string;
  readonly path: string;
  /** Names in lower case, one entry a line on the wire. */
  readonly headers: readonly (readonly [name: string, value: string])[];
  readonly body: Buffer;
}

/** A server on a free port that keeps what it saw. */
export interface Upstream extends AsyncDisposable {
  readonly url: string;
  readonly port: number;
  readonly seen: Seen[];
  readonly server: Server;
  /** TCP connections since it listens. */
  readonly connections: () => number;
}

/** Answers every request with `answer`, after its body was read. */
export async function createUpstream(
  answer: (response: ServerResponse, seen: Seen) => void = (response) => response.end(),
): Promise<Upstream> {
  const seen: Seen[] = [];
  let connections = 0;
  const server = createServer(async (request, response) => {
    const one = await read(request);
    seen.push(one);
    answer(response, one);
  });
  server.on('connection', () => connections++);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo; // listening on TCP
  return {
    url: `http://127.0.0.1:${port}`,
    port,
    seen,
    server,
    connections: () => connections,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

export async function read(request: IncomingMessage): Promise<Seen> {
  const pieces: Buffer[] = [];
  for await (const piece of request) pieces.push(piece);
  const headers: [string, string][] = [];
  for (let i = 0; i < request.rawHeaders.length; i += 2)
    headers.push([String(request.rawHeaders[i]).toLowerCase(), String(request.rawHeaders[i + 1])]);
  return { method: request.method ?? '', path: request.url ?? '', headers, body: Buffer.concat(pieces) };
}

/** All values of a header, in order. */
export function values(seen: Seen | undefined, name: string): string[] {
  return (seen?.headers ?? []).filter(([key]) => key === name).map(([, value]) => value);
}

/** A configuration as the loader would give it. */
export function config(url: string, more: object = {}): HttpClientConfig {
  return HttpClientSchema.parse({ url, ...more });
}

export const never = new AbortController().signal;

/** A small push. */
export function push(more: Partial<OutgoingHttp> = {}): OutgoingHttp {
  return { path: '/ingest', query: 'name=app', headers: { 'content-type': 'application/proto' }, body: Buffer.from('profile'), ...more };
}

/** "503 later", "timeout: ...", "aborted". */
export function inWords(outcome: HttpOutcome): string {
  if (outcome.kind === 'response') return `${outcome.status} ${outcome.text}`.trim();
  return outcome.kind === 'failure' ? `${outcome.cause}: ${outcome.message}` : outcome.kind;
}

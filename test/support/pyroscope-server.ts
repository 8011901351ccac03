import { once } from 'node:events';
import http from 'node:http';
import type { AddressInfo } from 'node:net';

/** One request as the server got it. */
export interface Arrival {
  readonly method: string;
  readonly path: string;
  readonly query: string;
  /** Names in lower case. */
  readonly headers: http.IncomingHttpHeaders;
  /** Names and values as they came. */
  readonly rawHeaders: readonly string[];
  readonly body: Buffer;
}

/** What the server does with a request. */
export type ScriptedAnswer =
  /** Everything that is left out is what a Pyroscope says when it takes a profile; `after`: not before that. */
  | {
      readonly status?: number;
      readonly headers?: Readonly<Record<string, string>>;
      readonly body?: string;
      readonly after?: Promise<void>;
    }
  /** A Connect error: the JSON body, with this HTTP status. */
  | { readonly code: string; readonly status: number; readonly message?: string; readonly headers?: Readonly<Record<string, string>> }
  /** Cuts the connection, or never answers. */
  | { readonly do: 'reset' | 'stall' };

/** Says what to do with a request; `count` is 1 for the first. */
export type Script = (arrival: Arrival, count: number) => ScriptedAnswer;

/** A real HTTP server in the place of a Pyroscope, which takes everything until it is told otherwise. */
export interface PyroscopeServer {
  readonly url: string;
  /** Everything that came, in the order of its last byte. */
  readonly arrivals: readonly Arrival[];
  /** From the next request on. A list is used in order, its last answer again and again. */
  script(script: Script | readonly ScriptedAnswer[]): void;
  /** Resolves when so many requests have come. */
  received(count: number): Promise<void>;
  close(): Promise<void>;
}

export async function startPyroscopeServer(script: Script | readonly ScriptedAnswer[] = () => ({})): Promise<PyroscopeServer> {
  const arrivals: Arrival[] = [];
  const waiting = new Set<{ readonly count: number; readonly resolve: () => void }>();
  let current = scriptOf(script);
  let scripted = 0;
  const server = http.createServer((request, response) => {
    const pieces: Buffer[] = [];
    request.on('data', (piece: Buffer) => pieces.push(piece));
    request.on('error', () => {}); // the client has cut it, and says so itself
    request.on('end', () => {
      const [path = '', query = ''] = (request.url ?? '').split('?', 2);
      const { method = '', headers, rawHeaders } = request;
      const arrival: Arrival = { method, path, query, headers, rawHeaders, body: Buffer.concat(pieces) };
      arrivals.push(arrival);
      for (const one of waiting) if (arrivals.length >= one.count) one.resolve();
      scripted += 1;
      answer(current(arrival, scripted), path, response);
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo; // as: a TCP server that listens has one
  return {
    url: `http://127.0.0.1:${port}`,
    arrivals,
    script(next) {
      current = scriptOf(next);
      scripted = 0;
    },
    async received(count) {
      if (arrivals.length >= count) return;
      const { promise, resolve } = Promise.withResolvers<void>();
      const one = { count, resolve };
      waiting.add(one);
      await promise.finally(() => waiting.delete(one));
    },
    async close() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

function scriptOf(script: Script | readonly ScriptedAnswer[]): Script {
  if (typeof script === 'function') return script;
  return (_arrival, count) => script[Math.min(count, script.length) - 1] ?? {};
}

function answer(scripted: ScriptedAnswer, path: string, response: http.ServerResponse): void {
  if ('do' in scripted) {
    if (scripted.do === 'reset') response.destroy();
    return;
  }
  const isPush = path.endsWith('/push.v1.PusherService/Push');
  if ('code' in scripted) {
    const body = JSON.stringify({ code: scripted.code, message: scripted.message ?? 'from the test' });
    response.writeHead(scripted.status, { 'Content-Type': 'application/json', ...scripted.headers }).end(body);
    return;
  }
  const status = scripted.status ?? 200;
  const type: Record<string, string> = isPush && status < 300 ? { 'Content-Type': 'application/proto' } : {};
  const say = (): unknown => response.writeHead(status, { ...type, ...scripted.headers }).end(scripted.body ?? '');
  if (scripted.after === undefined) say();
  else void scripted.after.then(say);
}

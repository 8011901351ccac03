import { readFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { createSecureServer, type Http2ServerRequest } from 'node:http2';
import type { AddressInfo, Server, Socket } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { gunzipSync } from 'node:zlib';
import { bytesOf, decodePush, factsOf } from './bodies.ts';
import type { Facts, Observe, ScriptStep, UpstreamSpec } from './case.ts';
import { type Named, type Names, tlsFolder } from './names.ts';
import { freePort } from './ports.ts';

type IncomingRequest = IncomingMessage | Http2ServerRequest;

const pushPath = '/push.v1.PusherService/Push';
/** Noted of every request; a case asks for more. */
const usualHeaders = ['content-type', 'content-encoding', 'authorization', 'x-scope-orgid'];

/** One scripted server, which notes what arrives. */
export class Upstream implements Named {
  /** In order of arrival. */
  readonly seen: Record<string, unknown>[] = [];
  /** Milliseconds of each arrival. */
  readonly arrivals: number[] = [];
  /** How many were opened. */
  connections = 0;
  readonly #spec: UpstreamSpec;
  readonly #observe: Observe;
  readonly #sockets = new Set<Socket>();
  #server: Server | undefined;
  #port = 0;
  #steps = 0;
  #names: Names | undefined;

  constructor(spec: UpstreamSpec, observe: Observe) {
    this.#spec = spec;
    this.#observe = observe;
  }

  get host(): string {
    return `127.0.0.1:${this.#port}`;
  }

  get url(): string {
    return `${this.#spec.kind === 'tls' ? 'https' : 'http'}://${this.host}`;
  }

  /** What its scripts are filled with: known once every server has a port. */
  use(names: Names): void {
    this.#names = names;
  }

  async start(): Promise<void> {
    if (this.#spec.kind === 'refuse') {
      this.#port = await freePort();
      return;
    }
    const server =
      this.#spec.kind === 'tls'
        ? this.#secure()
        : createServer({ keepAliveTimeout: 30_000 }, (request, response) => void this.#handle(request, response));
    server.on('connection', (socket: Socket) => {
      this.connections += 1;
      this.#sockets.add(socket);
      socket.on('error', () => {}); // cut by the gateway, or by us
      socket.on('close', () => this.#sockets.delete(socket));
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    this.#port = (server.address() as AddressInfo).port; // as: it listens on a port
    this.#server = server;
  }

  stop(): void {
    this.#server?.close();
    for (const socket of this.#sockets) socket.destroy();
  }

  #secure(): Server {
    const name = this.#spec.cert ?? 'server';
    const server = createSecureServer(
      {
        allowHTTP1: true,
        key: readFileSync(join(tlsFolder, `${name}.key`)),
        cert: readFileSync(join(tlsFolder, `${name}.pem`)),
        ...(this.#spec.clientCert === true
          ? { ca: readFileSync(join(tlsFolder, 'ca.pem')), requestCert: true, rejectUnauthorized: true }
          : {}),
      },
      (request, response) => void this.#handle(request, response as unknown as ServerResponse), // as: node:http2 imitates that class
    );
    server.on('tlsClientError', () => {}); // what the case is about
    return server;
  }

  async #handle(request: IncomingRequest, response: ServerResponse): Promise<void> {
    const arrived = performance.now();
    response.on('error', () => {}); // cut by the gateway, or by us
    const { body, whole } = await readBody(request);
    const noted = this.#note(request, body);
    if (!whole) noted['cutOff'] = true;
    this.seen.push(noted);
    this.arrivals.push(arrived);
    const target = request.url ?? '';
    if (whole) await this.#answer(this.#step(`${target}\n${body.toString('latin1')}`), target, request.socket, response, noted);
  }

  /** A step that fits the content, else the next one in line, of which the last repeats. */
  #step(content: string): ScriptStep {
    const script = this.#spec.script ?? [{}];
    const fitting = script.find(({ when }) => when !== undefined && content.includes(when));
    if (fitting !== undefined) return fitting;
    const line = script.filter(({ when }) => when === undefined);
    const step = line[Math.min(this.#steps, line.length - 1)];
    this.#steps += 1;
    return step ?? {};
  }

  async #answer(step: ScriptStep, target: string, socket: Socket, response: ServerResponse, noted: Record<string, unknown>): Promise<void> {
    if (step.do === 'stall' || step.do === 'stall-body') {
      response.on('close', () => {
        noted['hungUp'] = true;
      });
      if (step.do === 'stall-body') writePart(response, step, target);
      return;
    }
    if (step.delayMs !== undefined) await sleep(step.delayMs);
    if (step.do === 'reset') socket.resetAndDestroy();
    else if (step.do === 'close') socket.destroy();
    else if (step.do === 'truncate') {
      writePart(response, step, target);
      await sleep(20);
      socket.destroy();
    } else this.#reply(step, target, response);
  }

  #reply(step: ScriptStep, target: string, response: ServerResponse): void {
    const status = step.status ?? (step.code === undefined ? 200 : 500);
    const body =
      step.code === undefined
        ? bytesOf(step.body)
        : Buffer.from(JSON.stringify({ code: step.code, message: step.message ?? 'from upstream' }));
    const good = status === 200 && body.length === 0;
    const headers: Record<string, string> = {
      'content-type': step.code === undefined ? (good ? contentTypeOf(target) : 'text/plain') : 'application/json',
    };
    for (const [name, value] of Object.entries(step.headers ?? {})) headers[name.toLowerCase()] = this.#names?.fill(value) ?? value;
    const bare = status === 204 || status === 304;
    if (!bare) headers['content-length'] = String(body.length);
    response.writeHead(status, headers);
    response.end(bare ? undefined : body);
  }

  #note(request: IncomingRequest, body: Buffer): Record<string, unknown> {
    const [target = '', ...rest] = (request.url ?? '').split('?');
    const query = rest.join('?');
    const noted: Record<string, unknown> = { method: request.method, path: this.#unfill(target) };
    if (query !== '') noted['query'] = [...new URLSearchParams(query)].sort(byName).map((pair) => pair.join('='));
    if (query !== '' && this.#observe.rawQuery === true) noted['rawQuery'] = query;
    if (this.#observe.httpVersion === true) noted['http'] = request.httpVersion;
    const headers = this.#headersOf(request);
    if (Object.keys(headers).length > 0) noted['headers'] = headers;
    return { ...noted, ...this.#noteBody(request, target, body) };
  }

  #headersOf(request: IncomingRequest): Facts {
    const wanted = new Set([...usualHeaders, ...(this.#observe.headers ?? []).map((name) => name.toLowerCase())]);
    const found = new Map<string, string[]>();
    const flat = request.rawHeaders;
    for (let at = 0; at + 1 < flat.length; at += 2) {
      const raw = (flat[at] ?? '').toLowerCase();
      const name = raw === ':authority' ? 'host' : raw;
      if (wanted.has(name)) found.set(name, [...(found.get(name) ?? []), this.#unfill(steadyHeader(name, flat[at + 1] ?? ''))]);
    }
    return Object.fromEntries([...found].sort(byName).map(([name, values]) => [name, values.length === 1 ? values[0] : values]));
  }

  #noteBody(request: IncomingRequest, target: string, body: Buffer): Facts {
    const type = String(request.headers['content-type'] ?? '');
    if (target.endsWith(pushPath) && body.length > 0 && !type.includes('json')) {
      try {
        const plain = request.headers['content-encoding'] === 'gzip' ? gunzipSync(body) : body;
        const series = decodePush(type.startsWith('application/grpc') ? plain.subarray(5) : plain);
        return {
          push: series.map((one) => ({ ...one, labels: (one['labels'] as string[]).map((label) => this.#unfill(steadyLabel(label))) })),
        }; // as: decodePush makes them
      } catch (why) {
        return { notPush: String(why), body: factsOf(body) };
      }
    }
    if (this.#observe.bodyText === true && body.length > 0) return { text: body.toString('utf8') };
    return body.length > 0 || request.method === 'POST' ? { body: factsOf(body) } : {};
  }

  #unfill(text: string): string {
    return this.#names?.unfill(text) ?? text;
  }
}

async function readBody(request: IncomingRequest): Promise<{ body: Buffer; whole: boolean }> {
  const pieces: Buffer[] = [];
  try {
    for await (const piece of request) pieces.push(piece);
    return { body: Buffer.concat(pieces), whole: true };
  } catch {
    return { body: Buffer.concat(pieces), whole: false };
  }
}

function writePart(response: ServerResponse, step: ScriptStep, target: string): void {
  response.writeHead(step.status ?? 200, { 'content-type': contentTypeOf(target), 'content-length': '100' });
  response.write('part');
}

function contentTypeOf(target: string): string {
  return target.includes(pushPath) ? 'application/proto' : 'text/plain';
}

/** The value with what differs from run to run replaced: ids, milliseconds, versions. */
function steadyHeader(name: string, value: string): string {
  if (name === 'user-agent' && /^(Alloy|Flamegate)\/\S+ \(.+\)/i.test(value)) return '<product>';
  if (name === 'user-agent' && /^(Go-http-client\/|undici|node)/.test(value)) return '<http library>';
  if (name === 'connect-timeout-ms' && /^\d+$/.test(value)) return `<at most ${Math.ceil(Number(value) / 1000)} s>`;
  if (/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(value)) return '<uuid>';
  if (name === 'traceparent' && /^00-[0-9a-f]{32}-[0-9a-f]{16}-0[01]$/.test(value)) return '<traceparent>';
  if (name === 'uber-trace-id' && /^[0-9a-f]{16,32}:[0-9a-f]{16}:/.test(value)) return '<uber-trace-id>';
  return value;
}

/** Scope labels of scraped profiles name the product and its version. */
function steadyLabel(label: string): string {
  return label
    .replace(/^otel\.scope\.name=.*(alloy|flamegate).*/i, 'otel.scope.name=<product>')
    .replace(/^otel\.scope\.version=.*/, 'otel.scope.version=<version>');
}

function byName([a]: readonly unknown[], [b]: readonly unknown[]): number {
  return String(a) < String(b) ? -1 : String(a) > String(b) ? 1 : 0;
}

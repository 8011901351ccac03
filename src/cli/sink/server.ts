import { createServer } from 'node:http';
import { createServer as createHttp2Server } from 'node:http2';
import { ConnectError } from '@connectrpc/connect';
import { codeToString } from '@connectrpc/connect/protocol-connect';
import type { Clock } from '../../core/clock.ts';
import { AnswerScript, codeOfStatus, plainAnswers, type SinkAnswers } from './answers.ts';
import { type Arrival, type ArrivedSeries, arrivedSeries } from './arrival.ts';
import { ingestedSeries } from './ingest.ts';
import { type OnePort, openOnePort } from './one-port.ts';
import { createPushListener, type Listener, maxBodyBytes, type NodeRequest, type NodeResponse, type Push } from './pushes.ts';
import { Recent } from './recent.ts';
import { Totals } from './totals.ts';

/** How a sink is started. */
export interface SinkOptions {
  readonly host: string;
  /** 0: any that is free. */
  readonly port: number;
  readonly clock: Clock;
  readonly answers?: SinkAnswers;
  /** Called for each request that is taken, before it is answered. */
  readonly onArrival?: (arrival: Arrival) => void;
  /** How many of the last arrivals are kept to be looked at, 0 if left out; at most 64 MiB of profiles. */
  readonly keep?: number;
}

/** Binds the port; rejects with the error of listen(). */
export async function startSink(options: SinkOptions): Promise<Sink> {
  const sink = new Sink(options);
  await sink.listen();
  return sink;
}

/**
 * A stand-in for Pyroscope: takes pushes in every protocol and /ingest, decodes what arrives and answers by a script. It shares no code
 * with the receiver of the gateway: Connect's adapter on Node's servers, the generated decoder.
 */
export class Sink {
  readonly totals = new Totals();
  readonly #options: SinkOptions;
  readonly #script: AnswerScript;
  readonly #recent: Recent;
  readonly #push: Listener;
  /** What the script has for a request that Connect's code looks at first. */
  readonly #statuses = new WeakMap<NodeRequest, number>();
  #bound: OnePort | undefined;

  constructor(options: SinkOptions) {
    this.#options = options;
    this.#script = new AnswerScript(options.answers ?? plainAnswers);
    this.#recent = new Recent(options.keep ?? 0);
    this.#push = createPushListener((push) => this.#takePush(push));
  }

  /** Called once, by startSink(). */
  async listen(): Promise<void> {
    const listener: Listener = (request, response) => this.#serve(request, response);
    const http1 = createServer({ keepAliveTimeout: 120_000 }, listener);
    const http2 = createHttp2Server({ settings: { initialWindowSize: 2 ** 20 } }, listener);
    // When a client breaks the protocol its session ends; there is nobody to tell.
    http2.on('sessionError', () => undefined);
    this.#bound = await openOnePort(this.#options, http1, http2);
  }

  get port(): number {
    return this.#bound?.port ?? 0;
  }

  /** "http://127.0.0.1:4040". */
  get url(): string {
    const { host } = this.#options;
    return `http://${host.includes(':') ? `[${host}]` : host}:${this.port}`;
  }

  /** The last requests that were taken, oldest first. */
  get arrivals(): readonly Arrival[] {
    return this.#recent.arrivals;
  }

  /** Another script from now on. */
  answer(answers: SinkAnswers): void {
    this.#script.change(answers);
  }

  /** Breaks off what is open; resolves when the port is free. */
  async close(): Promise<void> {
    await this.#bound?.close();
  }

  #serve(request: NodeRequest, response: NodeResponse): void {
    const path = request.url?.split('?', 1)[0];
    const isPush = path === '/push.v1.PusherService/Push';
    if (path === '/ready') reply(response, 200, 'ready\n');
    else if (!isPush && path !== '/ingest' && path !== '/pyroscope/ingest') reply(response, 404, '404 page not found\n');
    else if (request.method !== 'POST') reply(response, 405, '');
    else this.#serveProfiles(request, response, isPush);
  }

  #serveProfiles(request: NodeRequest, response: NodeResponse, isPush: boolean): void {
    const status = this.#script.next();
    if (status !== 200) this.totals.refused++;
    // Only Connect's code can say no in gRPC; everywhere else a status that it does not know is said without it.
    if (isPush && (status === 200 || request.headers['content-type']?.startsWith('application/grpc'))) {
      this.#statuses.set(request, status);
      this.#push(request, response);
      return;
    }
    const done = status === 200 ? this.#takeIngest(request, response) : this.#refuse(request, response, status);
    // Only a connection that broke off rejects here.
    done.catch(() => response.destroy());
  }

  async #takePush({ message, protocol, request, signal }: Push): Promise<void> {
    const status = this.#statuses.get(request) ?? 200;
    await this.#delay(signal);
    if (status !== 200) throw new ConnectError(refusalText(status), codeOfStatus(status));
    this.#record(request, protocol, arrivedSeries(message));
  }

  async #takeIngest(request: NodeRequest, response: NodeResponse): Promise<void> {
    const body = await readBody(request);
    await this.#delay();
    if (body === undefined) return reply(response, 413, `a body may have at most ${maxBodyBytes} bytes\n`);
    const query = request.url?.split('?').slice(1).join('?') ?? '';
    this.#record(request, 'ingest', [ingestedSeries(query, request.headers['content-type'] ?? '', body)]);
    reply(response, 200, '');
  }

  async #refuse(request: NodeRequest, response: NodeResponse, status: number): Promise<void> {
    await readBody(request);
    await this.#delay();
    const body = JSON.stringify({ code: codeToString(codeOfStatus(status)), message: refusalText(status) });
    reply(response, status, body, 'application/json');
  }

  async #delay(signal?: AbortSignal): Promise<void> {
    const { delayMs } = this.#script;
    if (delayMs > 0) await this.#options.clock.sleep(delayMs, signal);
  }

  #record(request: NodeRequest, protocol: Arrival['protocol'], series: readonly ArrivedSeries[]): void {
    const { headers, httpVersion, url = '' } = request;
    const tenant = headers['x-scope-orgid'];
    const arrival: Arrival = { at: this.#options.clock.now(), protocol, httpVersion, url, headers, tenant: String(tenant ?? ''), series };
    this.totals.add(arrival);
    this.#recent.add(arrival);
    this.#options.onArrival?.(arrival);
  }
}

function refusalText(status: number): string {
  return `the sink was told to answer ${status}`;
}

/** undefined when it is too large. */
async function readBody(request: NodeRequest): Promise<Uint8Array | undefined> {
  const pieces: Buffer[] = [];
  let sizeBytes = 0;
  for await (const piece of request) {
    const bytes: Buffer = piece;
    sizeBytes += bytes.length;
    if (sizeBytes <= maxBodyBytes) pieces.push(bytes);
  }
  return sizeBytes > maxBodyBytes ? undefined : Buffer.concat(pieces);
}

function reply(response: NodeResponse, status: number, body: string, type = 'text/plain; charset=utf-8'): void {
  response.writeHead(status, body === '' ? {} : { 'Content-Type': type });
  response.end(body);
}

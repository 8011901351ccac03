import { codeOf } from '../../../core/codes.ts';
import type { Host } from '../../../core/component.ts';
import type { DebugInfoAnswer, DebugInfoCall } from '../../../core/debug-info.ts';
import { Failed } from '../../../core/errors.ts';
import { createHttpClient, type HttpClient, type HttpOutcome, type PreparedHeaders } from '../../../net/client/client.ts';
import { createGrpcClient, type GrpcClient } from '../../../net/client/grpc.ts';
import { productUserAgent } from '../../../net/client/user-agent.ts';
import { shownUrl } from '../delivery/names.ts';
import { remember } from '../pacing/bounded.ts';
import type { SendableRequest } from '../request/request.ts';
import type { EndpointConfig } from '../schema.ts';
import { type Answer, answerOfGrpc, answerOfHttp } from './answer.ts';

/** One attempt to make. */
export interface Shipment {
  readonly request: SendableRequest;
  readonly body: Uint8Array;
  readonly tenant: string;
  /** Headers of this attempt alone, in lower case, name and value in turn: propagation. Nothing else sets them. */
  readonly extra: readonly string[];
  /** Milliseconds that the sender still waits; undefined when nobody does. */
  readonly leftMs: number | undefined;
}

const pushPath = '/push.v1.PusherService/Push';
const tenantHeader = 'X-Scope-OrgID';
/** Senders choose tenants and content types: the headers of more than that are made anew. */
const mostPrepared = 1000;

/** Sends to one endpoint, whatever the protocol. Opens nothing: connections come with the first attempt. */
export class Sender {
  readonly #config: EndpointConfig;
  readonly #host: Host;
  readonly #http: HttpClient;
  /** For pushes; /ingest has no gRPC form and goes by HTTP to the same URL. */
  readonly #grpc: GrpcClient | undefined;
  readonly #namesTenant: boolean;
  /** The query of the endpoint's URL, which a push keeps and an /ingest does not (rows W05, W07). */
  readonly #query: string;
  /** Of every attempt; they win over the endpoint's own of the same name. */
  readonly #always: () => Readonly<Record<string, string>>;
  readonly #prepared = new Map<string, PreparedHeaders>();

  /** `always`: headers of every attempt, fixed once the first attempt is made. Throws a sentence for a file of `tls_config` that is of no use. */
  constructor(config: EndpointConfig, host: Host, always: () => Readonly<Record<string, string>>) {
    this.#config = config;
    this.#host = host;
    this.#always = always;
    this.#http = createHttpClient(config, host);
    this.#grpc = config.protocol === 'grpc' ? createGrpcClient(config, host) : undefined;
    this.#query = new URL(config.url).search.slice(1);
    const own = [...Object.keys(config.headers), ...Object.keys(config.http_headers)];
    // An empty one counts: it says that this endpoint takes no tenant.
    this.#namesTenant = own.some((name) => name.toLowerCase() === tenantHeader.toLowerCase());
  }

  /** One attempt, bounded by `remote_timeout`. `done` is called once, later; the result cancels the attempt. */
  send(shipment: Shipment, done: (answer: Answer) => void): () => void {
    const { request, body } = shipment;
    const { clock } = this.#host;
    if (request.kind === 'push' && this.#grpc !== undefined) {
      const headers = { ...this.#tenant(shipment.tenant), ...this.#always(), ...pairs(shipment.extra) };
      return this.#grpc.push(body, headers, (outcome) => done(answerOfGrpc(outcome, clock.now())));
    }
    const onOutcome = (outcome: HttpOutcome): void => done(answerOfHttp(outcome, request.kind, clock.now()));
    return request.kind === 'push'
      ? this.#http.send(
          {
            path: pushPath,
            query: this.#query,
            headers: none,
            prepared: this.#pushHeaders(shipment.tenant),
            extra: this.#withTimeout(shipment),
            body,
          },
          onOutcome,
        )
      : this.#http.send(
          {
            path: request.path,
            clean: true,
            query: request.query,
            headers: none,
            prepared: this.#ingestHeaders(shipment.tenant, request.contentTypes),
            extra: shipment.extra,
            body,
          },
          onOutcome,
        );
  }

  /** Passes debug information on, by HTTP whatever the protocol of pushes. Rejects with Failed when the endpoint cannot be reached. */
  async passOn({ path, tenant, contentType, body }: DebugInfoCall, signal: AbortSignal): Promise<DebugInfoAnswer> {
    const headers = {
      ...(contentType === '' ? {} : { 'Content-Type': contentType }),
      'User-Agent': productUserAgent,
      ...this.#tenant(tenant),
    };
    // A message is one attempt as any other, an upload may take as long as it is allowed to.
    const timeoutMs = body instanceof Uint8Array ? this.#config.remote_timeout : this.#config.debug_info_upload_timeout;
    const outcome = await this.#http.request({ path, query: '', headers, body, timeoutMs }, signal);
    switch (outcome.kind) {
      case 'response':
        return { status: outcome.status, contentType: outcome.headers['content-type'] ?? '', body: outcome.body };
      case 'failure':
        throw unreachable(this.#config.url, outcome);
      case 'aborted':
        throw signal.reason;
      default:
        throw new Error(`unreachable: ${outcome satisfies never}`);
    }
  }

  async close(): Promise<void> {
    await Promise.all([this.#http.close(), this.#grpc?.close()]);
  }

  #tenant(tenant: string): Record<string, string> {
    return this.#namesTenant || tenant === '' ? {} : { [tenantHeader]: tenant };
  }

  /** Connect's unary protocol (connectrpc.com/docs/protocol). Its headers and our name win over the endpoint's `headers` (row W14). */
  #pushHeaders(tenant: string): PreparedHeaders {
    return this.#prepare(`push\0${tenant}`, tenant, () => ({
      'Content-Type': 'application/proto',
      'Connect-Protocol-Version': '1',
      'User-Agent': productUserAgent,
    }));
  }

  /** As it came in; where the sender named no content type the endpoint's `headers` may (row W12). */
  #ingestHeaders(tenant: string, contentTypes: readonly string[]): PreparedHeaders {
    return this.#prepare(`ingest\0${tenant}\0${contentTypes.join('\0')}`, tenant, () =>
      contentTypes.length === 0 ? none : { 'Content-Type': contentTypes },
    );
  }

  #prepare(key: string, tenant: string, own: () => Readonly<Record<string, string | readonly string[]>>): PreparedHeaders {
    const known = this.#prepared.get(key);
    if (known !== undefined) return known;
    const prepared = this.#http.prepare({ ...own(), ...this.#tenant(tenant), ...this.#always() });
    remember(this.#prepared, key, prepared, mostPrepared);
    return prepared;
  }

  #withTimeout({ extra, leftMs }: Shipment): readonly string[] {
    const timeoutMs = Math.min(this.#config.remote_timeout, leftMs ?? Number.POSITIVE_INFINITY);
    return ['connect-timeout-ms', String(Math.max(1, Math.floor(timeoutMs))), ...extra];
  }
}

const none: Readonly<Record<string, never>> = {};

function pairs(flat: readonly string[]): Record<string, string> {
  const headers: Record<string, string> = {};
  for (let at = 0; at < flat.length; at += 2) headers[flat[at] ?? ''] = flat[at + 1] ?? '';
  return headers;
}

function unreachable(url: string, { cause, message }: { readonly cause: string; readonly message: string }): Failed {
  const verdict = cause === 'timeout' ? { status: 504, code: codeOf('deadline_exceeded') } : { status: 503, code: codeOf('unavailable') };
  return new Failed({ endpoint: shownUrl(url), message, ...verdict });
}

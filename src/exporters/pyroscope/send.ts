import { codeOf } from '../../core/codes.ts';
import type { Host } from '../../core/component.ts';
import type { DebugInfoAnswer, DebugInfoCall } from '../../core/debug-info.ts';
import { Failed } from '../../core/errors.ts';
import { createHttpClient, type HttpClient, type OutgoingHttp } from '../../net/client/client.ts';
import { createGrpcClient, type GrpcClient } from '../../net/client/grpc.ts';
import { productUserAgent } from '../../net/client/user-agent.ts';
import { type Answer, answerOfGrpc, answerOfHttp } from './answer.ts';
import type { SendableRequest } from './load.ts';
import { shownUrl } from './names.ts';
import type { EndpointConfig } from './schema.ts';

/** One attempt to make. */
export interface Shipment {
  readonly request: SendableRequest;
  readonly body: Uint8Array;
  readonly tenant: string;
  /** Of the delivery as a whole: propagation, X-Alloy-Id. They win over the endpoint's own of the same name. */
  readonly headers: Readonly<Record<string, string>>;
  /** Milliseconds that the sender still waits; undefined when nobody does. */
  readonly leftMs: number | undefined;
}

/** Sends to one endpoint, whatever the protocol. */
export interface Sender {
  /** One attempt; expected outcomes are values. */
  send(shipment: Shipment, signal: AbortSignal): Promise<Answer>;
  /** Passes debug information on, by HTTP whatever the protocol of pushes. Rejects with Failed when the endpoint cannot be reached. */
  passOn(call: DebugInfoCall, signal: AbortSignal): Promise<DebugInfoAnswer>;
  close(): Promise<void>;
}

const pushPath = '/push.v1.PusherService/Push';
const tenantHeader = 'X-Scope-OrgID';

/** Opens nothing: connections come with the first attempt. */
export function createSender(config: EndpointConfig, host: Host): Sender {
  return new EndpointSender(config, host);
}

class EndpointSender implements Sender {
  readonly #config: EndpointConfig;
  readonly #host: Host;
  readonly #http: HttpClient;
  /** For pushes; /ingest has no gRPC form and goes by HTTP to the same URL. */
  readonly #grpc: GrpcClient | undefined;
  readonly #namesTenant: boolean;
  /** The query of the endpoint's URL, which a push keeps and an /ingest does not (rows W05, W07). */
  readonly #query: string;

  constructor(config: EndpointConfig, host: Host) {
    this.#config = config;
    this.#host = host;
    this.#http = createHttpClient(config, host);
    this.#grpc = config.protocol === 'grpc' ? createGrpcClient(config, host) : undefined;
    this.#query = new URL(config.url).search.slice(1);
    const own = [...Object.keys(config.headers), ...Object.keys(config.http_headers)];
    // An empty one counts: it says that this endpoint takes no tenant.
    this.#namesTenant = own.some((name) => name.toLowerCase() === tenantHeader.toLowerCase());
  }

  async send(shipment: Shipment, signal: AbortSignal): Promise<Answer> {
    const { clock } = this.#host;
    const headers = { ...this.#tenant(shipment.tenant), ...shipment.headers };
    const { request, body } = shipment;
    if (request.kind === 'push' && this.#grpc !== undefined) {
      return answerOfGrpc(await this.#grpc.request(body, headers, signal), clock.now());
    }
    const http = request.kind === 'push' ? this.#connect(shipment.leftMs) : ingest(request);
    const outcome = await this.#http.request({ ...http, headers: { ...http.headers, ...headers }, body }, signal);
    return answerOfHttp(outcome, request.kind, clock.now());
  }

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
  #connect(leftMs: number | undefined): HttpForm {
    const timeoutMs = Math.min(this.#config.remote_timeout, leftMs ?? Number.POSITIVE_INFINITY);
    return {
      path: pushPath,
      query: this.#query,
      headers: {
        'Content-Type': 'application/proto',
        'Connect-Protocol-Version': '1',
        'Connect-Timeout-Ms': String(Math.max(1, Math.floor(timeoutMs))),
        'User-Agent': productUserAgent,
      },
    };
  }
}

function unreachable(url: string, { cause, message }: { readonly cause: string; readonly message: string }): Failed {
  const verdict = cause === 'timeout' ? { status: 504, code: codeOf('deadline_exceeded') } : { status: 503, code: codeOf('unavailable') };
  return new Failed({ endpoint: shownUrl(url), message, ...verdict });
}

type HttpForm = Omit<OutgoingHttp, 'body'>;

/** As it came in; where the sender named no content type the endpoint's `headers` may (row W12). */
function ingest({ path, query, contentTypes }: SendableRequest): HttpForm {
  return { path, clean: true, query, headers: contentTypes.length === 0 ? {} : { 'Content-Type': contentTypes } };
}

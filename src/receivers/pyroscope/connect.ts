import { Code, ConnectError, createConnectRouter } from '@connectrpc/connect';
import type { UniversalHandler, UniversalServerResponse } from '@connectrpc/connect/protocol';
import { Health, HealthCheckResponse_ServingStatus as ServingStatus } from '../../gen/grpc/health/v1/health_pb.ts';
import { PusherService } from '../../gen/push/v1/push_pb.ts';
import type { Reply, Request } from '../../net/server/exchange.ts';
import { frameMessage } from '../../wire/grpc-frame.ts';
import type { Form } from './form.ts';

/** Names a health check may ask for: the gateway as a whole, and the service it stands for. */
const healthNames = ['', PusherService.typeName, Health.typeName];

/**
 * Health checks by Connect's own code, as a function of bytes. Sizes, encodings and deadlines are dealt with before, so it is told of none.
 */
export class ConnectService {
  readonly #check: UniversalHandler;

  /** `unready`: why the gateway cannot take profiles; empty when it can. */
  constructor(unready: () => readonly string[]) {
    const router = createConnectRouter({ acceptCompression: [] }).rpc(Health.method.check, ({ service }) => {
      if (!healthNames.includes(service)) throw new ConnectError(`unknown service ${JSON.stringify(service.slice(0, 100))}`, Code.NotFound);
      return { status: unready().length === 0 ? ServingStatus.SERVING : ServingStatus.NOT_SERVING };
    });
    const [check] = router.handlers;
    if (check === undefined) throw new Error('a router has as many handlers as methods');
    this.#check = check;
  }

  /** grpc.health.v1.Health/Check. */
  check(form: Form, message: readonly Uint8Array[], request: Request): Promise<Reply> {
    return call(this.#check, form, message, request);
  }
}

async function call(handler: UniversalHandler, form: Form, message: readonly Uint8Array[], { exchange, signal }: Request): Promise<Reply> {
  const body = form.protocol === 'connect' ? message : [frameMessage(Buffer.concat(message))];
  const response = await handler({
    httpVersion: exchange.version,
    url: `http://gateway${exchange.path}`,
    method: 'POST',
    header: new Headers({ 'content-type': form.contentType }),
    body: piecesOf(body),
    signal,
  });
  return toReply(response);
}

async function* piecesOf(pieces: readonly Uint8Array[]): AsyncGenerator<Uint8Array> {
  yield* pieces;
}

async function toReply({ status, header, body, trailer }: UniversalServerResponse): Promise<Reply> {
  const pieces: Uint8Array[] = [];
  if (body !== undefined) for await (const piece of body) pieces.push(piece);
  // They are filled while the body is read.
  const trailers = Object.fromEntries(trailer ?? []);
  const reply = { status, headers: Object.fromEntries(header ?? []), body: Buffer.concat(pieces) };
  return Object.keys(trailers).length === 0 ? reply : { ...reply, trailers };
}

import { fromJsonString } from '@bufbuild/protobuf';
import { Code, ConnectError, createConnectRouter, createContextKey, createContextValues } from '@connectrpc/connect';
import type { UniversalHandler, UniversalServerResponse } from '@connectrpc/connect/protocol';
import { Invalid, messageOf } from '../../core/errors.ts';
import { Health, HealthCheckResponse_ServingStatus as ServingStatus } from '../../gen/grpc/health/v1/health_pb.ts';
import { PusherService, type PushRequest, PushRequestSchema } from '../../gen/push/v1/push_pb.ts';
import type { Reply, Request } from '../../net/server/exchange.ts';
import { frameMessage } from '../../wire/grpc-frame.ts';
import type { Form } from './form.ts';
import { checkJsonBounds } from './json-bounds.ts';

/** What a decoded push is handed to. */
type Take = (message: PushRequest) => Promise<void>;

const takeKey = createContextKey<Take>(() => Promise.reject(new Error('a push without anybody to take it')));

/** Names a health check may ask for: the gateway as a whole, and the service it stands for. */
const healthNames = ['', PusherService.typeName, Health.typeName];

/**
 * Connect's own code, as a function of bytes: it decodes and answers whatever is not the binary form of a push. Sizes, encodings and
 * deadlines are dealt with before, so it is told of none.
 */
export class ConnectService {
  readonly #push: UniversalHandler;
  readonly #check: UniversalHandler;

  /** `unready`: why the gateway cannot take profiles; empty when it can. */
  constructor(unready: () => readonly string[]) {
    const router = createConnectRouter({ acceptCompression: [] })
      .rpc(PusherService.method.push, async (message, context) => {
        await context.values.get(takeKey)(message);
        return {};
      })
      .rpc(Health.method.check, ({ service }) => {
        if (!healthNames.includes(service)) throw new ConnectError(`unknown service ${JSON.stringify(service)}`, Code.NotFound);
        return { status: unready().length === 0 ? ServingStatus.SERVING : ServingStatus.NOT_SERVING };
      });
    const [push, check] = router.handlers;
    if (push === undefined || check === undefined) throw new Error('a router has as many handlers as methods');
    this.#push = push;
    this.#check = check;
  }

  /** A push in JSON. Rejects with what `take` rejects with, and with Invalid when the message cannot be decoded or should not be. */
  async push(form: Form, message: readonly Uint8Array[], request: Request, take: Take): Promise<Reply> {
    const text = Buffer.concat(message);
    checkJsonBounds(text);
    let outcome: { readonly failure: unknown } | 'taken' | undefined;
    const values = createContextValues().set(takeKey, async (decoded) => {
      try {
        await take(decoded);
        outcome = 'taken';
      } catch (failure) {
        outcome = { failure };
        throw failure;
      }
    });
    const reply = await call(this.#push, form, [text], request, values);
    if (outcome === 'taken') return reply;
    throw outcome === undefined ? undecodable(text) : outcome.failure;
  }

  /** grpc.health.v1.Health/Check. */
  check(form: Form, message: readonly Uint8Array[], request: Request): Promise<Reply> {
    return call(this.#check, form, message, request, createContextValues());
  }
}

async function call(
  handler: UniversalHandler,
  form: Form,
  message: readonly Uint8Array[],
  { exchange, signal }: Request,
  contextValues: ReturnType<typeof createContextValues>,
): Promise<Reply> {
  const body = form.protocol === 'connect' ? message : [frameMessage(Buffer.concat(message))];
  const response = await handler({
    httpVersion: exchange.version,
    url: `http://gateway${exchange.path}`,
    method: 'POST',
    header: new Headers({ 'content-type': form.contentType }),
    body: piecesOf(body),
    signal,
    contextValues,
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

/** Connect says `internal` of some of these, which senders retry; what is wrong is found by decoding once more. */
function undecodable(text: Buffer): Invalid {
  try {
    fromJsonString(PushRequestSchema, text.toString(), { ignoreUnknownFields: true });
  } catch (why) {
    return new Invalid('malformed', `the body is no push.v1.PushRequest in JSON: ${messageOf(why)}`, { cause: why });
  }
  return new Invalid('malformed', 'the body is no push.v1.PushRequest in JSON');
}

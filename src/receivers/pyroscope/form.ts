import type { IncomingHttpHeaders } from 'node:http';
import { Invalid } from '../../core/errors.ts';
import type { Protocol } from '../../core/profile.ts';
import { connect, dialectOf, grpc, grpcWeb, webTrailers } from '../../net/server/dialect.ts';
import type { Dialect, Reply, Request } from '../../net/server/exchange.ts';
import { Unserved } from '../../net/server/unserved.ts';
import { frameMessage, unframeMessage } from '../../wire/grpc-frame.ts';

/** How a unary call is written: the protocol and the codec, both named by the content type. */
export interface Form {
  readonly contentType: string;
  readonly protocol: Protocol & Dialect['name'];
  readonly codec: 'proto' | 'json';
  readonly dialect: Dialect;
}

const jsonTypes = ['application/json', 'application/grpc+json', 'application/grpc-web+json'];
const protoTypes = [
  'application/proto',
  'application/grpc',
  'application/grpc+proto',
  'application/grpc-web',
  'application/grpc-web+proto',
];
const forms: ReadonlyMap<string, Form> = new Map(
  [...protoTypes, ...jsonTypes, ...jsonTypes.map((type) => `${type}; charset=utf-8`)].sort().map((type) => [type, formOf(type)]),
);
const acceptPost = [...forms.keys()].join(', ');

function formOf(contentType: string): Form {
  const codec = contentType.includes('json') ? 'json' : 'proto';
  if (contentType.startsWith('application/grpc-web')) return { contentType, codec, protocol: 'grpc_web', dialect: grpcWeb(contentType) };
  if (contentType.startsWith('application/grpc')) return { contentType, codec, protocol: 'grpc', dialect: grpc(contentType) };
  return { contentType, codec, protocol: 'connect', dialect: connect };
}

/** Throws Unserved("content_type") for what no protocol here speaks. */
export function formOfRequest(headers: IncomingHttpHeaders): Form {
  const form = forms.get(canonicalType(headers));
  if (form === undefined) throw unknownType(headers);
  return form;
}

/** Of a form, and of one that is none and still a gRPC call: that must hear it in trailers. */
export function dialectOfRequest(headers: IncomingHttpHeaders): Dialect {
  return forms.get(canonicalType(headers))?.dialect ?? dialectOf(headers);
}

/** As in Pyroscope a charset goes with JSON alone (connect-go, canonicalizeContentType). */
function canonicalType(headers: IncomingHttpHeaders): string {
  const type = (headers['content-type'] ?? '').toLowerCase();
  const at = type.lastIndexOf(';');
  const isUtf8 = at >= 0 && /^charset\s*=\s*"?utf-8"?$/.test(type.slice(at + 1).trim());
  return isUtf8 ? `${type.slice(0, at).trimEnd()}; charset=utf-8` : type;
}

function unknownType(headers: IncomingHttpHeaders): Unserved {
  const found = JSON.stringify((headers['content-type'] ?? '').slice(0, 100));
  return new Unserved('content_type', `found the content type ${found}, expected one of ${acceptPost}`, { 'accept-post': acceptPost });
}

/** The message of a unary call, whole and uncompressed: at once when nothing has to be unpacked. Throws or rejects with Invalid or Refused. */
export function readMessage(form: Form, request: Request): readonly Uint8Array[] | Promise<readonly Uint8Array[]> {
  if (form.protocol === 'connect') return request.body;
  const { compressed, message } = unframeMessage(request.body);
  if (!compressed) return message;
  const encoding = request.exchange.headers['grpc-encoding'];
  if (typeof encoding !== 'string' || encoding === 'identity') {
    throw new Invalid('malformed', 'the gRPC message is marked as compressed, and no grpc-encoding says how');
  }
  return request.inflate(message, encoding);
}

/** A call that succeeded and has nothing to say, as every push does. */
export function emptyReply(form: Form): Reply {
  return emptyReplies.get(form.contentType) ?? replyTo(form, nothingIn(form));
}

/** A call that succeeded. */
export function replyTo(form: Form, message: Uint8Array): Reply {
  const headers = { 'content-type': form.contentType };
  const trailers = { 'grpc-status': '0' };
  switch (form.protocol) {
    case 'connect':
      return { status: 200, headers, body: message };
    case 'grpc':
      return { status: 200, headers, body: frameMessage(message), trailers };
    case 'grpc_web':
      return { status: 200, headers, body: Buffer.concat([frameMessage(message), webTrailers(trailers)]) };
    default:
      throw new Error(`unreachable: ${form.protocol satisfies never}`);
  }
}

/** A message without fields. */
function nothingIn({ codec }: Form): Uint8Array {
  return codec === 'json' ? Buffer.from('{}') : new Uint8Array();
}

const emptyReplies: ReadonlyMap<string, Reply> = new Map([...forms].map(([type, form]) => [type, replyTo(form, nothingIn(form))]));

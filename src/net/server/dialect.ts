import type { IncomingHttpHeaders } from 'node:http';
import { codeName } from '../../core/codes.ts';
import { Invalid } from '../../core/errors.ts';
import type { Dialect, Reply } from './exchange.ts';
import { verdictOf } from './reply.ts';

/** /ingest, /ready, the admin API: a status and a line of text. */
export const plain: Dialect = {
  name: 'plain',
  isFramed: false,
  refuse(why) {
    const { status, message, headers } = verdictOf(why);
    const described = { 'content-type': 'text/plain; charset=utf-8', 'x-content-type-options': 'nosniff', ...headers };
    return { status, headers: described, body: Buffer.from(`${message}\n`) };
  },
  deadlineMs: () => undefined,
};

/** Connect's unary form: the status says it, the body names the code. */
export const connect: Dialect = {
  name: 'connect',
  isFramed: false,
  refuse(why) {
    const { reason, status, code, message, headers } = verdictOf(why);
    const name = codeName(code);
    const body = Buffer.from(JSON.stringify({ code: name, message: message.toWellFormed() }));
    // Connect has a status of its own for an encoding that an HTTP server refuses with 415.
    return { status: reason === 'encoding' ? 501 : status, headers: { 'content-type': 'application/json', ...headers }, body };
  },
  deadlineMs(headers) {
    const text = headers['connect-timeout-ms'];
    if (text === undefined) return undefined;
    // connect-go parseConnectTimeout: at most ten digits; a sign makes it a time that is over.
    if (typeof text !== 'string' || !/^[+-]?\d{1,10}$/.test(text)) {
      throw new Invalid('malformed', `Connect-Timeout-Ms must be at most 10 digits, found ${JSON.stringify(text)}`);
    }
    return Number(text);
  },
};

const grpcUnitsMs: Readonly<Record<string, number>> = { H: 3_600_000, M: 60_000, S: 1000, m: 1, u: 1e-3, n: 1e-6 };

/** gRPC: always 200, the verdict in the trailers, here without any other answer before them ("Trailers-Only"). */
export function grpc(contentType: string): Dialect {
  return {
    name: 'grpc',
    isFramed: true,
    refuse: (why) => ({ status: 200, headers: { 'content-type': contentType, ...statusOf(why) } }),
    deadlineMs: grpcDeadlineMs,
    announcedBytes: framedBytes,
  };
}

/** gRPC-web: the same trailers in a frame of the body, because browsers hide HTTP's. */
export function grpcWeb(contentType: string): Dialect {
  return {
    name: 'grpc_web',
    isFramed: true,
    refuse: (why): Reply => ({ status: 200, headers: { 'content-type': contentType }, body: webTrailers(statusOf(why)) }),
    deadlineMs: grpcDeadlineMs,
    announcedBytes: framedBytes,
  };
}

/**
 * The protocol of a request by its head alone, for a path that nobody serves: a client hears a refusal only in its own (grpc/grpc
 * doc/http-grpc-status-mapping.md makes "unimplemented" of a bare 404, and says no more).
 */
export function dialectOf(headers: IncomingHttpHeaders): Dialect {
  const type = (headers['content-type'] ?? '').toLowerCase();
  if (isGrpcText(type)) return plain;
  if (type.startsWith('application/grpc-web')) return grpcWeb('application/grpc-web+proto');
  if (/^application\/grpc($|[+;])/.test(type)) return grpc('application/grpc');
  if (type === 'application/proto' || headers['connect-protocol-version'] !== undefined) return connect;
  return plain;
}

/** Base64 of gRPC-web, in which nothing is answered here. */
export function isGrpcText(contentType: string): boolean {
  return contentType.startsWith('application/grpc-web-text');
}

/** The frame of a gRPC-web body that stands for trailers: bit 7 of the flags, a length, header lines (PROTOCOL-WEB.md). */
export function webTrailers(trailers: Readonly<Record<string, string>>): Uint8Array {
  const lines = Object.entries(trailers).map(([name, value]) => `${name}: ${value}\r\n`);
  const text = Buffer.from(lines.join(''), 'latin1');
  const prefix = Buffer.from([0x80, 0, 0, 0, 0]);
  prefix.writeUInt32BE(text.length, 1);
  return Buffer.concat([prefix, text]);
}

/** A unary call is one message behind one byte of flags and four of length. */
function framedBytes(start: Uint8Array): number | undefined {
  const view = new DataView(start.buffer, start.byteOffset, start.byteLength);
  return start.length < 5 ? undefined : 5 + view.getUint32(1);
}

function statusOf(why: unknown): Record<string, string> {
  const { code, message, headers } = verdictOf(why);
  const trailers: Record<string, string> = { 'grpc-status': String(code), 'grpc-message': percentEncode(message) };
  const { 'retry-after': retryAfter, 'accept-encoding': acceptEncoding } = headers;
  if (retryAfter !== undefined) trailers['retry-after'] = retryAfter;
  if (acceptEncoding !== undefined) trailers['grpc-accept-encoding'] = acceptEncoding;
  return trailers;
}

/**
 * Printable ASCII stays, all else is percent-encoded UTF-8 (grpc/grpc doc/PROTOCOL-HTTP2.md, "Percent-Encoded"). A blank at either end is too:
 * a header that ends in one is malformed in HTTP/2 (RFC 9113 section 8.2.1), and clients drop it.
 */
function percentEncode(text: string): string {
  return text.toWellFormed().replace(/[^\x20-\x24\x26-\x7e]+|^ +| +$/gu, (run) => {
    return [...Buffer.from(run)].map((byte) => `%${byte.toString(16).toUpperCase().padStart(2, '0')}`).join('');
  });
}

function grpcDeadlineMs(headers: IncomingHttpHeaders): number | undefined {
  const text = headers['grpc-timeout'];
  if (text === undefined) return undefined;
  const parts = typeof text === 'string' ? /^(\d{1,8})([HMSmun])$/.exec(text) : null;
  const unitMs = grpcUnitsMs[parts?.[2] ?? ''];
  if (unitMs === undefined) {
    throw new Invalid('malformed', `grpc-timeout must be at most 8 digits and one of H M S m u n, found ${JSON.stringify(text)}`);
  }
  return Number(parts?.[1]) * unitMs;
}

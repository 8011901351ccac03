import { readFileSync } from 'node:fs';
import { type IncomingHttpHeaders, request as requestHttp, STATUS_CODES } from 'node:http';
import { connect, constants } from 'node:http2';
import { request as requestHttps } from 'node:https';
import { join } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import { bytesOf, encodePush, factsOf, grpcFrame, jsonPush } from './bodies.ts';
import type { Facts, Observe, RequestStep } from './case.ts';
import { type Names, tlsFolder } from './names.ts';

const answerTimeoutMs = 15_000;

interface Outgoing {
  readonly method: string;
  readonly path: string;
  readonly headers: readonly (readonly [string, string])[];
  readonly body: Buffer;
}
interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly trailers: IncomingHttpHeaders;
  readonly body: Buffer;
}

/** What one request brought: what the client saw, and how long that took. */
export interface Sent {
  readonly answer: Facts;
  readonly tookMs: number;
}

/** Sends a step's request to the receiver and notes the answer. */
export async function send(step: RequestStep, port: number, observe: Observe, names: Names): Promise<Sent> {
  const started = performance.now();
  let answer: Facts;
  try {
    const outgoing = outgoingOf(step);
    answer = describe(await (step.via === 'h2c' ? sendHttp2(outgoing, port, step) : sendHttp1(outgoing, port, step)), observe, names);
  } catch (why) {
    answer = { failed: failureOf(why) };
  }
  return { answer, tookMs: performance.now() - started };
}

const contentTypes = {
  proto: 'application/proto',
  json: 'application/json',
  grpc: 'application/grpc',
  'grpc-web': 'application/grpc-web+proto',
};

function outgoingOf(step: RequestStep): Outgoing {
  const { method = 'POST', headers = [] } = step;
  const has = (name: string): boolean => headers.some(([other]) => other.toLowerCase() === name);
  if (step.ingest !== undefined) {
    const pairs = [...(step.ingest === null ? [] : [['name', step.ingest]]), ...(step.query ?? [])];
    const query = pairs.map((pair) => pair.map(encodeURIComponent).join('=')).join('&');
    const type: [string, string][] =
      step.type === null || has('content-type') ? [] : [['Content-Type', step.type ?? 'application/octet-stream']];
    return {
      method,
      path: step.path ?? `/ingest${query === '' ? '' : `?${query}`}`,
      headers: [...headers, ...type],
      body: bytesOf(step.body ?? 'profile'),
    };
  }
  if (step.push === undefined) return { method, path: step.path ?? '/', headers, body: bytesOf(step.body) };
  const as = step.as ?? 'proto';
  const isGrpc = as.startsWith('grpc');
  const message = as === 'json' ? jsonPush(step.push) : encodePush(step.push);
  const packed = step.gzip === true ? gzipSync(message) : message;
  const more: [string, string][] = [];
  if (step.gzip === true) more.push([isGrpc ? 'grpc-encoding' : 'Content-Encoding', 'gzip']);
  if (as === 'grpc') more.push(['TE', 'trailers']);
  if (!has('content-type')) more.push(['Content-Type', contentTypes[as]]);
  if (step.deadlineMs !== undefined)
    more.push(isGrpc ? ['grpc-timeout', `${step.deadlineMs}m`] : ['Connect-Timeout-Ms', String(step.deadlineMs)]);
  return {
    method,
    path: step.path ?? '/push.v1.PusherService/Push',
    headers: [...headers, ...more],
    body: isGrpc ? grpcFrame(packed, step.gzip === true ? 1 : 0) : packed,
  };
}

function sendHttp1({ method, path, headers, body }: Outgoing, port: number, { via, abortAfterMs }: RequestStep): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const secure = via === 'tls' || via === 'mtls';
    const host: [string, string][] = headers.some(([name]) => name.toLowerCase() === 'host') ? [] : [['Host', `127.0.0.1:${port}`]];
    const length: [string, string][] = method === 'GET' ? [] : [['Content-Length', String(body.length)]];
    const request = (secure ? requestHttps : requestHttp)({
      host: '127.0.0.1',
      port,
      method,
      path,
      headers: [...host, ...headers, ...length].flat(),
      agent: false,
      ...(secure ? { ca: readFileSync(join(tlsFolder, 'ca.pem')) } : {}),
      ...(via === 'mtls' ? { cert: readFileSync(join(tlsFolder, 'client.pem')), key: readFileSync(join(tlsFolder, 'client.key')) } : {}),
    });
    const timers = [setTimeout(() => request.destroy(new Error('no answer')), answerTimeoutMs)];
    if (abortAfterMs !== undefined) timers.push(setTimeout(() => request.destroy(new Error('aborted by client')), abortAfterMs));
    const settle = (): void => timers.forEach(clearTimeout);
    const fail = (why: Error): void => {
      settle();
      reject(why);
    };
    request.on('error', fail);
    request.on('response', (response) => {
      const pieces: Buffer[] = [];
      response.on('data', (piece: Buffer) => pieces.push(piece));
      response.on('error', fail);
      response.on('end', () => {
        settle();
        resolve({ status: response.statusCode ?? 0, headers: response.headers, trailers: response.trailers, body: Buffer.concat(pieces) });
      });
    });
    request.end(method === 'GET' && body.length === 0 ? undefined : body);
  });
}

function sendHttp2({ method, path, headers, body }: Outgoing, port: number, { abortAfterMs }: RequestStep): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const session = connect(`http://127.0.0.1:${port}`);
    const timers = [setTimeout(() => fail(new Error('no answer')), answerTimeoutMs)];
    const end = (): void => {
      timers.forEach(clearTimeout);
      session.destroy();
    };
    function fail(why: Error): void {
      end();
      reject(why);
    }
    session.on('error', fail);
    const stream = session.request({
      ':method': method,
      ':path': path,
      ...Object.fromEntries(headers.map(([name, value]) => [name.toLowerCase(), value])),
    });
    let head: IncomingHttpHeaders & { readonly ':status'?: number | undefined } = {};
    let trailers: IncomingHttpHeaders = {};
    const pieces: Buffer[] = [];
    stream.on('response', (found) => {
      head = found;
    });
    stream.on('trailers', (found) => {
      trailers = found;
    });
    stream.on('data', (piece: Buffer) => pieces.push(piece));
    stream.on('error', fail);
    stream.on('end', () => {
      end();
      resolve({ status: head[':status'] ?? 0, headers: head, trailers, body: Buffer.concat(pieces) });
    });
    if (abortAfterMs !== undefined)
      timers.push(
        setTimeout(() => {
          stream.close(constants.NGHTTP2_CANCEL);
          fail(new Error('aborted by client'));
        }, abortAfterMs),
      );
    stream.end(body);
  });
}

/** What a client saw, without text that only one implementation would word that way. */
function describe(answer: Answer, observe: Observe, names: Names): Facts {
  const { status, headers } = answer;
  const noted: Record<string, string> = {};
  for (const name of ['content-type', ...(observe.answerHeaders ?? []).map((one) => one.toLowerCase())]) {
    const value = headers[name];
    if (value !== undefined) noted[name] = names.unfill(String(value));
  }
  const facts = { status, ...(Object.keys(noted).length > 0 ? { headers: noted } : {}) };
  const type = String(headers['content-type'] ?? '');
  if (type.startsWith('application/grpc')) return { ...facts, grpcStatus: grpcStatusOf(answer, type.startsWith('application/grpc-web')) };
  const body = headers['content-encoding'] === 'gzip' ? gunzipSync(answer.body) : answer.body;
  const text = body.toString('utf8');
  if (type.startsWith('application/json')) {
    const parsed: unknown = JSON.parse(text);
    if (status < 400) return { ...facts, body: JSON.stringify(parsed) };
    return { ...facts, code: (parsed as { code?: unknown }).code }; // as: anything but null has properties, and Connect sends an object
  }
  return { ...facts, body: summary(text, body, status, names) };
}

function summary(text: string, body: Buffer, status: number, names: Names): unknown {
  if (text === '') return '';
  if (text.trim().toLowerCase() === STATUS_CODES[status]?.toLowerCase()) return '<reason phrase>';
  if (status >= 400) return '<text>';
  return text.length < 200 ? names.unfill(text) : factsOf(body);
}

function grpcStatusOf({ headers, trailers, body }: Answer, isWeb: boolean): number | null {
  const found = trailers['grpc-status'] ?? headers['grpc-status'];
  if (found !== undefined) return Number(found);
  for (let at = 0; isWeb && at + 5 <= body.length; ) {
    const size = body.readUInt32BE(at + 1);
    const isTrailer = ((body[at] ?? 0) & 128) !== 0;
    const status = /^grpc-status:\s*(\d+)/im.exec(body.toString('utf8', at + 5, at + 5 + size));
    if (isTrailer && status !== null) return Number(status[1]);
    at += 5 + size;
  }
  return null;
}

function failureOf(why: unknown): string {
  if (!(why instanceof Error)) return String(why);
  const code = 'code' in why ? String(why.code) : '';
  const said = `${code} ${why.message}`;
  if (why.message === 'no answer' || why.message === 'aborted by client') return why.message;
  if (code === 'ECONNREFUSED') return 'refused';
  if (code === 'ECONNRESET' || code === 'EPIPE' || /socket hang up/.test(said)) return 'connection closed';
  if (/SSL|TLS|CERT/i.test(said)) return 'tls';
  if (/HTTP2|Protocol error/.test(said)) return 'not http2';
  return /HPE_|Parse Error/.test(said) ? 'not http' : said.trim();
}

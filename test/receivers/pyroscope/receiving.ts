import type { TestContext } from 'node:test';
import { create, toBinary, toJsonString } from '@bufbuild/protobuf';
import type { Consumer } from '../../../src/core/component.ts';
import type { ProfileBatch } from '../../../src/core/profile.ts';
import { type PushRequest, PushRequestSchema } from '../../../src/gen/push/v1/push_pb.ts';
import { pyroscopeReceiver } from '../../../src/receivers/pyroscope/factory.ts';
import type { PyroscopeReceiver } from '../../../src/receivers/pyroscope/receiver.ts';
import { frameMessage } from '../../../src/wire/grpc-frame.ts';
import { type Answer, call, call2 } from '../../net/server/serving.ts';
import { createTestHost, type TestHost, type TestHostOptions } from '../../support/host.ts';

/** A receiver on a free port, and what came through it. */
export interface Receiving {
  readonly port: number;
  readonly host: TestHost;
  readonly receiver: PyroscopeReceiver;
  readonly batches: ProfileBatch[];
}

export type Consume = Consumer['consume'];

/** Started now, stopped when the test is over. */
export async function receiving(
  t: TestContext,
  config: object = {},
  options: TestHostOptions & { consume?: Consume } = {},
): Promise<Receiving> {
  const host = createTestHost({ id: 'pyroscope', ...options });
  const batches: ProfileBatch[] = [];
  const next: Consumer = {
    consume(batch, waiting) {
      batches.push(batch);
      return options.consume?.(batch, waiting) ?? Promise.resolve();
    },
  };
  const receiver = pyroscopeReceiver.create(pyroscopeReceiver.schema.parse({ endpoint: '127.0.0.1:0', ...config }), next, host);
  await receiver.start();
  t.after(() => receiver.stop(AbortSignal.abort()));
  const address = host.lines.find(({ message }) => message === 'listening for profiles')?.facts['address'];
  // The factory says Receiver; what it makes is this one.
  return { port: Number(/:(\d+)$/.exec(String(address))?.[1]), host, receiver: receiver as PyroscopeReceiver, batches };
}

/** A push of one series with one profile. */
export function pushOf(labels: readonly (readonly [string, string])[] = [['service_name', 'api']], profile = 'pprof'): PushRequest {
  const samples = [{ rawProfile: Buffer.from(profile), ID: 'id-1' }];
  return create(PushRequestSchema, { series: [{ labels: labels.map(([name, value]) => ({ name, value })), samples }] });
}

export function bytesOf(push: PushRequest): Uint8Array {
  return toBinary(PushRequestSchema, push);
}

/** How a push is said and answered in one protocol. */
export interface Speech {
  readonly name: string;
  /** As the metrics call it. */
  readonly protocol: 'connect' | 'grpc' | 'grpc_web';
  readonly send: (port: number, push: PushRequest | Uint8Array, headers?: Record<string, string>) => Promise<Outcome>;
}

export interface Outcome {
  /** HTTP status on Connect; 200 on gRPC. */
  readonly status: number;
  /** gRPC's, also where Connect names it; 0 for success. */
  readonly code: number;
  readonly message: string;
  readonly answer: Answer;
}

const path = '/push.v1.PusherService/Push';
const codes = [
  '',
  'canceled',
  'unknown',
  'invalid_argument',
  'deadline_exceeded',
  'not_found',
  '',
  'permission_denied',
  'resource_exhausted',
  'failed_precondition',
  '',
  '',
  'unimplemented',
  'internal',
  'unavailable',
  '',
  'unauthenticated',
];

type Encode = (push: PushRequest | Uint8Array) => Uint8Array;
const asProto: Encode = (push) => (push instanceof Uint8Array ? push : bytesOf(push));
const asJson: Encode = (push) => (push instanceof Uint8Array ? push : Buffer.from(toJsonString(PushRequestSchema, push)));

function speech(name: string, protocol: Speech['protocol'], contentType: string, send: typeof call | typeof call2, encode: Encode): Speech {
  return {
    name,
    protocol,
    async send(port, push, headers = {}) {
      const message = encode(push);
      const body = protocol === 'connect' || push instanceof Uint8Array ? message : frameMessage(message);
      const answer = await send(port, { path, body, headers: { 'content-type': contentType, ...headers } });
      return { status: answer.status, answer, ...verdictOf(protocol, answer) };
    },
  };
}

function verdictOf(protocol: Speech['protocol'], { status, headers, body, trailers }: Answer): { code: number; message: string } {
  if (protocol === 'connect') {
    if (status === 200) return { code: 0, message: '' };
    try {
      const { code, message } = JSON.parse(body.toString());
      return { code: codes.indexOf(code), message };
    } catch {
      return { code: -1, message: body.toString() };
    }
  }
  const web = /grpc-status: (\d+)(?:\r\ngrpc-message: (.*))?/.exec(body.toString('latin1'));
  const code = trailers['grpc-status'] ?? headers['grpc-status'] ?? web?.[1] ?? -1;
  const message = trailers['grpc-message'] ?? headers['grpc-message'] ?? web?.[2] ?? '';
  return { code: Number(code), message: decodeURIComponent(String(message)) };
}

/** Every way to push. */
export const speeches: readonly Speech[] = [
  speech('Connect proto over HTTP/1.1', 'connect', 'application/proto', call, asProto),
  speech('Connect proto over HTTP/2', 'connect', 'application/proto', call2, asProto),
  speech('Connect JSON over HTTP/1.1', 'connect', 'application/json; charset=utf-8', call, asJson),
  speech('Connect JSON over HTTP/2', 'connect', 'application/json', call2, asJson),
  speech('gRPC', 'grpc', 'application/grpc', call2, asProto),
  speech('gRPC over HTTP/1.1', 'grpc', 'application/grpc+proto', call, asProto),
  speech('gRPC JSON', 'grpc', 'application/grpc+json', call2, asJson),
  speech('gRPC-web over HTTP/1.1', 'grpc_web', 'application/grpc-web+proto', call, asProto),
  speech('gRPC-web over HTTP/2', 'grpc_web', 'application/grpc-web', call2, asProto),
  speech('gRPC-web JSON', 'grpc_web', 'application/grpc-web+json', call, asJson),
];

/** Over whichever version; the client's own headers are left alone. */
export const ingest = (port: number, query: string, options: Parameters<typeof call>[1] = {}): Promise<Answer> =>
  call(port, { path: `/ingest${query}`, body: 'folded 1', ...options });

import { type ChildProcess, spawn } from 'node:child_process';
import { join } from 'node:path';
import { create, type MessageInitShape, toBinary } from '@bufbuild/protobuf';
import { createClient, type Transport } from '@connectrpc/connect';
import {
  compressionGzip,
  createConnectTransport,
  createGrpcTransport,
  createGrpcWebTransport,
  Http2SessionManager,
} from '@connectrpc/connect-node';
import * as grpc from '@grpc/grpc-js';
import { PusherService, PushRequestSchema } from '../../src/gen/push/v1/push_pb.ts';

/** What is pushed: plain objects of the generated schema. */
export type PushInit = MessageInitShape<typeof PushRequestSchema>;

/** Sends one push and resolves when it was accepted; rejects with the client's own error. */
export type Pusher = (push: PushInit, headers?: Readonly<Record<string, string>>) => Promise<void>;

/** One real client library and one of the ways it can push. */
export interface PushClient {
  readonly name: string;
  /** The `protocol` label of the receiver's metrics. */
  readonly protocol: 'connect' | 'grpc' | 'grpc_web';
  /** Connects to "127.0.0.1:PORT". */
  open(address: string): { push: Pusher; close(): void };
}

const gzipAll = { sendCompression: compressionGzip, compressMinBytes: 0 };

/** Every protocol, encoding and HTTP version that agents push with. */
export const pushClients: readonly PushClient[] = [
  connectClient('Connect over HTTP/1.1', 'connect', (baseUrl) => createConnectTransport({ baseUrl, httpVersion: '1.1' })),
  connectClient('Connect over h2c', 'connect', (baseUrl, sessionManager) =>
    createConnectTransport({ baseUrl, httpVersion: '2', sessionManager }),
  ),
  connectClient('Connect with gzip', 'connect', (baseUrl) => createConnectTransport({ baseUrl, httpVersion: '1.1', ...gzipAll })),
  connectClient('Connect in JSON', 'connect', (baseUrl) => createConnectTransport({ baseUrl, httpVersion: '1.1', useBinaryFormat: false })),
  connectClient('gRPC of connect-node', 'grpc', (baseUrl, sessionManager) => createGrpcTransport({ baseUrl, sessionManager })),
  connectClient('gRPC with gzip', 'grpc', (baseUrl, sessionManager) => createGrpcTransport({ baseUrl, sessionManager, ...gzipAll })),
  connectClient('gRPC in JSON', 'grpc', (baseUrl, sessionManager) =>
    createGrpcTransport({ baseUrl, sessionManager, useBinaryFormat: false }),
  ),
  connectClient('gRPC-web over HTTP/1.1', 'grpc_web', (baseUrl) => createGrpcWebTransport({ baseUrl, httpVersion: '1.1' })),
  connectClient('gRPC-web over h2c', 'grpc_web', (baseUrl, sessionManager) =>
    createGrpcWebTransport({ baseUrl, httpVersion: '2', sessionManager }),
  ),
  { name: 'gRPC of grpc-js', protocol: 'grpc', open: openGrpcJs },
];

function connectClient(
  name: string,
  protocol: PushClient['protocol'],
  transportTo: (baseUrl: string, sessionManager: Http2SessionManager) => Transport,
): PushClient {
  return {
    name,
    protocol,
    open(address) {
      const sessions = new Http2SessionManager(`http://${address}`);
      const client = createClient(PusherService, transportTo(`http://${address}`, sessions));
      return {
        async push(push, headers = {}) {
          await client.push(push, { headers: { ...headers } });
        },
        close: () => sessions.abort(),
      };
    },
  };
}

function openGrpcJs(address: string): ReturnType<PushClient['open']> {
  const client = new grpc.Client(address, grpc.credentials.createInsecure());
  return {
    push: (push, headers = {}) =>
      new Promise((resolve, reject) => {
        const metadata = new grpc.Metadata();
        for (const [name, value] of Object.entries(headers)) metadata.set(name, value);
        client.makeUnaryRequest(
          '/push.v1.PusherService/Push',
          (message: PushInit) => Buffer.from(toBinary(PushRequestSchema, create(PushRequestSchema, message))),
          (bytes: Buffer) => bytes,
          push,
          metadata,
          (why) => (why === null ? resolve() : reject(why)),
        );
      }),
    close: () => client.close(),
  };
}

/** A program that is profiled by the real @pyroscope/nodejs and pushes to "http://127.0.0.1:PORT". End it with stop(). */
export function startNodeSdk(serverAddress: string, appName: string): { readonly process: ChildProcess; stop(): Promise<void> } {
  const child = spawn(process.execPath, [join(import.meta.dirname, 'node-sdk.mjs'), serverAddress, appName], {
    stdio: ['ignore', 'ignore', 'inherit'],
    // The SDK prefers these over what it is given.
    env: Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('PYROSCOPE_'))),
  });
  const exited = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  return {
    process: child,
    async stop() {
      child.kill('SIGKILL');
      await exited;
    },
  };
}

import { Metadata, Server, ServerCredentials } from '@grpc/grpc-js';

/** A call as a gRPC upstream saw it. */
export interface SeenCall {
  readonly body: Buffer;
  readonly metadata: Metadata;
}

export interface GrpcUpstream extends AsyncDisposable {
  readonly url: string;
  readonly port: number;
  readonly seen: SeenCall[];
}

/** Ends a call with a code; 0 is success. */
export type Answer = (code: number, message?: string, metadata?: Readonly<Record<string, string>>) => void;

/** A gRPC server by grpc-js on a free port that knows the one method. */
export async function createGrpcUpstream(
  answer: (answer: Answer, seen: SeenCall) => void = (say) => say(0),
  credentials = ServerCredentials.createInsecure(),
): Promise<GrpcUpstream> {
  const seen: SeenCall[] = [];
  const server = new Server();
  const method = {
    path: '/push.v1.PusherService/Push',
    requestStream: false,
    responseStream: false,
    requestSerialize: (body: Buffer) => body,
    requestDeserialize: (body: Buffer) => body,
    responseSerialize: (body: Buffer) => body,
    responseDeserialize: (body: Buffer) => body,
  } as const;
  server.addService(
    { push: method },
    {
      push(call: { request: Buffer; metadata: Metadata }, callback: (error: object | null, body?: Buffer) => void) {
        const one = { body: call.request, metadata: call.metadata };
        seen.push(one);
        answer((code, message = '', entries = {}) => {
          if (code === 0) return callback(null, Buffer.alloc(0));
          const metadata = new Metadata();
          for (const [name, value] of Object.entries(entries)) metadata.set(name, value);
          callback({ code, details: message, metadata });
        }, one);
      },
    },
  );
  const port = await new Promise<number>((resolve, reject) => {
    server.bindAsync('127.0.0.1:0', credentials, (error, bound) => (error === null ? resolve(bound) : reject(error)));
  });
  const scheme = credentials._isSecure() ? 'https' : 'http';
  return { url: `${scheme}://127.0.0.1:${port}`, port, seen, [Symbol.asyncDispose]: async () => server.forceShutdown() };
}

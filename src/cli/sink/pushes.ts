import { createContextKey, createContextValues } from '@connectrpc/connect';
import { compressionGzip, connectNodeAdapter } from '@connectrpc/connect-node';
import { PusherService, type PushRequest } from '../../gen/push/v1/push_pb.ts';
import type { Arrival } from './arrival.ts';

/** What serves a request of Node's http or http2 server. */
export type Listener = ReturnType<typeof connectNodeAdapter>;
export type NodeRequest = Parameters<Listener>[0];
export type NodeResponse = Parameters<Listener>[1];

/** One decoded push. */
export interface Push {
  readonly message: PushRequest;
  readonly protocol: Arrival['protocol'];
  readonly request: NodeRequest;
  /** Aborts when the sender is gone or its deadline has passed. */
  readonly signal: AbortSignal;
}

/** -distributor.ingestion-body-limit-mb of Pyroscope, as its default is. */
export const maxBodyBytes = 256 * 2 ** 20;

const protocols: Readonly<Record<string, Arrival['protocol']>> = { grpc: 'grpc', 'grpc-web': 'grpc_web' };

/** PusherService in all protocols, by Connect's own code; `take` throws a ConnectError to refuse. */
export function createPushListener(take: (push: Push) => Promise<void>): Listener {
  const nodeRequest = createContextKey<NodeRequest | undefined>(undefined);
  return connectNodeAdapter({
    acceptCompression: [compressionGzip],
    readMaxBytes: maxBodyBytes,
    contextValues: (request) => createContextValues().set(nodeRequest, request),
    routes: (router) =>
      router.service(PusherService, {
        async push(message, { values, protocolName, signal }) {
          const request = values.get(nodeRequest);
          if (request === undefined) throw new Error('a call without the request that it came in');
          await take({ message, protocol: protocols[protocolName] ?? 'connect', request, signal });
          return {};
        },
      }),
  });
}

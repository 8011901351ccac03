import { operations } from '../../src/admin/operations.ts';

const receiver = ['/ready', '/ingest', '/push.v1.PusherService/Push'];

/** What a URL of a gateway may end in: the paths of the admin endpoint and those of a receiver. */
export const gatewayRoutes: readonly RegExp[] = [...operations.map(({ path }) => path), '/api/v1/openapi.json', ...receiver].map(
  (path) => new RegExp(`^${path.replaceAll('.', '\\.').replace(/\{\w+\}/g, '[^/]+(?:/[^/]+)?')}$`),
);

import { plain } from '../../net/server/dialect.ts';
import type { Route } from '../../net/server/exchange.ts';
import type { ConnectService } from './connect.ts';
import { dialectOfRequest, formOfRequest, readMessage } from './form.ts';

/** Where gRPC clients and Kubernetes' grpc probe ask. */
export const healthPath = '/grpc.health.v1.Health/Check';

/** grpc.health.v1.Health/Check, in any protocol of the port. */
export function healthRoute(connect: ConnectService): Route {
  return {
    methods: ['POST'],
    inflates: true,
    open: true,
    dialect: dialectOfRequest,
    check: formOfRequest,
    async handle(request) {
      const form = formOfRequest(request.exchange.headers);
      return connect.check(form, await readMessage(form, request), request);
    },
  };
}

/** GET /ready: for a balancer that looks at the port which it balances. The verdict of the admin endpoint's /-/ready. */
export function readyRoute(unready: () => readonly string[]): Route {
  return {
    methods: ['GET', 'HEAD'],
    inflates: false,
    open: true,
    dialect: () => plain,
    handle() {
      const reasons = unready();
      const body = Buffer.from(`${JSON.stringify({ ready: reasons.length === 0, reasons })}\n`);
      return Promise.resolve({ status: reasons.length === 0 ? 200 : 503, headers: { 'content-type': 'application/json' }, body });
    },
  };
}

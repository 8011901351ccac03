import { plain } from '../net/server/dialect.ts';
import type { Reply, Request, Route } from '../net/server/exchange.ts';

/** What the admin endpoint shows and does, as plain functions. */
export interface AdminApi {
  /** GET /metrics, by the Accept header. */
  exposition(accept: string): Promise<{ readonly contentType: string; readonly body: string }>;
  /** Why profiles cannot be taken now; empty when they can. */
  unready(): readonly string[];
  /** POST /-/reload; with `dryRun` nothing is changed. */
  reload(dryRun: boolean): Promise<{ readonly ok: boolean; readonly text: string }>;
  /** Whether only this machine reaches the endpoint. */
  readonly loopback: boolean;
}

/** The paths of the admin endpoint. */
export function adminRoutes(api: AdminApi): ReadonlyMap<string, Route> {
  return new Map([
    [
      '/metrics',
      get(async ({ exchange }) => {
        const { contentType, body } = await api.exposition(exchange.headers.accept ?? '');
        return text(200, body, contentType);
      }),
    ],
    ['/-/healthy', get(async () => text(200, 'the process is up\n'))],
    [
      '/-/ready',
      get(async () => {
        const reasons = api.unready();
        return reasons.length === 0 ? text(200, 'ready\n') : text(503, `${JSON.stringify({ reasons })}\n`, 'application/json');
      }),
    ],
    ['/-/reload', { ...get(async (request) => reload(request, api)), methods: ['POST'] }],
  ]);
}

async function reload({ exchange }: Request, api: AdminApi): Promise<Reply> {
  const refusal = whyNot(exchange.headers, api.loopback);
  if (refusal !== undefined) return text(403, `${refusal}\n`);
  const { ok, text: said } = await api.reload(new URLSearchParams(exchange.query).get('dry_run') === '1');
  return text(ok ? 200 : 400, said);
}

/**
 * Why a request may not change anything; undefined when it may. A page in a browser on this machine could send one: it always carries an
 * Origin or a Sec-Fetch-Site, and a name that was rebound to 127.0.0.1 stands in Host.
 */
function whyNot(headers: Request['exchange']['headers'], loopback: boolean): string | undefined {
  if (!loopback) {
    return 'changes are only taken on a loopback address: set service.admin.endpoint to 127.0.0.1:PORT, or send SIGHUP';
  }
  const { host = '', origin } = headers;
  if (!/^(localhost|127(\.\d+){3}|\[::1\])(:\d+)?$/.test(host))
    return `a request for this machine alone names ${JSON.stringify(host)} as its host`;
  const site = headers['sec-fetch-site'];
  if (origin !== undefined && origin !== `http://${host}`) return `a page of ${origin} may not change the gateway`;
  if (site !== undefined && site !== 'same-origin' && site !== 'none') return 'a page of another site may not change the gateway';
  return undefined;
}

function get(handle: Route['handle']): Route {
  return { methods: ['GET', 'HEAD'], inflates: false, dialect: () => plain, handle };
}

function text(status: number, body: string, contentType = 'text/plain; charset=utf-8'): Reply {
  return {
    status,
    headers: { 'content-type': contentType, 'x-content-type-options': 'nosniff', 'cache-control': 'no-store' },
    body: Buffer.from(body),
  };
}

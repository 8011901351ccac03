import type { Logger } from '../core/component.ts';
import { messageOf } from '../core/errors.ts';
import { plain } from '../net/server/dialect.ts';
import type { Reply, Request, Route } from '../net/server/exchange.ts';
import type { Access, Denial } from './access.ts';
import type { AdminApi } from './api.ts';
import { json, type Operation, type Output } from './operation.ts';

/** What routes are made with. */
export interface RouteOptions {
  readonly operations: readonly Operation[];
  readonly api: AdminApi;
  readonly access: Access;
  /** Told of every change and of whoever is not let in. */
  readonly log: Logger;
}

/** The paths of the admin endpoint. */
export function adminRoutes(options: RouteOptions): ReadonlyMap<string, Route> {
  const byPath = Map.groupBy(options.operations, ({ path }) => path);
  return new Paths([...byPath].map(([path, operations]) => [path, route(operations, options)]));
}

/** Routes by path; where a path has {parameters}, by what stands around them. */
class Paths extends Map<string, Route> {
  override get(path: string): Route | undefined {
    const exact = super.get(path);
    if (exact !== undefined) return exact;
    for (const [template, found] of this) if (template.includes('{') && parametersOf(template, path) !== undefined) return found;
    return undefined;
  }
}

/**
 * The {parameters} of a path that fits the template, decoded; undefined when it does not fit. An id may hold a slash, and both `a%2Fb` and
 * `a/b` are taken for it: of two parameters side by side the first gets one part and the second the rest.
 */
function parametersOf(template: string, path: string): Record<string, string> | undefined {
  const names = [...template.matchAll(/\{(\w+)\}/g)].map(([, name = '']) => name);
  const groups = names.map((_, at) => (at === names.length - 1 ? '(.+)' : '([^/]+)'));
  const around = template.split(/\{\w+\}/).map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'));
  const expression = new RegExp(`^${around.map((part, at) => part + (groups[at] ?? '')).join('')}$`);
  const values = expression.exec(path)?.slice(1);
  if (values === undefined) return undefined;
  return Object.fromEntries(names.map((name, at) => [name, decoded(values[at] ?? '')]));
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part; // no percent-encoding: then it is a name as it stands
  }
}

function route(operations: readonly Operation[], options: RouteOptions): Route {
  const methods = operations.flatMap(({ method }) => (method === 'GET' ? ['GET', 'HEAD'] : [method]));
  return {
    methods,
    inflates: false,
    dialect: () => plain,
    handle: async (request) => {
      const wanted = request.exchange.method === 'HEAD' ? 'GET' : request.exchange.method;
      const operation = operations.find(({ method }) => method === wanted);
      if (operation === undefined) throw new Error(`unreachable: ${wanted} is not among ${methods}`);
      return replyOf(await perform(operation, request, options));
    },
  };
}

async function perform(
  operation: Operation,
  request: Request,
  { api, access, log }: RouteOptions,
): Promise<Output & { headers?: Denial['headers'] }> {
  const { exchange } = request;
  const from = exchange.peer.address;
  if (operation.open !== true) {
    const denial = await access.denial(exchange.headers);
    if (denial !== undefined) {
      log.warn('a request to the admin endpoint was denied', { path: exchange.path, from, status: denial.status, why: denial.message });
      return { ...json(denial.status, { error: denial.message }), ...(denial.headers && { headers: denial.headers }) };
    }
  }
  const body = bodyOf(operation, request);
  if ('fault' in body) return json(400, { error: body.fault });
  const query = Object.fromEntries(new URLSearchParams(exchange.query));
  const path = parametersOf(operation.path, exchange.path) ?? {};
  const output = await operation.run({ path, query, body: body.value, accept: exchange.headers.accept ?? '' }, api);
  if (operation.changes) {
    const facts = { operation: operation.id, path: exchange.path, query: exchange.query, from, status: output.status };
    log.info('something was changed by the admin endpoint', body.value === undefined ? facts : { ...facts, body: body.value });
  }
  return output;
}

/** The body of a request as its schema made it; every fault in one sentence. */
function bodyOf({ body: schema }: Operation, { body: pieces }: Request): { readonly value: unknown } | { readonly fault: string } {
  if (schema === undefined) return { value: undefined };
  let value: unknown;
  try {
    value = JSON.parse(Buffer.concat(pieces).toString());
  } catch (why) {
    return { fault: `expected a body in JSON: ${messageOf(why)}` };
  }
  const checked = schema.safeParse(value);
  if (checked.success) return { value: checked.data };
  return { fault: checked.error.issues.map(({ path, message }) => `${['body', ...path].join('.')}: ${message}`).join('; ') };
}

function replyOf({ status, content, headers }: Output & { headers?: Denial['headers'] }): Reply {
  const [type, words] = 'json' in content ? ['application/json', `${JSON.stringify(content.json)}\n`] : [content.type, content.text];
  return {
    status,
    headers: { 'content-type': type, 'x-content-type-options': 'nosniff', 'cache-control': 'no-store', ...headers },
    body: Buffer.from(words),
  };
}

import { problemAt } from '../config/problems.ts';
import type { Config } from '../config/schema.ts';
import type { Problem, Tree } from '../config/tree.ts';
import { type CodeName, codeName } from '../core/codes.ts';
import type { Host } from '../core/component.ts';
import { messageOf } from '../core/errors.ts';
import { createHttpClient, type HttpOutcome } from '../net/client/client.ts';
import { createGrpcClient, type GrpcOutcome } from '../net/client/grpc.ts';
import type { HttpClientConfig } from '../net/client/schema.ts';
import { withQuietHost } from './quiet-host.ts';

/** What of an endpoint of the exporter `pyroscope` a probe needs. */
interface ProbeTarget extends HttpClientConfig {
  readonly protocol: 'connect' | 'grpc';
}

/**
 * Tries every endpoint: name, connection, TLS and credentials, with a push of no series, which stores nothing and which Pyroscope refuses only
 * after it has looked at all of them. One error for each that could not take a profile now.
 */
export async function probeEndpoints(config: Config, tree: Tree): Promise<Problem[]> {
  return withQuietHost('validate', async (host) => {
    const probes = targetsOf(config).map(async ({ exporter, at, target }) => {
      const reason = await probe(target, host);
      const path = ['exporters', exporter, 'endpoints', at, 'url'];
      return reason === undefined ? [] : [problemAt(tree, path, `cannot be used: ${reason}`)];
    });
    return (await Promise.all(probes)).flat();
  });
}

function targetsOf(config: Config): { readonly exporter: string; readonly at: number; readonly target: ProbeTarget }[] {
  return [...config.exporters].flatMap(([exporter, { type, config: settings }]) => {
    if (type !== 'pyroscope') return [];
    // What the schema of that exporter has made: exporters/ is not ours to import.
    const { endpoints } = settings as { readonly endpoints: readonly ProbeTarget[] };
    return endpoints.map((target, at) => ({ exporter, at, target }));
  });
}

/** Why the endpoint could not take a profile now; undefined when it could. */
async function probe(target: ProbeTarget, host: Host): Promise<string | undefined> {
  const nothing = new Uint8Array();
  const forever = new AbortController().signal; // remote_timeout is the bound
  try {
    if (target.protocol === 'grpc') {
      const client = createGrpcClient(target, host);
      return faultOfGrpc(await client.request(nothing, {}, forever).finally(() => client.close()));
    }
    const client = createHttpClient(target, host);
    const headers = { 'Content-Type': 'application/proto', 'Connect-Protocol-Version': '1' };
    const request = { path: '/push.v1.PusherService/Push', query: '', headers, body: nothing };
    return faultOfHttp(await client.request(request, forever).finally(() => client.close()));
  } catch (why) {
    return messageOf(why); // tls_config names a file of no use
  }
}

/** A 4xx that complains of the request itself shows that everything before it is right. */
function faultOfHttp(outcome: HttpOutcome): string | undefined {
  if (outcome.kind === 'failure') return outcome.message;
  if (outcome.kind === 'aborted') return 'it was not tried';
  const { status, contentType } = outcome;
  if (status === 401) return 'it answers 401: the credentials are missing or wrong';
  if (status === 403) return 'it answers 403: these credentials, or this tenant, may not push';
  if (status === 404 || status === 405) return `it answers ${status}: nothing takes pushes below this URL`;
  if (status >= 300 && status < 400) return `it answers ${status}: it redirects to ${outcome.headers['location'] ?? 'nowhere'}`;
  if (status >= 500 && status !== 501) return `it answers ${status}`;
  return contentType === 'text/html' ? `it answers ${status} with a web page: this is no Pyroscope` : undefined;
}

function faultOfGrpc(outcome: GrpcOutcome): string | undefined {
  if (outcome.kind === 'failure') return outcome.message;
  if (outcome.kind === 'aborted') return 'it was not tried';
  const name = codeName(outcome.code);
  const words = grpcFaults[name];
  return words === undefined ? undefined : `it answers ${name}: ${words}`;
}

// The other codes complain of the empty request, or of how many there are.
const grpcFaults: Readonly<Partial<Record<CodeName, string>>> = {
  not_found: 'nothing takes pushes at this URL',
  permission_denied: 'these credentials, or this tenant, may not push',
  unimplemented: 'it takes no pushes by gRPC',
  unavailable: 'it takes nothing now',
  unauthenticated: 'the credentials are missing or wrong',
};

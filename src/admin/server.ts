import { type ConfigDiff, formatDiff } from '../config/diff.ts';
import { aborted } from '../core/abort.ts';
import type { Clock } from '../core/clock.ts';
import type { Logger } from '../core/component.ts';
import { parseAddress } from '../net/server/address.ts';
import { Admission } from '../net/server/admission.ts';
import { openListener } from '../net/server/listener.ts';
import { createServer } from '../net/server/serve.ts';
import { adminRoutes } from './routes.ts';

/** What came of asking for another configuration. */
export type ReloadResult =
  | { readonly kind: 'applied' | 'would_apply'; readonly diff: ConfigDiff }
  | { readonly kind: 'unchanged' }
  /** Nothing changed; one line for each thing that is wrong. */
  | { readonly kind: 'refused'; readonly lines: readonly string[] };

/** What the admin endpoint is made with. */
export interface AdminOptions {
  /** host:port, [::]:port or unix:/path. */
  readonly endpoint: string;
  readonly clock: Clock;
  readonly log: Logger;
  /** 0 <= x < 1. */
  readonly random: () => number;
  exposition(accept: string): Promise<{ readonly contentType: string; readonly body: string }>;
  /** Why profiles cannot be taken now; empty when they can. */
  unready(): readonly string[];
  reload(dryRun: boolean): Promise<ReloadResult>;
}

/** The gateway's own endpoint, bound. */
export interface AdminEndpoint {
  /** As bound: "127.0.0.1:4041". */
  readonly address: string;
  /** Open requests are answered, until `deadline` aborts. */
  close(deadline: AbortSignal): Promise<void>;
}

// Nobody sends a body here, and a kubelet or a Prometheus has answered within seconds or is gone.
const limits = { maxHeaderBytes: 16 * 1024, maxBodyBytes: 1024, timeoutMs: 10_000, idleTimeoutMs: 120_000, maxStreams: 16 };

/** Binds and serves. Rejects with CannotListen. */
export async function openAdmin(options: AdminOptions): Promise<AdminEndpoint> {
  const { endpoint, clock, log, random } = options;
  const routes = adminRoutes({
    exposition: (accept) => options.exposition(accept),
    unready: () => options.unready(),
    reload: async (dryRun) => describe(await options.reload(dryRun)),
    loopback: isLoopback(endpoint),
  });
  const server = createServer(routes, {
    clock,
    log,
    random,
    connections: {
      pathPrefix: '',
      headerTimeoutMs: limits.timeoutMs,
      idleTimeoutMs: limits.idleTimeoutMs,
      maxHeaderBytes: limits.maxHeaderBytes,
      maxStreams: limits.maxStreams,
    },
    admission: new Admission(1024 * limits.maxBodyBytes),
    maxRequestBytes: limits.maxBodyBytes,
    maxDecompressedBytes: limits.maxBodyBytes,
    requestTimeoutMs: limits.timeoutMs,
    minBytesPerSecond: 0,
    senders: { authenticator: undefined, tenant: undefined },
    notFound: `no such path; this is the admin endpoint, it serves ${[...routes.keys()].join(', ')}`,
    lameDuck: () => false,
    refused: () => {},
  });
  const listener = await openListener({ endpoint }, { clock, log });
  listener.serve(server);
  log.info('admin endpoint listening', { address: listener.address });
  return {
    address: listener.address,
    async close(deadline) {
      await Promise.race([server.drain(), aborted(deadline)]);
      await listener.close();
    },
  };
}

function describe(result: ReloadResult): { ok: boolean; text: string } {
  switch (result.kind) {
    case 'refused':
      return { ok: false, text: `${result.lines.join('\n')}\n` };
    case 'unchanged':
      return { ok: true, text: 'nothing changed\n' };
    case 'applied':
    case 'would_apply':
      return { ok: true, text: formatDiff(result.diff) };
    default:
      throw new Error(`unreachable: ${result satisfies never}`);
  }
}

/** Whether only this machine reaches it. */
function isLoopback(endpoint: string): boolean {
  const address = parseAddress(endpoint);
  return address?.kind === 'unix' || /^(localhost|127(\.\d+){3}|::1)$/.test(address?.host ?? '');
}

import { z } from 'zod';
import { type ConfigDiff, formatDiff } from '../config/diff.ts';
import { aborted } from '../core/abort.ts';
import { isLoopback } from '../core/address.ts';
import type { Clock } from '../core/clock.ts';
import type { Logger } from '../core/component.ts';
import { Admission } from '../net/server/admission.ts';
import { openListener } from '../net/server/listener.ts';
import { createServer, type HttpServer } from '../net/server/serve.ts';
import { ListenerTls } from '../net/tls.ts';
import { Access } from './access.ts';
import type { AdminApi } from './api.ts';
import { openApiDocument } from './openapi.ts';
import { json, type Operation } from './operation.ts';
import { operations } from './operations.ts';
import { adminRoutes } from './routes.ts';
import type { AdminConfig } from './schema.ts';

/** What came of asking for another configuration. */
export type ReloadResult =
  | { readonly kind: 'applied' | 'would_apply'; readonly diff: ConfigDiff }
  | { readonly kind: 'unchanged' }
  /** Nothing changed; one line for each thing that is wrong. */
  | { readonly kind: 'refused'; readonly lines: readonly string[] };

/** What the admin endpoint is made with. */
export interface AdminOptions extends Omit<AdminApi, 'reload'> {
  /** `service.admin`. */
  readonly admin: AdminConfig;
  readonly version: string;
  readonly clock: Clock;
  readonly log: Logger;
  /** 0 <= x < 1. */
  readonly random: () => number;
  reload(dryRun: boolean): Promise<ReloadResult>;
}

/** The gateway's own endpoint, bound. */
export interface AdminEndpoint {
  /** As bound: "127.0.0.1:4041". */
  readonly address: string;
  /** Reads what a new configuration of the same address names and changes nothing; the result puts it in force. Throws a sentence. */
  prepare(admin: AdminConfig): () => void;
  /** Open requests are answered, until `deadline` aborts. */
  close(deadline: AbortSignal): Promise<void>;
}

// A kubelet, a Prometheus or a person has answered within seconds or is gone; no body is larger than a list of a few records.
const limits = { maxHeaderBytes: 16 * 1024, maxBodyBytes: 64 * 1024, timeoutMs: 10_000, idleTimeoutMs: 120_000, maxStreams: 16 };

/** Binds and serves. Rejects with CannotListen, UnusableTokenFile, or a sentence that names a certificate file of no use. */
export async function openAdmin(options: AdminOptions): Promise<AdminEndpoint> {
  const { admin, clock, log } = options;
  let server = adminServer(admin, options);
  const listener = await openListener({ endpoint: admin.endpoint }, { clock, log });
  listener.serve(server);
  log.info('admin endpoint listening', { address: listener.address });
  warnOfExposure(listener.address, admin, log);
  return {
    address: listener.address,
    prepare(next) {
      const fresh = adminServer(next, options);
      return () => {
        server = fresh;
        listener.serve(fresh);
      };
    },
    async close(deadline) {
      await Promise.race([server.drain(), aborted(deadline)]);
      await listener.close();
    },
  };
}

/** One line when others than this machine reach it, and nobody is asked or what is asked can be read on the way. */
function warnOfExposure(address: string, { token_file, tls }: AdminConfig, log: Logger): void {
  if (isLoopback(address)) return;
  if (token_file === '') {
    const message =
      'whoever reaches this address may read /metrics, and the API answers nobody there: set token_file, or endpoint: 127.0.0.1:4041';
    log.warn(message, { address, key: 'service.admin.token_file' });
  } else if (tls === undefined) {
    log.warn('the token arrives in clear text: set tls', { address, key: 'service.admin.tls' });
  }
}

const DocumentSchema = z.looseObject({ openapi: z.string(), paths: z.record(z.string(), z.unknown()) });

/** Every operation, the document that describes them included. */
export function allOperations(version: string): readonly Operation[] {
  const document: Operation = {
    id: 'openapi',
    method: 'GET',
    path: '/api/v1/openapi.json',
    summary: 'This document.',
    answers: { 200: { description: 'OpenAPI 3.1.', content: { 'application/json': DocumentSchema } } },
    run: async () => json(200, openApiDocument(all, version)),
  };
  const all = [...operations, document];
  return all;
}

function adminServer(admin: AdminConfig, options: AdminOptions): HttpServer {
  const { clock, log, random } = options;
  const api = { ...options, reload: async (dryRun: boolean) => describe(await options.reload(dryRun)) };
  const routes = adminRoutes({ operations: allOperations(options.version), api, access: new Access(admin), log });
  return createServer(routes, {
    clock,
    log,
    random,
    connections: {
      pathPrefix: '',
      headerTimeoutMs: limits.timeoutMs,
      idleTimeoutMs: limits.idleTimeoutMs,
      maxHeaderBytes: limits.maxHeaderBytes,
      maxStreams: limits.maxStreams,
      tls: admin.tls && new ListenerTls(admin.tls),
    },
    admission: new Admission(1024 * limits.maxBodyBytes),
    maxRequestBytes: limits.maxBodyBytes,
    maxDecompressedBytes: limits.maxBodyBytes,
    requestTimeoutMs: limits.timeoutMs,
    minBytesPerSecond: 0,
    senders: { authenticator: undefined, tenant: undefined },
    notFound: `no such path; this is the admin endpoint, it serves ${[...routes.keys()].join(', ')}`,
    lameDuck: () => false,
    memoryLevel: () => 'ok',
    refused: () => {},
  });
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

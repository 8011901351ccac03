import { Agent, type Dispatcher } from 'undici';
import type { RawRequest, Wire } from './exchange.ts';
import type { HttpClientConfig } from './schema.ts';

// Go's defaults are no limit and 5 min; a bound keeps a dead endpoint from taking every file descriptor.
const maxConnections = 4096;
// Shorter than the idle timeouts of the usual balancers (60 s and up), so that a connection is seldom closed under our hands.
const idleMs = 30_000;
const maxHeaderBytes = 16 * 1024;
// Redirects choose origins; nobody needs more than a few.
const maxOrigins = 16;

/** The connections of one endpoint, to whatever origins redirects lead. */
export class Transport implements Wire {
  readonly #agent: Agent;

  constructor(config: HttpClientConfig) {
    this.#agent = new Agent({
      connections: maxConnections,
      pipelining: 1,
      keepAliveTimeout: idleMs,
      keepAliveMaxTimeout: idleMs,
      maxHeaderSize: maxHeaderBytes,
      // The attempt's own signal is the only clock: undici's are coarse (300 ms fired at 753 ms).
      headersTimeout: 0,
      bodyTimeout: 0,
      connectTimeout: config.remote_timeout,
      allowH2: config.enable_http2,
      maxOrigins,
      ...(config.max_connection_age > 0 ? { clientTtl: config.max_connection_age } : {}),
    });
  }

  dispatch(request: RawRequest, handler: Dispatcher.DispatchHandler): void {
    this.#agent.dispatch({ ...request, body: request.body ?? null }, handler);
  }

  /** Cuts what is still open: every attempt has ended by then, or is to. */
  close(): Promise<void> {
    return this.#agent.destroy();
  }
}

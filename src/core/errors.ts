/** Why a request may succeed later. `rate` is answered 429, the others 503. */
export type RefusedReason = 'rate' | 'queue_full' | 'disk' | 'memory' | 'draining' | 'broker';

/** Not now: nothing was stored, the same request may succeed later. */
export class Refused extends Error {
  readonly reason: RefusedReason;
  readonly retryAfterMs: number;

  constructor(reason: RefusedReason, message: string, retryAfterMs: number, options?: ErrorOptions) {
    super(message, options);
    this.name = 'Refused';
    this.reason = reason;
    this.retryAfterMs = retryAfterMs;
  }
}

/** What is wrong with a request that will always be refused. */
export type InvalidReason = 'malformed' | 'labels' | 'name' | 'no_series' | 'too_large' | 'encoding' | 'content_type';

/** Never: the sender's fault, the same bytes will always be refused. */
export class Invalid extends Error {
  readonly reason: InvalidReason;

  constructor(reason: InvalidReason, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'Invalid';
    this.reason = reason;
  }
}

/** Only with `ack: delivered`: an endpoint's final verdict, in both vocabularies so that every protocol can repeat it. */
export class Failed extends Error {
  /** Name of the endpoint within its exporter. */
  readonly endpoint: string;
  /** HTTP status to repeat. */
  readonly status: number;
  /** gRPC and Connect code, 1..16. */
  readonly code: number;
  readonly retryAfterMs: number | undefined;

  constructor(verdict: { endpoint: string; status: number; code: number; message: string; retryAfterMs?: number | undefined }) {
    super(verdict.message);
    this.name = 'Failed';
    this.endpoint = verdict.endpoint;
    this.status = verdict.status;
    this.code = verdict.code;
    this.retryAfterMs = verdict.retryAfterMs;
  }
}

/** The text of anything that was thrown. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

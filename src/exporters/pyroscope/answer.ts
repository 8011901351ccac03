import { codeName, codeOf } from '../../core/codes.ts';
import type { HttpOutcome } from '../../net/client/client.ts';
import type { GrpcOutcome } from '../../net/client/grpc.ts';
import { retryAfterMs } from './backoff.ts';
import { codeInside } from './codes.ts';

/** What one attempt brought. Expected outcomes are values; anything thrown is a bug. */
export type Answer =
  | { readonly kind: 'taken' }
  | Refusal
  | { readonly kind: 'no_answer'; readonly cause: 'network' | 'timeout' | 'credentials' | 'unsendable'; readonly message: string }
  /** By the sender that waits, or by the end of the process. */
  | { readonly kind: 'aborted' };

/** An answer that is no clear yes. */
export interface Refusal {
  readonly kind: 'refused';
  /** HTTP; 0 from a gRPC endpoint. */
  readonly status: number;
  /** gRPC and Connect, 1..16; 0 when the answer names none. */
  readonly code: number;
  /** The backend's own words, never empty. */
  readonly message: string;
  /** An HTML page: a sign-in, a proxy's error. */
  readonly webPage: boolean;
  readonly retryAfterMs: number | undefined;
}

/** What a request is to the backend; /ingest and Push mean different things by the same status. */
export type RequestKind = 'push' | 'ingest';

/** An HTTP exchange as an answer. `now` is the wall clock, for a Retry-After that is a date. */
export function answerOfHttp(outcome: HttpOutcome, kind: RequestKind, now: number): Answer {
  if (outcome.kind !== 'response') return withoutResponse(outcome);
  const { status, contentType, text } = outcome;
  const success = status >= 200 && status < 300;
  const webPage = success && contentType.startsWith('text/html');
  // A proxy or a catch-all server says 200 to everything; only who speaks the protocol answers a Push in its type.
  if (success && !webPage && (kind === 'ingest' || contentType === 'application/proto')) return { kind: 'taken' };
  const { code, message } = readError(text);
  return {
    kind: 'refused',
    status,
    code,
    message: wordsOf({ status, contentType, success, webPage, location: outcome.headers['location'], message }),
    webPage,
    retryAfterMs: retryAfterMs(outcome.retryAfter, now),
  };
}

/** A gRPC call as an answer. */
export function answerOfGrpc(outcome: GrpcOutcome, now: number): Answer {
  if (outcome.kind !== 'response') return withoutResponse(outcome);
  if (outcome.code === 0) return { kind: 'taken' };
  // grpc-js turns a plain HTTP answer, say a proxy's 404, into a code of its own; the status says more (grpc-js call-stream).
  const http = /HTTP status code (\d{3})\b/.exec(outcome.message);
  return {
    kind: 'refused',
    status: Number(http?.[1] ?? 0),
    code: http === null ? outcome.code : 0,
    message: outcome.message === '' ? codeName(outcome.code) : outcome.message,
    webPage: false,
    retryAfterMs: retryAfterMs(outcome.retryAfter, now),
  };
}

/** What brought no response means the same for every protocol. */
function withoutResponse(outcome: Exclude<HttpOutcome | GrpcOutcome, { readonly kind: 'response' }>): Answer {
  return outcome.kind === 'aborted' ? outcome : { kind: 'no_answer', cause: outcome.cause, message: outcome.message };
}

/** Connect's and Pyroscope's error body, {"code":"...","message":"..."}, which may have been cut; anything else is the message itself. */
function readError(text: string): { readonly code: number; readonly message: string } {
  const code = codeOf(/^\s*\{[^{]*?"code"\s*:\s*"([a-z_]+)"/.exec(text)?.[1] ?? '');
  const message = /"message"\s*:\s*("(?:[^"\\]|\\.)*)("?)/.exec(text);
  if (!text.trimStart().startsWith('{') || message === null) return { code, message: text.trim() };
  try {
    const words: unknown = JSON.parse(`${message[1]}"`);
    return { code, message: String(words) };
  } catch {
    return { code, message: text.trim() }; // not JSON after all
  }
}

interface Facts {
  readonly status: number;
  readonly contentType: string;
  readonly success: boolean;
  readonly webPage: boolean;
  readonly location: string | undefined;
  readonly message: string;
}

/** What to show people: the backend's words where they say something, else what came and what to change. */
function wordsOf(facts: Facts): string {
  if (facts.status >= 300 && facts.status < 400) {
    const target = facts.location === undefined ? 'without a Location' : `to ${facts.location}`;
    return `HTTP ${facts.status} redirects ${target}, which is not followed: set url to where the backend is`;
  }
  if (facts.webPage) return `HTTP ${facts.status} with a web page instead of Pyroscope's answer: check url and credentials`;
  if (facts.success) {
    const found = facts.contentType === '' ? 'no content type' : facts.contentType;
    return `HTTP ${facts.status} with ${found}, expected application/proto: is url the address of a Pyroscope?`;
  }
  return facts.message === '' ? `HTTP ${facts.status} without a word` : facts.message;
}

/** Whose fault it is; `limit`: nobody's, the tenant has sent too much for now. */
export type Fault = 'none' | 'record' | 'tenant' | 'limit' | 'endpoint' | 'later' | 'ambiguous' | 'aborted';

/** What an answer means. */
export interface Judgement {
  readonly fault: Fault;
  /** Attempts after which it is the record's end: 1 at once, Infinity never. A fault other than `record` needs neighbours that are taken. */
  readonly tries: number;
  /** With `ack: delivered` the sender is told at once. */
  readonly final: boolean;
}

/** Tries of what may be a poisonous profile or the backend's own outage. */
export const ambiguousTries = 10;

/**
 * The one table from answers to their meaning. Precedence: 413; a code in the answer, also one inside the text of a 422, a 500 or an
 * `unknown`; the HTTP status.
 */
export function judge(answer: Answer, kind: RequestKind, retryOn429: boolean): Judgement {
  switch (answer.kind) {
    case 'taken':
      return { fault: 'none', tries: 1, final: true };
    case 'aborted':
      return { fault: 'aborted', tries: Number.POSITIVE_INFINITY, final: true };
    case 'no_answer':
      return later;
    case 'refused':
      return judgeRefusal(answer, kind, retryOn429);
    default:
      throw new Error(`unreachable: ${answer satisfies never}`);
  }
}

const record: Judgement = { fault: 'record', tries: 1, final: true };
const tenant: Judgement = { fault: 'tenant', tries: Number.POSITIVE_INFINITY, final: true };
const endpoint: Judgement = { fault: 'endpoint', tries: Number.POSITIVE_INFINITY, final: true };
const later: Judgement = { fault: 'later', tries: Number.POSITIVE_INFINITY, final: false };
const ambiguous: Judgement = { fault: 'ambiguous', tries: ambiguousTries, final: false };
// A profile larger than the tenant's burst is refused with 429 for ever: the bucket never holds enough (pyroscope-wire: size limits, trap b).
const rateLimited: Judgement = { fault: 'limit', tries: ambiguousTries, final: false };

function judgeRefusal(refusal: Refusal, kind: RequestKind, retryOn429: boolean): Judgement {
  const { status } = refusal;
  // Pyroscope's read limit is permanent and comes as 429 or resource_exhausted, proxies' as 413 (pyroscope-wire: size limits, trap a).
  if (status === 413) return record;
  const code = codeWithin(refusal);
  const byCode = code === 0 ? undefined : judgeCode(code, retryOn429);
  // `unknown` is what /ingest says beside every 422: the status tells more.
  if (byCode !== undefined && !(code === unknown && status === 422 && kind === 'ingest')) return byCode;
  return judgeStatus(refusal, kind, retryOn429);
}

const unknown = codeOf('unknown');

/** The code of an answer; behind `unknown` and behind bare 422 and 500 stands the one that the text names. */
function codeWithin({ status, code, message }: Refusal): number {
  if (code !== 0 && code !== unknown) return code;
  const inside = code === unknown || status === 422 || status === 500 ? codeInside(message) : 0;
  return inside === 0 ? code : inside;
}

function judgeCode(code: number, retryOn429: boolean): Judgement {
  switch (codeName(code)) {
    // Pyroscope's validation: labels, time window, sizes, no profiles (pyroscope-wire: error table).
    case 'invalid_argument':
    case 'out_of_range':
    case 'failed_precondition':
    case 'already_exists':
    // Connect says so to a compression or a content type it does not speak.
    case 'unimplemented':
      return record;
    // No tenant, a bad one, or one this identity may not use.
    case 'unauthenticated':
    case 'permission_denied':
      return tenant;
    case 'not_found':
      return endpoint;
    case 'unavailable':
    // The storage's push deadline of 5 s.
    case 'deadline_exceeded':
    case 'aborted':
      return later;
    case 'resource_exhausted':
      return retryOn429 ? rateLimited : record;
    // Alloy never repeats it (alloy-behaviour 1.9), and a sender that waits is told; nobody else cancelled our call, so it may work later.
    case 'canceled':
      return { ...later, final: true };
    // A raw_profile that is no pprof, and segment writers that are gone: both are `unknown` 500 (pyroscope-wire: error table).
    case 'unknown':
    case 'internal':
    case 'data_loss':
      return ambiguous;
    case 'ok':
      throw new Error('unreachable: a refusal without an error code');
    default:
      throw new Error(`unreachable: ${codeName(code)}`);
  }
}

function judgeStatus(refusal: Refusal, kind: RequestKind, retryOn429: boolean): Judgement {
  const { status, webPage } = refusal;
  if (webPage) return endpoint;
  if (status < 300) return ambiguous; // a 2xx on Push without the protocol's content type
  if (status < 400) return endpoint;
  switch (status) {
    case 401:
    case 403:
      return tenant;
    case 404:
    case 405:
      return endpoint;
    case 408:
    case 502:
    case 503:
    case 504:
      return later;
    case 429:
      return retryOn429 ? rateLimited : record;
    case 422:
      return kind === 'ingest' ? judgeUnprocessable(refusal.message) : record;
    default:
      return status < 500 ? record : ambiguous;
  }
}

/** /ingest says 422 to storage timeouts, a bad tenant and broken profiles alike (pyroscope-wire section 2, "Statuses"); only what it could not
 *  parse is certain, but for a body cut on its way: two tries. */
function judgeUnprocessable(message: string): Judgement {
  return message.startsWith('parsing ') ? { ...record, tries: 2 } : { ...ambiguous, final: true };
}

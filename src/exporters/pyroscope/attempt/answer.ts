import { codeName, codeOf } from '../../../core/codes.ts';
import type { HttpOutcome } from '../../../net/client/client.ts';
import type { GrpcOutcome } from '../../../net/client/grpc.ts';
import { retryAfterMs } from '../pacing/backoff.ts';
import type { RequestKind } from '../request/request.ts';

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
    message: sayWhat({ status, contentType, success, webPage, location: outcome.headers['location'], message }),
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
function sayWhat(facts: Facts): string {
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

/** The endpoint's words, with status or code. */
export function wordsOf(answer: Answer): string {
  switch (answer.kind) {
    case 'taken':
    case 'aborted':
      return answer.kind;
    case 'no_answer':
      return answer.message;
    case 'refused':
      return `${answer.status === 0 ? codeName(answer.code) : `HTTP ${answer.status}`}: ${answer.message}`;
    default:
      throw new Error(`unreachable: ${answer satisfies never}`);
  }
}

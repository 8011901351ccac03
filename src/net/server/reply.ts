import { Failed, Invalid, type InvalidReason, Refused, type RefusedReason } from '../../core/errors.ts';
import { Bug, Forbidden, Unserved, type UnservedReason, unservedReasons } from './unserved.ts';

/** Why a request was not answered 200: the `reason` of flamegate_receiver_requests_refused_total. */
export type RefusalReason = InvalidReason | RefusedReason | UnservedReason | 'endpoint' | 'bug';

/** What is said to a sender, whatever its protocol. */
export interface Verdict {
  readonly reason: RefusalReason;
  /** HTTP. */
  readonly status: number;
  /** gRPC and Connect, 1..16. */
  readonly code: number;
  readonly message: string;
  readonly headers: Readonly<Record<string, string>>;
}

interface Answer {
  readonly status: number;
  readonly code: number;
}

const invalidArgument = 3;
const deadlineExceeded = 4;
const permissionDenied = 7;
const resourceExhausted = 8;
const unimplemented = 12;
const internal = 13;
const unavailable = 14;
const unauthenticated = 16;

const invalidAnswers: Readonly<Record<InvalidReason, Answer>> = {
  malformed: { status: 400, code: invalidArgument },
  labels: { status: 400, code: invalidArgument },
  name: { status: 400, code: invalidArgument },
  no_series: { status: 400, code: invalidArgument },
  // Pyroscope says resource_exhausted here, which senders retry for ever; the same bytes never fit.
  too_large: { status: 413, code: invalidArgument },
  encoding: { status: 415, code: unimplemented },
  content_type: { status: 415, code: unimplemented },
};

const refusedAnswers: Readonly<Record<RefusedReason, Answer>> = {
  rate: { status: 429, code: resourceExhausted },
  queue_full: { status: 503, code: unavailable },
  disk: { status: 503, code: unavailable },
  memory: { status: 503, code: unavailable },
  draining: { status: 503, code: unavailable },
  broker: { status: 503, code: unavailable },
};

const unservedAnswers: Readonly<Record<UnservedReason, Answer>> = {
  auth: { status: 401, code: unauthenticated },
  tenant: { status: 401, code: unauthenticated },
  path: { status: 404, code: unimplemented },
  method: { status: 405, code: unimplemented },
  version: { status: 505, code: unimplemented },
  encoding: { status: 501, code: unimplemented },
  content_type: { status: 415, code: unimplemented },
  header: { status: 431, code: invalidArgument },
  timeout: { status: 408, code: deadlineExceeded },
  deadline: { status: 504, code: deadlineExceeded },
  canceled: { status: 499, code: 1 },
};

const forbiddenAnswer: Answer = { status: 403, code: permissionDenied };

/** Every reason there is: their counters exist from the start. */
export const refusalReasons: readonly RefusalReason[] = [
  ...new Set<RefusalReason>([...keysOf(invalidAnswers), ...keysOf(refusedAnswers), ...unservedReasons, 'endpoint', 'bug']),
];

// Percent-encoded for gRPC at most three times as long: below the 8 KiB that its clients take as a head.
const longestMessage = 2048;

/**
 * The one table from what was thrown to what is answered (contract: "Receiver: routes and answers"). Whatever a message repeats of the
 * request, here it is cut to a length that every protocol can carry.
 */
export function verdictOf(why: unknown): Verdict {
  const verdict = findVerdict(why);
  return verdict.message.length * 3 <= longestMessage ? verdict : { ...verdict, message: clip(verdict.message) };
}

/** At most so many bytes as UTF-8, the mark that something is missing included. */
function clip(text: string): string {
  const bytes = Buffer.from(text.slice(0, longestMessage));
  if (text.length <= longestMessage && bytes.length <= longestMessage) return text;
  let end = Math.min(bytes.length, longestMessage - 3);
  // Never in the middle of a character.
  while (end > 0 && ((bytes[end] ?? 0) & 0xc0) === 0x80) end--;
  return `${bytes.toString('utf8', 0, end)}…`;
}

function findVerdict(why: unknown): Verdict {
  if (why instanceof Invalid) {
    // What would have been understood (RFC 9110 section 12.5.3).
    const headers: Record<string, string> = why.reason === 'encoding' ? { 'accept-encoding': 'gzip' } : {};
    return { ...invalidAnswers[why.reason], reason: why.reason, message: why.message, headers };
  }
  if (why instanceof Refused) {
    const headers = retryAfter(why.retryAfterMs);
    return { ...refusedAnswers[why.reason], reason: why.reason, message: why.message, headers };
  }
  if (why instanceof Unserved) {
    const answer = why instanceof Forbidden ? forbiddenAnswer : unservedAnswers[why.reason];
    return { ...answer, reason: why.reason, message: why.message, headers: why.headers };
  }
  if (why instanceof Failed) {
    const headers = why.retryAfterMs === undefined ? {} : retryAfter(why.retryAfterMs);
    return { status: why.status, code: why.code, reason: 'endpoint', message: why.message, headers };
  }
  const message = why instanceof Bug ? why.message : 'internal error';
  return { status: 500, code: internal, reason: 'bug', message, headers: {} };
}

/** Whole seconds, never 0: that would mean at once. */
function retryAfter(ms: number): Record<string, string> {
  return { 'retry-after': String(Math.max(1, Math.ceil(ms / 1000))) };
}

function keysOf<K extends string>(table: Readonly<Record<K, unknown>>): K[] {
  return Object.keys(table) as K[]; // the keys are the type's own: the tables are literals of this file
}

import { codeName, codeOf } from '../../../core/codes.ts';
import type { RequestKind } from '../request/request.ts';
import type { Answer, Refusal } from './answer.ts';
import { codeInside } from './codes.ts';

/** What an answer says, in the words that are used from here to what happens next. */
export type VerdictKind =
  | 'taken'
  /** This record is at fault, for certain. */
  | 'rejected'
  /** The record or the endpoint is at fault: what happens to its neighbours tells (poison/). */
  | 'unclear'
  /** The tenant has sent too much for now. */
  | 'limited'
  /** The tenant, its credentials or its rights are at fault. */
  | 'denied'
  /** The endpoint or our configuration is at fault: that is no Pyroscope, or not its address. */
  | 'misdirected'
  /** Nobody is at fault, it works later: no answer, or one that says so. */
  | 'down'
  /** We ended the attempt ourselves. */
  | 'canceled';

/** What an answer means. */
export interface Verdict {
  readonly kind: VerdictKind;
  /** Attempts after which it is the record's end: 1 at once, Infinity never. For another kind than `rejected` that needs neighbours that are taken. */
  readonly tries: number;
  /** With `ack: delivered` the sender is told at once. */
  readonly final: boolean;
}

/** Tries of what may be a poisonous profile or the backend's own outage. */
export const unclearTries = 10;

/**
 * The one table from answers to their meaning. Precedence: 413; a code in the answer, also one inside the text of a 422, a 500 or an
 * `unknown`; the HTTP status.
 */
export function judge(answer: Answer, kind: RequestKind, retryOn429: boolean): Verdict {
  switch (answer.kind) {
    case 'taken':
      return taken;
    case 'aborted':
      return canceled;
    case 'no_answer':
      // What we cannot send is no outage of the endpoint.
      return answer.cause === 'unsendable' ? denied : down;
    case 'refused':
      return judgeRefusal(answer, kind, retryOn429);
    default:
      throw new Error(`unreachable: ${answer satisfies never}`);
  }
}

const taken: Verdict = { kind: 'taken', tries: 1, final: true };
const canceled: Verdict = { kind: 'canceled', tries: Number.POSITIVE_INFINITY, final: true };
const rejected: Verdict = { kind: 'rejected', tries: 1, final: true };
const denied: Verdict = { kind: 'denied', tries: Number.POSITIVE_INFINITY, final: true };
const misdirected: Verdict = { kind: 'misdirected', tries: unclearTries, final: true };
const down: Verdict = { kind: 'down', tries: Number.POSITIVE_INFINITY, final: false };
const unclear: Verdict = { kind: 'unclear', tries: unclearTries, final: false };
// A profile larger than the tenant's burst is refused with 429 for ever: the bucket never holds enough (pyroscope-wire: size limits, trap b).
const limited: Verdict = { kind: 'limited', tries: unclearTries, final: false };

function judgeRefusal(refusal: Refusal, kind: RequestKind, retryOn429: boolean): Verdict {
  const { status } = refusal;
  // Pyroscope's read limit is permanent and comes as 429 or resource_exhausted, proxies' as 413 (pyroscope-wire: size limits, trap a).
  if (status === 413) return rejected;
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

function judgeCode(code: number, retryOn429: boolean): Verdict {
  switch (codeName(code)) {
    // Pyroscope's validation: labels, time window, sizes, no profiles (pyroscope-wire: error table).
    case 'invalid_argument':
    case 'out_of_range':
    case 'failed_precondition':
    case 'already_exists':
    // Connect says so to a compression or a content type it does not speak.
    case 'unimplemented':
      return rejected;
    // No tenant, a bad one, or one this identity may not use.
    case 'unauthenticated':
    case 'permission_denied':
      return denied;
    case 'not_found':
      return misdirected;
    case 'unavailable':
    // The storage's push deadline of 5 s.
    case 'deadline_exceeded':
    case 'aborted':
      return down;
    case 'resource_exhausted':
      return retryOn429 ? limited : rejected;
    // Alloy never repeats it (alloy-behaviour 1.9), and a sender that waits is told; nobody else cancelled our call, so it may work later.
    case 'canceled':
      return { ...down, final: true };
    // A raw_profile that is no pprof, and segment writers that are gone: both are `unknown` 500 (pyroscope-wire: error table).
    case 'unknown':
    case 'internal':
    case 'data_loss':
      return unclear;
    case 'ok':
      throw new Error('unreachable: a refusal without an error code');
    default:
      throw new Error(`unreachable: ${codeName(code)}`);
  }
}

function judgeStatus(refusal: Refusal, kind: RequestKind, retryOn429: boolean): Verdict {
  const { status, webPage } = refusal;
  if (webPage) return misdirected;
  if (status < 300) return unclear; // a 2xx on Push without the protocol's content type
  if (status < 400) return misdirected;
  switch (status) {
    case 401:
    case 403:
      return denied;
    case 404:
    case 405:
      return misdirected;
    case 408:
    case 502:
    case 503:
    case 504:
      return down;
    case 429:
      return retryOn429 ? limited : rejected;
    case 422:
      return kind === 'ingest' ? judgeUnprocessable(refusal.message) : rejected;
    default:
      return status < 500 ? rejected : unclear;
  }
}

/** /ingest says 422 to storage timeouts, a bad tenant and broken profiles alike (pyroscope-wire section 2, "Statuses"); only what it could not
 *  parse is certain, but for a body cut on its way: two tries. */
function judgeUnprocessable(message: string): Verdict {
  return message.startsWith('parsing ') ? { ...rejected, tries: 2 } : { ...unclear, final: true };
}

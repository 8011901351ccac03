import { codeName, codeOf } from '../../../core/codes.ts';
import { Failed } from '../../../core/errors.ts';
import type { RequestKind } from '../request/request.ts';
import type { Answer, Refusal } from './answer.ts';
import { codeOfStatus, statusOfCode } from './codes.ts';
import type { VerdictKind } from './verdict.ts';

/** Whose answer it is, and after how many attempts. */
export interface FailureOf {
  readonly endpoint: string;
  /** Without user-info. */
  readonly url: string;
  readonly kind: RequestKind;
  readonly attempts: number;
  /** Undefined where there was no attempt. */
  readonly verdict: VerdictKind | undefined;
}

/** An endpoint's last answer in the words and codes that a sender is told. */
export function failedOf(answer: Exclude<Answer, { readonly kind: 'taken' }>, of: FailureOf): Failed {
  const { status, code } = statusAndCode(answer, of);
  const retries = Math.max(0, of.attempts - 1);
  const words = answer.kind === 'aborted' ? 'the gateway is stopping' : answer.message;
  return new Failed({
    endpoint: of.endpoint,
    status,
    code,
    message: `failed to ${of.kind} to endpoint ${of.url} (${retries} retries): ${codeName(code)}: ${words}`,
    retryAfterMs: answer.kind === 'refused' ? answer.retryAfterMs : undefined,
  });
}

function statusAndCode(answer: Exclude<Answer, { readonly kind: 'taken' }>, of: FailureOf): { status: number; code: number } {
  switch (answer.kind) {
    case 'refused':
      return ofRefusal(answer, of);
    case 'no_answer':
      return answer.cause === 'timeout' ? { status: 504, code: codeOf('deadline_exceeded') } : { status: 503, code: codeOf('unavailable') };
    case 'aborted':
      return { status: 503, code: codeOf('unavailable') };
    default:
      throw new Error(`unreachable: ${answer satisfies never}`);
  }
}

function ofRefusal(refusal: Refusal, of: FailureOf): { status: number; code: number } {
  // A redirect, a web page or another server's 200 mean nothing to the sender.
  if (refusal.status > 0 && refusal.status < 400) return { status: 502, code: codeOf('unavailable') };
  const code = refusal.code === 0 ? codeOfStatus(refusal.status) : refusal.code;
  // What is permanent is never a 5xx that asks to be tried again.
  const contradictory = of.verdict === 'rejected' && refusal.status >= 500 && refusal.code !== 0;
  return { status: refusal.status === 0 || contradictory ? statusOfCode(code) : refusal.status, code };
}

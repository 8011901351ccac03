import type { DeadReason } from '../../../core/account.ts';
import type { Verdict } from '../attempt/verdict.ts';

/** All that a decision rests on, after an attempt that was not taken. */
export interface Circumstances {
  readonly verdict: Verdict;
  /** This one included; a part of a split request goes on with the count of the whole. */
  readonly attempt: number;
  /** Alloy's max_backoff_retries, which counts attempts; 0: no limit. Negative: one. */
  readonly maxAttempts: number;
  /** Refused together they may be good alone. */
  readonly series: number;
  /** What the backoff says for this attempt. */
  readonly backoffMs: number;
  /** What the answer asked for. */
  readonly retryAfterMs: number | undefined;
}

/** The same of a record that is in the queue. */
export interface QueuedCircumstances extends Circumstances {
  /** It has failed so often while others were taken that it is its own fault. */
  readonly poison: boolean;
  /** What the backoff says for this tenant, by how often it was denied or limited in a row. */
  readonly tenantBackoffMs: number;
}

/** What happens next to a record for which a sender waits (`ack: delivered`). */
export type WaitingAction =
  /** Several series refused together: each on its own. */
  | { readonly kind: 'split' }
  /** The sender is told. */
  | { readonly kind: 'tell' }
  | { readonly kind: 'again'; readonly afterMs: number };

/** What happens next to a record in the queue. */
export type QueuedAction =
  | { readonly kind: 'split' }
  | { readonly kind: 'dead_letter'; readonly reason: DeadReason }
  /** Another attempt: not before `afterMs`, and until then nothing of its tenant (`hold`) or of the endpoint (`rest`) for so many milliseconds. */
  | { readonly kind: 'again'; readonly afterMs: number; readonly holdMs?: number; readonly restMs?: number };

/** Pure: every line of the contract's table is a test of this function. */
export function decideWaiting({ verdict, attempt, maxAttempts, series, backoffMs, retryAfterMs }: Circumstances): WaitingAction {
  if (verdict.kind === 'canceled') return { kind: 'tell' };
  if (verdict.kind === 'rejected' && series > 1) return { kind: 'split' };
  if (verdict.final || isExhausted(maxAttempts, attempt)) return { kind: 'tell' };
  return { kind: 'again', afterMs: retryAfterMs ?? backoffMs };
}

/** Pure: every line of the contract's table is a test of this function. */
export function decideQueued(c: QueuedCircumstances): QueuedAction {
  const { verdict, attempt, maxAttempts, series } = c;
  if (verdict.kind === 'canceled') return { kind: 'again', afterMs: 0 };
  const isRejected = verdict.kind === 'rejected' && attempt >= verdict.tries;
  if (isRejected || c.poison) return series > 1 ? { kind: 'split' } : { kind: 'dead_letter', reason: isRejected ? 'rejected' : 'poison' };
  if (isExhausted(maxAttempts, attempt)) return { kind: 'dead_letter', reason: 'exhausted' };
  return again(c);
}

function isExhausted(maxAttempts: number, attempt: number): boolean {
  return maxAttempts !== 0 && attempt >= maxAttempts;
}

function again({ verdict, backoffMs, tenantBackoffMs, retryAfterMs }: QueuedCircumstances): QueuedAction {
  switch (verdict.kind) {
    case 'denied':
      return { kind: 'again', afterMs: 0, holdMs: tenantBackoffMs };
    case 'limited': {
      // This one comes after the others: a profile larger than the tenant's burst would otherwise stand in their way for ever.
      const holdMs = retryAfterMs ?? tenantBackoffMs;
      return { kind: 'again', afterMs: holdMs + backoffMs, holdMs };
    }
    case 'down':
      if (retryAfterMs !== undefined) return { kind: 'again', afterMs: retryAfterMs, restMs: retryAfterMs };
      return { kind: 'again', afterMs: backoffMs };
    default:
      return { kind: 'again', afterMs: backoffMs };
  }
}

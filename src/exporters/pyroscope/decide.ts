import type { DeadReason } from '../../core/account.ts';
import type { Judgement } from './answer.ts';

/** How an endpoint treats what is not taken. */
export interface Policy {
  /** `ack: delivered`: the last verdict is told; otherwise the record is buried. */
  readonly somebodyWaits: boolean;
  /** Alloy's max_backoff_retries, which counts attempts; 0: until max_age, or until the sender leaves. Negative: one. */
  readonly maxAttempts: number;
}

/** What happens to a record next, and to whom else. */
export type Action =
  | { readonly kind: 'delivered' }
  /** Several series refused, or poisonous, together: each on its own. */
  | { readonly kind: 'split' }
  | { readonly kind: 'bury'; readonly reason: DeadReason }
  /** Tell the sender that waits, if it still does. */
  | { readonly kind: 'give_up' }
  | Postponement;

/** Another attempt: of this record, with all others of its tenant, or of the endpoint. */
export interface Postponement {
  readonly kind: 'retry' | 'hold' | 'rest';
  /** Not before that, for this record. */
  readonly afterMs: number;
  /** Nothing of the tenant (hold) or of the endpoint (rest) before that. */
  readonly othersAfterMs: number;
}

/** All that a decision rests on. */
export interface Circumstances {
  readonly judgement: Judgement;
  /** This one included; a part of a split request goes on with the count of the whole. */
  readonly attempt: number;
  /** Failures while others were taken, this one included. */
  readonly suspect: number;
  readonly series: number;
  /** What the backoff says for this attempt. */
  readonly backoffMs: number;
  /** What it says for this tenant, by how often it was refused or limited in a row. */
  readonly tenantBackoffMs: number;
  /** What the answer asked for. */
  readonly retryAfterMs: number | undefined;
}

/** Pure: every line of the contract's table is a test of this function. */
export function decide(policy: Policy, c: Circumstances): Action {
  const { fault, tries, final } = c.judgement;
  if (fault === 'none') return { kind: 'delivered' };
  if (fault === 'aborted') return policy.somebodyWaits ? { kind: 'give_up' } : { kind: 'retry', afterMs: 0, othersAfterMs: 0 };
  if (policy.somebodyWaits) {
    if (fault === 'record' && c.series > 1) return { kind: 'split' };
    if (final || exhausted(policy, c.attempt)) return { kind: 'give_up' };
    return { kind: 'retry', afterMs: c.retryAfterMs ?? c.backoffMs, othersAfterMs: 0 };
  }
  const failures = fault === 'record' ? c.attempt : c.suspect;
  if (failures >= tries) return c.series > 1 ? { kind: 'split' } : { kind: 'bury', reason: fault === 'record' ? 'rejected' : 'poison' };
  if (exhausted(policy, c.attempt)) return { kind: 'bury', reason: 'exhausted' };
  return postpone(c);
}

function exhausted(policy: Policy, attempt: number): boolean {
  return policy.maxAttempts !== 0 && attempt >= policy.maxAttempts;
}

function postpone({ judgement, backoffMs, tenantBackoffMs, retryAfterMs }: Circumstances): Postponement {
  switch (judgement.fault) {
    case 'tenant':
      return { kind: 'hold', afterMs: 0, othersAfterMs: tenantBackoffMs };
    case 'limit': {
      // This one comes after the others: a profile larger than the tenant's burst would otherwise stand in their way for ever.
      const othersAfterMs = retryAfterMs ?? tenantBackoffMs;
      return { kind: 'hold', afterMs: othersAfterMs + backoffMs, othersAfterMs };
    }
    case 'endpoint':
      return { kind: 'rest', afterMs: backoffMs, othersAfterMs: 0 };
    case 'later':
      if (retryAfterMs !== undefined) return { kind: 'rest', afterMs: retryAfterMs, othersAfterMs: retryAfterMs };
      return { kind: 'retry', afterMs: backoffMs, othersAfterMs: 0 };
    default:
      return { kind: 'retry', afterMs: backoffMs, othersAfterMs: 0 };
  }
}

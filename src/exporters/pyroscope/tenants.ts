import type { Cursor } from '../../queue/log.ts';
import { remember } from './bounded.ts';

/** Senders choose their tenants: more than that are not remembered, and the oldest go on at once. */
const mostTenants = 1000;
/** A probe that never comes back must not silence its tenant for ever. */
const probeLimitMs = 60_000;

/**
 * Tenants that an endpoint refused or limited: their records stand aside for a while, then one of them goes ahead and the others follow when
 * it is taken.
 */
export class TenantHolds {
  readonly #cursor: Pick<Cursor, 'hold'>;
  /** How often in a row. */
  readonly #faults = new Map<string, number>();

  constructor(cursor: Pick<Cursor, 'hold'>) {
    this.#cursor = cursor;
  }

  /** An attempt for this tenant begins: while nobody knows better the others wait for what comes of it. */
  probe(tenant: string): void {
    if (this.#faults.has(tenant)) this.#cursor.hold(tenant, probeLimitMs);
  }

  /** It was refused or limited; says how often now. */
  fault(tenant: string): number {
    const faults = (this.#faults.get(tenant) ?? 0) + 1;
    remember(this.#faults, tenant, faults, mostTenants);
    return faults;
  }

  /** For so long. */
  hold(tenant: string, ms: number): void {
    this.#cursor.hold(tenant, ms);
  }

  /** The attempt said something else: whoever stood aside goes on. */
  clear(tenant: string): void {
    if (!this.#faults.delete(tenant)) return;
    this.#cursor.hold(tenant, 0);
  }
}

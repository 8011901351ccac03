import type { Clock } from '../../../core/clock.ts';
import type { Cursor } from '../../../queue/log.ts';
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
  readonly #clock: Clock;
  /** How often in a row, and when last, monotonic milliseconds. */
  readonly #faults = new Map<string, { readonly count: number; readonly at: number }>();
  /** Until when each stands aside, monotonic milliseconds. */
  readonly #until = new Map<string, number>();

  constructor(cursor: Pick<Cursor, 'hold'>, clock: Clock) {
    this.#cursor = cursor;
    this.#clock = clock;
  }

  /** Whether its records stand aside now. */
  isHeld(tenant: string): boolean {
    return this.#until.size > 0 && (this.#until.get(tenant) ?? 0) > this.#clock.monotonic();
  }

  /** An attempt for this tenant begins: while nobody knows better the others wait for what comes of it. */
  probe(tenant: string): void {
    if (this.#faults.size > 0 && this.#faults.has(tenant)) this.hold(tenant, probeLimitMs);
  }

  /** It was denied or limited, by an attempt that began then; says how often now. Attempts that were under way together are one time. */
  fault(tenant: string, startedAt: number): number {
    const known = this.#faults.get(tenant);
    if (known !== undefined && startedAt <= known.at) return known.count;
    const count = (known?.count ?? 0) + 1;
    remember(this.#faults, tenant, { count, at: this.#clock.monotonic() }, mostTenants);
    return count;
  }

  /** For so long. */
  hold(tenant: string, ms: number): void {
    if (ms > 0) remember(this.#until, tenant, this.#clock.monotonic() + ms, mostTenants);
    else this.#until.delete(tenant);
    this.#cursor.hold(tenant, ms);
  }

  /** Nobody stands aside any more. */
  reset(): void {
    this.#faults.clear();
    for (const tenant of [...this.#until.keys()]) this.hold(tenant, 0);
  }

  /** The attempt said something else: whoever stood aside goes on. */
  clear(tenant: string): void {
    if (this.#faults.size > 0 && this.#faults.delete(tenant)) this.hold(tenant, 0);
  }
}

import { remember } from './bounded.ts';

/** When things last happened to a group of records, by the start of the attempt, in monotonic milliseconds. */
interface Standing {
  takenAt: number;
  failed: Failure | undefined;
  /** The last failure of another record than that of `failed`. */
  failedBefore: Failure | undefined;
}

interface Failure {
  readonly position: number;
  readonly at: number;
}

const mostTenants = 1000;

/**
 * Who was taken lately at one endpoint, by tenant: tells a poisonous profile from an outage, which Pyroscope answers alike. All that counts is
 * what began after the record in question had failed: an attempt that was under way when the outage began proves nothing.
 */
export class Neighbours {
  readonly #all = emptyStanding();
  readonly #tenants = new Map<string, Standing>();

  /** A record of this tenant was taken. */
  taken(tenant: string, startedAt: number): void {
    for (const standing of [this.#all, this.#standing(tenant)]) standing.takenAt = Math.max(standing.takenAt, startedAt);
  }

  /** A record of this tenant failed, and it may be its own fault. */
  failed(tenant: string, position: number, startedAt: number): void {
    for (const standing of [this.#all, this.#standing(tenant)]) {
      if (standing.failed?.position !== position) standing.failedBefore = standing.failed;
      standing.failed = { position, at: startedAt };
    }
  }

  /** Whether others were taken since: those of the same tenant where there are any, else anybody. */
  takenSince(tenant: string, position: number, since: number): boolean {
    const own = this.#tenants.get(tenant);
    if (own !== undefined) {
      if (own.takenAt > since) return true;
      const other = own.failed?.position === position ? own.failedBefore : own.failed;
      if (other !== undefined && other.at >= since) return false;
    }
    return this.#all.takenAt > since;
  }

  #standing(tenant: string): Standing {
    const standing = this.#tenants.get(tenant) ?? emptyStanding();
    remember(this.#tenants, tenant, standing, mostTenants);
    return standing;
  }
}

function emptyStanding(): Standing {
  return { takenAt: Number.NEGATIVE_INFINITY, failed: undefined, failedBefore: undefined };
}

import { remember } from '../pacing/bounded.ts';

/** Whose profiles can be told apart: a service of a tenant. */
export interface Group {
  readonly tenant: string;
  readonly service: string;
}

/** A group as a key. */
export function groupKey({ tenant, service }: Group): string {
  return `${tenant}\0${service}`;
}

/** When a tenant's records last were taken, and failed, in monotonic milliseconds. */
interface Standing {
  /** Start of the attempt. */
  takenAt: number;
  failed: Failure | undefined;
  /** The last failure of another service than that of `failed`. */
  failedBefore: Failure | undefined;
}

interface Failure {
  readonly service: string;
  readonly at: number;
}

const mostTenants = 1000;

/**
 * Who was taken lately at one endpoint, by tenant: tells a poisonous profile from an outage, which Pyroscope answers alike. All that counts is
 * what began after the record in question had failed: an attempt that was under way when the outage began proves nothing.
 */
export class Neighbours {
  #takenAt = Number.NEGATIVE_INFINITY;
  readonly #tenants = new Map<string, Standing>();

  /** A record of this tenant was taken, by an attempt that began then. */
  taken(tenant: string, startedAt: number): void {
    if (startedAt > this.#takenAt) this.#takenAt = startedAt;
    const standing = this.#tenants.get(tenant) ?? this.#begin(tenant);
    if (startedAt > standing.takenAt) standing.takenAt = startedAt;
  }

  /** A record failed, and it may be its own fault. */
  failed({ tenant, service }: Group, at: number): void {
    const standing = this.#tenants.get(tenant) ?? this.#begin(tenant);
    if (standing.failed?.service !== service) standing.failedBefore = standing.failed;
    standing.failed = { service, at };
  }

  /** Whether others were taken since: those of the same tenant where another of its services failed meanwhile, else anybody. */
  takenSince({ tenant, service }: Group, since: number): boolean {
    const own = this.#tenants.get(tenant);
    if (own !== undefined) {
      if (own.takenAt > since) return true;
      const other = own.failed?.service === service ? own.failedBefore : own.failed;
      if (other !== undefined && other.at >= since) return false;
    }
    return this.#takenAt > since;
  }

  #begin(tenant: string): Standing {
    const standing: Standing = { takenAt: Number.NEGATIVE_INFINITY, failed: undefined, failedBefore: undefined };
    remember(this.#tenants, tenant, standing, mostTenants);
    return standing;
  }
}

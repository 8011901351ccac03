import type { Exchange, Identity } from './exchange.ts';
import { Unserved } from './unserved.ts';

/** Which header names the tenant. */
export interface TenantRules {
  /** Lower case. */
  readonly header: string;
  /** For a sender that names none. */
  readonly fallback: string;
}

const nobody: Identity = { name: '', tenants: undefined };

/** Nobody has to prove who they are. */
export function identify(): Identity {
  return nobody;
}

const longestBytes = 150;

/**
 * What the sender says whose profiles these are. Throws Unserved("tenant") for an id that no Pyroscope takes: passed on it would be refused
 * there, for good, under our name (grafana/dskit tenant/tenant.go: letters, digits and !-_.*'() , at most 150 bytes, never . or ..).
 */
export function tenantOf(exchange: Exchange, rules: TenantRules): string {
  const values = exchange.headerValues(rules.header);
  const [tenant = ''] = values;
  if (values.length > 1) throw badTenant(rules, `one value, found ${values.length}`);
  if (tenant === '') return rules.fallback;
  const expected = tenantFault(tenant);
  if (expected !== undefined) throw badTenant(rules, expected);
  return tenant;
}

/** What is expected instead of a tenant id that no Pyroscope takes, and what was found; undefined for one that it takes. */
export function tenantFault(tenant: string): string | undefined {
  if (tenant.length > longestBytes) return `at most ${longestBytes} bytes, found ${tenant.length}`;
  if (tenant === '.' || tenant === '..') return `a name, found ${JSON.stringify(tenant)}`;
  if (/[^A-Za-z0-9!\-_.*'()]/.test(tenant)) return `letters, digits and !-_.*'() only, found ${JSON.stringify(tenant)}`;
  return undefined;
}

function badTenant(rules: TenantRules, expected: string): Unserved {
  // HTTP wants a challenge with every 401 (RFC 9110 section 11.6.1).
  const headers = { 'www-authenticate': `Tenant header="${rules.header}"` };
  return new Unserved('tenant', `the header ${rules.header} must have ${expected}`, headers);
}

import type { Exchange, Identity } from './exchange.ts';
import { Forbidden, Unserved } from './unserved.ts';

/** Which header names the tenant. */
export interface TenantRules {
  /** Lower case. */
  readonly header: string;
  /** For a sender that names none. */
  readonly fallback: string;
}

/** Finds out who sends, by the credentials of a request. */
export interface Authenticator {
  /** At once where it can. Throws or rejects with Unserved("auth"), or with Refused("rate") when too many others have to be looked at. */
  identify(exchange: Exchange): Identity | Promise<Identity>;
  /** Before the first request. */
  start(): Promise<void>;
  /** After the last. */
  stop(): Promise<void>;
}

/** Who sends, and whose profiles they are. */
export interface Sender {
  readonly identity: Identity;
  /** Empty when there is none. */
  readonly tenant: string;
}

/** Rules by which a sender is told; undefined: nobody is asked. */
export interface SenderRules {
  readonly authenticator: Authenticator | undefined;
  readonly tenant: TenantRules | undefined;
}

const anybody: Identity = { name: '', tenants: undefined };

/** Of a request that is answered to whoever asks. */
export const nobody: Sender = { identity: anybody, tenant: '' };

/** Who sends, and for whom: at once where nothing has to be looked up. Throws or rejects with Unserved("auth" or "tenant"), Forbidden or Refused. */
export function senderOf(exchange: Exchange, { authenticator, tenant }: SenderRules): Sender | Promise<Sender> {
  const { certificate } = exchange.peer;
  const identity = authenticator?.identify(exchange) ?? (certificate === undefined ? anybody : { name: certificate, tenants: undefined });
  if (identity instanceof Promise) return identity.then((found) => ({ identity: found, tenant: tenantOf(exchange, found, tenant) }));
  return { identity, tenant: tenantOf(exchange, identity, tenant) };
}

const longestBytes = 150;
const mostNamed = 5;

/**
 * Whose profiles these are: what the sender says, where it may say that; its only tenant or the default when it says nothing. Throws
 * Unserved("tenant") for an id that no Pyroscope takes, as passed on it would be refused there, for good, under our name; Forbidden for one
 * that is not the sender's.
 */
export function tenantOf(exchange: Exchange, { tenants }: Identity, rules: TenantRules | undefined): string {
  const named = rules === undefined ? '' : namedTenant(exchange, rules);
  if (tenants === undefined) return named === '' ? (rules?.fallback ?? '') : named;
  const [only] = tenants;
  if (named === '' && tenants.length === 1 && only !== undefined) return only;
  const tenant = named === '' ? (rules?.fallback ?? '') : named;
  if (tenants.includes(tenant)) return tenant;
  const some = tenants.slice(0, mostNamed).join(', ') + (tenants.length > mostNamed ? ', ...' : '');
  if (tenant !== '') throw new Forbidden(`these credentials are not for the tenant ${tenant}, only for ${some}`);
  throw new Forbidden(`these credentials are for several tenants: name one of ${some}${rules === undefined ? '' : ` in ${rules.header}`}`);
}

/** What is expected instead of a tenant id that no Pyroscope takes, and what was found; undefined for one that it takes. */
export function tenantFault(tenant: string): string | undefined {
  // grafana/dskit tenant/tenant.go: letters, digits and !-_.*'() , at most 150 bytes, never . or ..
  if (tenant.length > longestBytes) return `at most ${longestBytes} bytes, found ${tenant.length}`;
  if (tenant === '.' || tenant === '..') return `a name, found ${JSON.stringify(tenant)}`;
  if (/[^A-Za-z0-9!\-_.*'()]/.test(tenant)) return `letters, digits and !-_.*'() only, found ${JSON.stringify(tenant)}`;
  return undefined;
}

/** Empty when the sender names none. */
function namedTenant(exchange: Exchange, rules: TenantRules): string {
  const values = exchange.headerValues(rules.header);
  const [tenant = ''] = values;
  if (values.length > 1) throw badTenant(rules, `one value, found ${values.length}`);
  const expected = tenantFault(tenant);
  if (expected !== undefined) throw badTenant(rules, expected);
  return tenant;
}

function badTenant(rules: TenantRules, expected: string): Unserved {
  // HTTP wants a challenge with every 401 (RFC 9110 section 11.6.1).
  const headers = { 'www-authenticate': `Tenant header="${rules.header}"` };
  return new Unserved('tenant', `the header ${rules.header} must have ${expected}`, headers);
}

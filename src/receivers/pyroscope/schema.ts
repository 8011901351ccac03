import { z } from 'zod';
import { AddressSchema } from '../../core/address.ts';
import { DurationSchema } from '../../core/units.ts';
import { AuthSchema } from '../../net/server/auth-schema.ts';
import { tenantFault } from '../../net/server/identity.ts';
import { ProxiesSchema } from '../../net/server/proxies.ts';
import { ListenerTlsSchema, limitsShape, timeoutsShape } from '../../net/server/schema.ts';

const PrefixSchema = z
  .string()
  .regex(/^$|^(\/[^/?#\s]+)+$/, 'expected a path such as /profiles, or nothing')
  .default('');

const TenantIdSchema = z.string().superRefine((tenant, context) => {
  const expected = tenantFault(tenant);
  if (expected !== undefined) context.addIssue({ code: 'custom', message: `expected a tenant id of ${expected}` });
});

const TenantSchema = z.strictObject({
  header: z
    .string()
    .regex(/^[A-Za-z0-9!#$%&'*+.^_`|~-]+$/, 'expected the name of a header')
    .default('X-Scope-OrgID')
    .describe('The header in which senders name their tenant'),
  default: TenantIdSchema.default('').describe('Tenant of a sender that names none; empty: none'),
  forward: z.boolean().default(true).describe('Send it on to every endpoint that sets no tenant header of its own'),
});

/** Keys of a `pyroscope` receiver. */
export const PyroscopeReceiverSchema = z.strictObject({
  endpoint: AddressSchema.default('127.0.0.1:4040').describe('Where to listen: host:port, [::]:port or unix:/path'),
  path_prefix: PrefixSchema.describe('Everything is served below this path as well, for an ingress that does not strip its prefix'),
  tls: ListenerTlsSchema.optional().describe('HTTPS on the same port; HTTP/2 by ALPN. Clear text is not served then'),
  auth: AuthSchema.optional().describe('Who may send, checked before a body is read; at most one of the two'),
  tenant: TenantSchema.prefault({}).describe('Whose profiles a sender sends'),
  trusted_proxies: ProxiesSchema.default([]).describe('Addresses and CIDRs of proxies whose X-Forwarded-For names the sender'),
  limits: z
    .strictObject({
      ...limitsShape,
      max_series_per_request: z.int().min(1).default(10_000).describe('Most series in one push; above it 413'),
    })
    .prefault({}),
  timeouts: z.strictObject(timeoutsShape).prefault({}),
  max_connection_age: DurationSchema.default(30 * 60 * 1000).describe(
    'A connection that is older, give or take a tenth, ends after its next answer; 0s: never',
  ),
  conn_limit: z.int().min(0).default(0).describe("Alloy's conn_limit: connections above it wait until another one closes; 0: no limit"),
  compatibility: z
    .enum(['pyroscope', 'alloy'])
    .default('pyroscope')
    .describe(
      'Whose rules hold for what senders get wrong: alloy takes a label name twice (the last one counts), drops empty values and looks at no tenant header',
    ),
});

export type PyroscopeReceiverConfig = z.output<typeof PyroscopeReceiverSchema>;

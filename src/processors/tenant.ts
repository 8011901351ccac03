import { z } from 'zod';
import type { ProcessorFactory } from '../core/component.ts';
import { memoByLabels } from '../core/labels.ts';
import { MatcherSchema } from '../core/matcher.ts';
import { mapSeries, type Series } from '../core/profile.ts';
import { tenantFault } from '../net/server/identity.ts';

const TenantSchema = z.string().superRefine((tenant, context) => {
  const fault = tenantFault(tenant);
  if (fault !== undefined) context.addIssue({ code: 'custom', message: `expected a tenant id of ${fault}` });
});

const schema = z.strictObject({
  rules: z
    .array(z.strictObject({ match: MatcherSchema.describe('Which series.'), tenant: TenantSchema.describe('Where they are stored.') }))
    .default([])
    .describe('The first that matches decides, before anything else is asked.'),
  from_label: z.string().default('').describe('The label whose value names the tenant.'),
  from_identity: z.boolean().default(false).describe('Without that label, who the sender is names the tenant.'),
  map: z
    .record(z.string(), TenantSchema)
    .default({})
    .describe('Tenants by what label or identity say; what is not in it counts as said nothing. Empty: they are the tenant themselves.'),
  default: TenantSchema.default('').describe('The tenant of everything else. Empty: it stays as it came.'),
});

/**
 * Sets the tenant that a series is stored under. What a label says is the sender's word: one that is no tenant id counts as nothing said, and
 * is logged.
 */
export const tenant: ProcessorFactory<typeof schema> = {
  kind: 'processor',
  type: 'tenant',
  schema,
  advise: ({ rules }) =>
    rules.flatMap(({ match: { contradiction } }, at) =>
      contradiction === undefined ? [] : [{ path: ['rules', at], message: contradiction }],
    ),
  reads: ({ rules, from_label: label }) => [...rules.flatMap(({ match }) => match.names), ...(label === '' ? [] : [label])],
  create({ rules, from_label: label, from_identity: fromIdentity, map, default: fallback }, { log }) {
    const known = new Map(Object.entries(map));
    const byRule = memoByLabels((labels) => rules.find(({ match }) => match.matches(labels))?.tenant);
    const said = (value: string | undefined): string | undefined => {
      if (value === undefined || value === '') return undefined;
      if (known.size > 0) return known.get(value);
      const fault = tenantFault(value);
      if (fault === undefined) return value;
      log.warn('a label or an identity has a value that is not a tenant id', { expected: fault.slice(0, 300) });
      return undefined;
    };
    const tenantOf = (series: Series, identity: string): string =>
      byRule(series.labels) ??
      said(label === '' ? undefined : series.labels.get(label)) ??
      said(fromIdentity ? identity : undefined) ??
      (fallback === '' ? series.tenant : fallback);
    return {
      process: (batch) =>
        mapSeries(batch, (series) => {
          const wanted = tenantOf(series, batch.origin.tenant);
          return wanted === series.tenant ? series : { ...series, tenant: wanted };
        }),
    };
  },
};

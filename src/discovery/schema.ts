import { z } from 'zod';
import { RelabelRuleSchema } from '../core/relabel-rule.ts';
import { DurationSchema } from '../core/units.ts';
import { httpClientShape, refineHttpClient } from '../net/client/schema.ts';

const { url, remote_timeout, ...clientOptions } = httpClientShape;

/** The options of an HTTP client that asks more than one server: all but where and how long. */
export const clientShape = clientOptions;

const refresh = (defaultMs: number, what: string) =>
  DurationSchema.refine((ms) => ms >= 1000, 'expected at least 1s')
    .default(defaultMs)
    .describe(what);

const rules = z.array(RelabelRuleSchema).default([]).describe('relabel rules for what is found here');

const target_names = z
  .enum(['any', 'legacy'])
  .default('any')
  .describe('label names that `replace` may set: any, or only [a-zA-Z_][a-zA-Z0-9_]* as Alloy');

const LabelsSchema = z.record(z.string(), z.string());

/** A target as it is written: a map of labels. Whether it can be scraped is seen once the rules have been applied. */
export const TargetSchema = LabelsSchema;

const filePattern = /^[^*]*(\*[^/]*)?\.(json|yml|yaml)$/i;

const FileSourceSchema = z.strictObject({
  from: z.literal('file'),
  rules,
  target_names,
  files: z
    .array(z.string().regex(filePattern, 'expected a path that ends in .json, .yml or .yaml; its last part may hold *'))
    .min(1)
    .describe('files of [{targets: [host:port], labels: {}}], followed as they change; `*` in the last part stands for any text'),
  refresh_interval: refresh(300_000, 'duration: the longest time between two looks; changes are seen within 2s anyway'),
});

const HttpSourceSchema = z
  .strictObject({
    from: z.literal('http'),
    rules,
    target_names,
    url: url.describe('answers a GET with [{targets: [host:port], labels: {}}] in JSON'),
    refresh_interval: refresh(60_000, 'duration: time between two requests'),
    remote_timeout: remote_timeout.describe('duration: one request as a whole'),
    ...clientOptions,
  })
  .superRefine(refineHttpClient);

const DnsSourceSchema = z
  .strictObject({
    from: z.literal('dns'),
    rules,
    target_names,
    names: z.array(z.string().min(1)).min(1).describe('names to look up'),
    type: z.enum(['SRV', 'A', 'AAAA', 'MX', 'NS']).default('SRV').describe('which records'),
    port: z.int().min(1).max(65_535).optional().describe('port of the targets; SRV records have their own'),
    refresh_interval: refresh(30_000, 'duration: time between two look-ups'),
  })
  .superRefine((dns, context) => {
    if (dns.type !== 'SRV' && dns.port === undefined)
      context.addIssue({ code: 'custom', path: ['port'], message: `a port is required for ${dns.type} records` });
  });

const SelectorSchema = z.strictObject({
  role: z.literal('pod'),
  label: z.string().default('').describe('label selector, as the API takes it'),
  field: z.string().default('').describe('field selector, as the API takes it'),
});

const KubernetesSourceSchema = z
  .strictObject({
    from: z.literal('kubernetes'),
    rules,
    target_names,
    role: z.literal('pod', { error: 'expected pod: pods are what profiles are taken from' }).default('pod').describe('what is found'),
    api_server: url.optional().describe('URL of the API; without it and kubeconfig_file: the cluster that the gateway runs in'),
    kubeconfig_file: z.string().default('').describe('a kubeconfig; its current context is used'),
    namespaces: z
      .strictObject({
        own_namespace: z.boolean().default(false).describe('the one that the gateway runs in'),
        names: z.array(z.string().min(1)).default([]).describe('these; none: all of them'),
      })
      .prefault({}),
    selectors: z.array(SelectorSchema).max(1, 'expected one selector of the role pod').default([]).describe('which pods'),
    remote_timeout: remote_timeout.describe('duration: one request that lists, or the head of one that watches'),
    ...clientOptions,
  })
  .superRefine((kubernetes, context) => {
    refineHttpClient(kubernetes, context);
    if (kubernetes.api_server !== undefined && kubernetes.kubeconfig_file !== '')
      context.addIssue({
        code: 'custom',
        path: ['kubeconfig_file'],
        message: 'at most one of api_server and kubeconfig_file must be configured',
      });
  });

const StaticSourceSchema = z.strictObject({
  from: z.literal('static'),
  rules,
  target_names,
  targets: z.array(LabelsSchema).describe('targets as maps of labels'),
});

/** Where targets come from. */
export const SourceSchema = z.discriminatedUnion('from', [
  StaticSourceSchema,
  FileSourceSchema,
  HttpSourceSchema,
  DnsSourceSchema,
  KubernetesSourceSchema,
]);

export type SourceConfig = z.output<typeof SourceSchema>;
export type FileSourceConfig = z.output<typeof FileSourceSchema>;
export type HttpSourceConfig = z.output<typeof HttpSourceSchema>;
export type DnsSourceConfig = z.output<typeof DnsSourceSchema>;
export type KubernetesSourceConfig = z.output<typeof KubernetesSourceSchema>;

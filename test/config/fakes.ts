import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { TestContext } from 'node:test';
import { z } from 'zod';
import { type FrontEnd, type Loaded, loadConfig } from '../../src/config/load.ts';
import { formatProblem } from '../../src/config/problems.ts';
import type { ExporterFactory, ProcessorFactory, ReceiverFactory, Registry, RouterFactory } from '../../src/core/component.ts';
import { notInThisBuild } from '../../src/core/later.ts';
import { SecretSchema } from '../../src/core/secret.ts';
import { DurationSchema, SizeSchema } from '../../src/core/units.ts';

const neverMade = (): never => assert('a configuration is only read');

function assert(message: string): never {
  throw new Error(message);
}

const receiverSchema = z.strictObject({
  endpoint: z.string().default('127.0.0.1:4040').describe('Where it listens.'),
  path_prefix: z.string().default(''),
  auth: notInThisBuild('Who may send.'),
  limits: z
    .strictObject({
      max_request_size: SizeSchema.pipe(z.number().min(1024)).default(64 * 2 ** 20),
      max_series_per_request: z.int().min(1).default(10_000),
    })
    .prefault({}),
  timeouts: z.strictObject({ request: DurationSchema.pipe(z.number().min(100)).default(60_000) }).prefault({}),
});

const endpointSchema = z
  .strictObject({
    url: z.url({ protocol: /^https?$/ }).describe('Where profiles go.'),
    name: z.string().optional(),
    headers: z.record(z.string(), z.string()).default({}),
    protocol: z.enum(['connect', 'grpc']).default('connect'),
    remote_timeout: DurationSchema.default(10_000),
    basic_auth: z.strictObject({ username: z.string().default(''), password: SecretSchema.optional() }).optional(),
    bearer_token: SecretSchema.optional(),
  })
  .superRefine((endpoint, context) => {
    if (endpoint.basic_auth !== undefined && endpoint.bearer_token !== undefined) {
      context.addIssue({ code: 'custom', path: ['bearer_token'], message: 'at most one of basic_auth and bearer_token' });
    }
  });

const queueSchema = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('memory'), max_size: SizeSchema.default(256 * 2 ** 20) }),
  z.strictObject({ type: z.literal('disk'), dir: z.string(), max_size: SizeSchema.default(2 * 2 ** 30) }),
]);

const exporterSchema = z.strictObject({
  endpoints: z.array(endpointSchema).default([]),
  ack: z.enum(['queued', 'durable', 'delivered']).default('queued'),
  queue: queueSchema.prefault({ type: 'memory' }),
});

const receiver: ReceiverFactory<typeof receiverSchema> = { kind: 'receiver', type: 'pyroscope', schema: receiverSchema, create: neverMade };
const exporter: ExporterFactory<typeof exporterSchema> = { kind: 'exporter', type: 'pyroscope', schema: exporterSchema, create: neverMade };

const filesSchema = z.strictObject({ dir: z.string() });
const files: ExporterFactory<typeof filesSchema> = { kind: 'exporter', type: 'files', schema: filesSchema, create: neverMade };

const dropSchema = z.strictObject({ names: z.array(z.string()).default([]) });
const drop: ProcessorFactory<typeof dropSchema> = { kind: 'processor', type: 'label_drop', schema: dropSchema, create: neverMade };

const labelsSchema = z.strictObject({ labels: z.record(z.string(), z.string()).default({}) });
const labels: ProcessorFactory<typeof labelsSchema> = {
  kind: 'processor',
  type: 'external_labels',
  schema: labelsSchema,
  create: neverMade,
};

const chooseSchema = z.strictObject({});
const choose: RouterFactory<typeof chooseSchema> = { kind: 'router', type: 'choose', schema: chooseSchema, create: neverMade };

/** Factories with one key of every sort, so that these tests need no real component. */
export const fakeRegistry: Registry = { receivers: [receiver], processors: [drop, labels, choose], exporters: [exporter, files] };

export const fakeAdmin = z.strictObject({ endpoint: z.string().default('127.0.0.1:4041') });

export const fakeTelemetry = z.strictObject({
  logs: z.strictObject({ level: z.enum(['debug', 'info', 'warn', 'error']).default('info').describe('Least severe.') }).prefault({}),
  metrics: notInThisBuild('Metrics by OTLP.').optional(),
});

const noAlloy: FrontEnd = () => assert('these tests have no .alloy files');

/** A directory of its own, gone after the test. */
export function directory(t: TestContext, files: Readonly<Record<string, string>> = {}): string {
  const path = mkdtempSync(join(tmpdir(), 'flamegate-config-'));
  t.after(() => rmSync(path, { recursive: true }));
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(path, name)), { recursive: true });
    writeFileSync(join(path, name), text);
  }
  return path;
}

export interface LoadFakes {
  readonly env?: Readonly<Record<string, string | undefined>>;
  readonly sets?: readonly string[];
  readonly alloy?: FrontEnd;
}

/** Loads files by name with the fake factories. */
export function loadFiles(files: readonly string[], { env = {}, sets = [], alloy = noAlloy }: LoadFakes = {}): Loaded {
  return loadConfig({ files, sets, env, alloy, registry: fakeRegistry, admin: fakeAdmin, telemetry: fakeTelemetry });
}

/** Loads one file with this text, called c.yaml in what it says. */
export function loadText(t: TestContext, text: string, options: LoadFakes = {}): Loaded & { readonly lines: readonly string[] } {
  const dir = directory(t, { 'c.yaml': text });
  const loaded = loadFiles([join(dir, 'c.yaml')], options);
  return { ...loaded, lines: loaded.problems.map((problem) => formatProblem(problem).replaceAll(`${dir}/`, '')) };
}

/** A configuration with nothing to complain of. */
export const goodText = `receivers:
  pyroscope:
    endpoint: 127.0.0.1:4040
processors:
  label_drop:
  external_labels:
    labels: { env: staging }
exporters:
  pyroscope/staging:
    endpoints:
      - url: http://pyroscope:4040
        headers: { X-Scope-OrgID: squad-1 }
service:
  pipelines:
    profiles:
      receivers: [pyroscope]
      processors: [label_drop, external_labels]
      exporters: [pyroscope/staging]
`;

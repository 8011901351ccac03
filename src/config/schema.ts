import { z } from 'zod';
import { DurationSchema, SizeSchema } from '../core/units.ts';
import type { TestConfig } from './tests-schema.ts';

/** A checked configuration: what the schemas made of the files, in the order of the files. */
export interface Config {
  readonly receivers: ReadonlyMap<string, ComponentConfig>;
  readonly processors: ReadonlyMap<string, ComponentConfig>;
  readonly exporters: ReadonlyMap<string, ComponentConfig>;
  readonly pipelines: ReadonlyMap<string, PipelineConfig>;
  readonly service: ServiceConfig;
  /** What `flamegate test` runs. */
  readonly tests: readonly TestConfig[];
}

/** One component. */
export interface ComponentConfig {
  /** What its factory is called: "pyroscope" of "pyroscope/staging". */
  readonly type: string;
  /** What its factory's schema made of it. */
  readonly config: unknown;
}

/** The kinds of components, as the sections of a file are called. */
export const componentKinds = ['receivers', 'processors', 'exporters'] as const;
/** A kind of component. */
export type ComponentKind = (typeof componentKinds)[number];

const ids = z.array(z.string()).default([]);

/** One entry of `service.pipelines`. */
export const PipelineSchema = z.strictObject({
  receivers: ids.describe('Receivers whose profiles enter here; a receiver may feed several pipelines.'),
  processors: ids.describe('Processors that a profile passes, in this order.'),
  exporters: ids.describe('Exporters that get what comes out, each of them everything.'),
  pipelines: ids.describe('Other pipelines that get what comes out.'),
});
/** A checked pipeline. */
export type PipelineConfig = z.output<typeof PipelineSchema>;

const ShutdownSchema = z.strictObject({
  delay: DurationSchema.default(0).describe('How long /ready answers 503 while pushes are still accepted, before the stop begins.'),
  timeout: DurationSchema.default(25_000).describe('How long a stop may take, delivery of what is only in memory included.'),
});

/** The schema of a section that belongs to another folder and is given. */
export type SectionSchema = z.ZodType<unknown, object>;

/** The sections of `service` that belong to other folders. */
export interface ServiceSections {
  /** `service.admin`. */
  readonly admin: z.ZodType<{ readonly endpoint: string }, object>;
  /** `service.telemetry`. */
  readonly telemetry: SectionSchema;
}

/** `service` as a whole. */
export function serviceSchema({ admin, telemetry }: ServiceSections) {
  return z.strictObject({
    pipelines: z.record(z.string(), PipelineSchema).default({}).describe('The ways profiles take, by name.'),
    admin: admin.prefault({}).describe("The gateway's own endpoint."),
    memory_limit: SizeSchema.default(0).describe(
      'Memory the process may use: from 85 % on large bodies are refused, from 95 % all; 0: the limit of the cgroup.',
    ),
    shutdown: ShutdownSchema.prefault({}).describe('How the gateway ends.'),
    telemetry: telemetry.prefault({}).describe('What the gateway tells of itself.'),
  });
}

/** A checked `service` without its pipelines. */
export interface ServiceConfig {
  /** What the schema of the admin endpoint made of it; whoever gave the schema knows the type. */
  readonly admin: { readonly endpoint: string };
  /** Bytes; 0: the cgroup's. */
  readonly memory_limit: number;
  /** Milliseconds. */
  readonly shutdown: { readonly delay: number; readonly timeout: number };
  /** What the telemetry schema made of it; whoever gave the schema knows the type. */
  readonly telemetry: unknown;
}

import type { z } from 'zod';
import type { AnyFactory } from '../core/component.ts';
import { Secret } from '../core/secret.ts';
import { formatDuration, formatSize } from '../core/units.ts';
import { emitYaml } from './emit.ts';
import type { Vocabulary } from './read.ts';
import { hidden, withoutUserInfo } from './redact.ts';
import { type Config, componentKinds, serviceSchema } from './schema.ts';
import { schemaAt, shapeOf } from './shape.ts';
import { testsSchema } from './tests-schema.ts';
import { formatPlace, isMap, type Path, type Tree, valueAt } from './tree.ts';

/** What is printed, and how. */
export interface PrintOptions extends Vocabulary {
  readonly config: Config;
  /** What the configuration was made of. */
  readonly tree: Tree;
  /** Behind each value a comment: where it was written, and what it was read through. */
  readonly origin: boolean;
}

/** The configuration in force as YAML: every default filled in, durations and sizes as people write them, secrets hidden. */
export function printConfig(options: PrintOptions): string {
  const { tree, origin } = options;
  return emitYaml(readableConfig(options), origin ? { comment: (path) => originOf(path, tree) } : {});
}

/** The same as plain values: maps, lists, text, numbers. */
export function readableConfig({
  config,
  tree,
  registry,
  admin,
  telemetry,
}: Omit<PrintOptions, 'origin'>): Readonly<Record<string, unknown>> {
  const components = componentKinds.map((kind) => {
    const printed = [...config[kind]].map(([id, { type, config: settings }]) => {
      const factory = registry[kind].find((candidate) => candidate.type === type);
      return [id, readable(inForceOf(factory, settings), factory?.schema, valueAt(tree.value, [kind, id]))];
    });
    return [kind, Object.fromEntries(printed)];
  });
  const { shutdown, ...sections } = config.service;
  const service = { pipelines: Object.fromEntries(config.pipelines), admin: sections.admin, shutdown, telemetry: sections.telemetry };
  return {
    ...Object.fromEntries(components),
    service: readable(service, serviceSchema({ admin, telemetry }), valueAt(tree.value, ['service'])),
    ...(config.tests.length === 0 ? {} : { tests: readable(config.tests, testsSchema, valueAt(tree.value, ['tests'])) }),
  };
}

function inForceOf(factory: AnyFactory | undefined, settings: unknown): unknown {
  return factory?.inForce === undefined ? settings : factory.inForce(settings);
}

function originOf(path: Path, tree: Tree): string {
  if (valueAt(tree.value, path) === undefined) return 'default';
  const place = tree.place(path);
  return place.through === undefined ? formatPlace(place) : `${formatPlace(place)} ${place.through.replaceAll(/\s+/g, ' ')}`;
}

/** What a schema has made of a value, as a user would write it; where that cannot be told from the result, what the user wrote. */
function readable(output: unknown, schema: z.core.$ZodType | undefined, input: unknown): unknown {
  if (output instanceof Secret) return hidden;
  const inside = (value: unknown, step: string | number): unknown =>
    readable(value, schema && schemaAt(schema, [step], output), valueAt(input, [step]));
  if (Array.isArray(output)) return output.map(inside);
  if (isMap(output)) return Object.fromEntries(Object.entries(output).map(([key, value]) => [key, inside(value, key)]));
  const shape = schema && shapeOf(schema);
  if (shape?.secret) return output === undefined ? undefined : hidden;
  if (typeof output === 'number' && shape?.unit === 'duration') return formatDuration(output);
  if (typeof output === 'number' && shape?.unit === 'size') return formatSize(output);
  if (typeof output === 'string') return withoutUserInfo(output);
  if (output === undefined || output === null || typeof output === 'number' || typeof output === 'boolean') return output;
  return typeof input === 'string' ? withoutUserInfo(input) : undefined;
}

import { z } from 'zod';
import type { Registry } from '../core/component.ts';
import { formatDuration, formatSize } from '../core/units.ts';
import { laterTypes } from './later.ts';
import type { Vocabulary } from './read.ts';
import { type ComponentKind, componentKinds, serviceSchema } from './schema.ts';
import { shapeOf } from './shape.ts';
import { testsSchema } from './tests-schema.ts';

/** A JSON Schema. */
export type JsonSchema = z.core.JSONSchema.BaseSchema;

/** The whole YAML file as a JSON Schema, for editors: built from the same objects that check it. Keys and types of later builds are left
 *  out, as they are errors. */
export function configJsonSchema({ registry, ...sections }: Vocabulary): JsonSchema {
  const kinds = Object.fromEntries(
    componentKinds.map((kind) => [
      kind,
      {
        description: describeKind(kind, registry),
        type: ['object', 'null'],
        patternProperties: Object.fromEntries(
          registry[kind].map(({ type, schema }) => [`^${type}(/[^\\s]+)?$`, { anyOf: [sectionSchema(schema), { type: 'null' }] }]),
        ),
        additionalProperties: false,
      },
    ]),
  );
  return {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    title: 'Flamegate configuration',
    type: 'object',
    properties: { ...kinds, service: sectionSchema(serviceSchema(sections)), tests: sectionSchema(testsSchema) },
    additionalProperties: false,
  };
}

const kindDescriptions: Readonly<Record<ComponentKind, string>> = {
  receivers: 'Where profiles come in',
  processors: 'What changes, keeps or drops profiles',
  exporters: 'Where profiles go',
};

function describeKind(kind: ComponentKind, registry: Registry): string {
  const later = laterTypes[kind].filter((type) => !registry[kind].some((factory) => factory.type === type));
  const missing = later.length === 0 ? '' : ` Not in this build: ${later.join(', ')}.`;
  return `${kindDescriptions[kind]}, by id: type or type/name.${missing}`;
}

function sectionSchema(schema: z.ZodType): JsonSchema {
  // $schema is the whole file's
  const { $schema: _, ...json } = z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any', override: adapt });
  return json;
}

/** What zod cannot know of our types: how their values are written, and that any value may be read through a reference. */
function adapt({ zodSchema, jsonSchema }: { readonly zodSchema: z.core.$ZodTypes; readonly jsonSchema: JsonSchema }): void {
  const { unit, secret, description, default: fallback } = shapeOf(zodSchema);
  const { description: _, default: value, ...typed } = jsonSchema;
  delete jsonSchema['secretFromOutside'];
  dropLater(jsonSchema);
  if (unit !== undefined) {
    const { words, write, examples } = units[unit];
    const described = description === undefined ? words : `${description.replace(/\.?$/, '.')} ${words}`;
    replace(jsonSchema, {
      description: described,
      type: ['string', 'number'],
      examples,
      default: typeof fallback === 'number' ? write(fallback) : undefined,
    });
  } else if (secret) {
    replace(jsonSchema, { description, type: 'string', writeOnly: true });
  } else if (isNarrow(typed)) {
    replace(jsonSchema, { description, default: value, anyOf: [typed, { type: 'string', pattern: '\\$\\{.+\\}' }] });
  }
}

const units = {
  duration: { words: 'A duration.', write: formatDuration, examples: ['300ms', '30s', '1m30s'] },
  size: { words: 'A size in bytes.', write: formatSize, examples: ['512KiB', '64MiB', 1_048_576] },
} as const;

/** Of a type that a reference, which is text, is not of. */
function isNarrow({ type, format, pattern, enum: values }: JsonSchema): boolean {
  if (type === 'number' || type === 'integer' || type === 'boolean') return true;
  return type === 'string' && (format !== undefined || pattern !== undefined || values !== undefined);
}

function dropLater(json: JsonSchema): void {
  for (const [key, value] of Object.entries(json.properties ?? {})) {
    if (typeof value === 'object' && value['later'] === true) delete json.properties?.[key];
  }
}

/** zod wants the object it has given changed in place. */
function replace(json: JsonSchema, by: Readonly<Record<string, unknown>>): void {
  for (const key of Object.keys(json)) delete json[key];
  for (const [key, value] of Object.entries(by)) if (value !== undefined) json[key] = value;
}

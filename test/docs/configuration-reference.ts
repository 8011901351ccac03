import { z } from 'zod';
import { AdminSchema } from '../../src/admin/schema.ts';
import { type ComponentKind, componentKinds, serviceSchema } from '../../src/config/schema.ts';
import { fieldsOf, literalsOf, type Shape, shapeOf } from '../../src/config/shape.ts';
import { testsSchema } from '../../src/config/tests-schema.ts';
import type { Registry } from '../../src/core/component.ts';
import { formatDuration, formatSize } from '../../src/core/units.ts';
import { TelemetrySchema } from '../../src/telemetry/schema.ts';

/** The tables of docs/configuration.md: every key of every component, made from the schemas that check them. */
export function configurationReference(registry: Registry): string {
  const sections = componentKinds.flatMap((kind) =>
    registry[kind].map(({ type, schema }) => section(`${titles[kind]} \`${type}\``, schema)),
  );
  return [
    ...sections,
    section('`service`', serviceSchema({ admin: AdminSchema, telemetry: TelemetrySchema })),
    section('`tests`', z.strictObject({ tests: testsSchema })),
  ].join('\n\n');
}

const titles: Readonly<Record<ComponentKind, string>> = { receivers: 'Receiver', processors: 'Processor', exporters: 'Exporter' };

function section(title: string, schema: z.core.$ZodType): string {
  const rows = keysOf(schema, '');
  if (rows.length === 0) return `### ${title}\n\nHas no keys.`;
  return [`### ${title}`, '', '| key | value | default | what it does |', '| --- | --- | --- | --- |', ...rows].join('\n');
}

/** A row for each key, those of maps and lists below it. */
function keysOf(schema: z.core.$ZodType, before: string, when = ''): string[] {
  return fieldsToTell(schema).flatMap(({ name, field, only }) => {
    const shape = shapeOf(field);
    if (shape.later) return [];
    const path = before === '' ? name : `${before}.${name}`;
    const condition = only === undefined ? when : `With \`${only}\`. `;
    const inside = innerOf(shape, path, condition);
    const isEmptyMap = shape.schema._zod.def.type === 'object' && inside.length === 0;
    return isEmptyMap ? [] : [row(path, condition, shape, inside.length > 0), ...inside];
  });
}

interface Told {
  readonly name: string;
  readonly field: z.core.$ZodType;
  /** What has to be written for this key to count: "type: disk". */
  readonly only?: string;
}

/** The keys of a map; of maps that a key tells apart first those they have alike, then the others with the condition. */
function fieldsToTell(schema: z.core.$ZodType): Told[] {
  const def = shapeOf(schema).schema._zod.def;
  const discriminator = def.type === 'union' && 'discriminator' in def ? def.discriminator : undefined;
  if (def.type !== 'union' || typeof discriminator !== 'string') {
    return def.type === 'object' ? Object.entries(def.shape).map(([name, field]) => ({ name, field })) : [];
  }
  // One that has no key but that one is not in this build.
  const options = def.options.map((option) => fieldsOf(option) ?? {}).filter((fields) => Object.keys(fields).length > 1);
  const alike = (name: string, field: z.core.$ZodType): boolean =>
    options.every((fields) => fields[name] !== undefined && fingerprint(fields[name]) === fingerprint(field));
  const entries = options.map((fields) => Object.entries(fields).filter(([name]) => name !== discriminator));
  const common = (entries[0] ?? []).filter(([name, field]) => alike(name, field)).map(([name, field]): Told => ({ name, field }));
  const others = options.flatMap((fields, at) => {
    const only = `${discriminator}: ${literalsOf(fields[discriminator] ?? schema)[0]}`;
    return (entries[at] ?? []).filter(([name, field]) => !alike(name, field)).map(([name, field]): Told => ({ name, field, only }));
  });
  const choice = z.enum(options.map((fields) => String(literalsOf(fields[discriminator] ?? schema)[0])));
  const told = options
    .map((fields) => fields[discriminator])
    .find((field) => field !== undefined && shapeOf(field).description !== undefined);
  const { description = '', default: fallback } = shapeOf(told ?? choice);
  const described = choice.default(String(fallback)).describe(description);
  return [{ name: discriminator, field: described }, ...common, ...others];
}

function fingerprint(field: z.core.$ZodType): string {
  const shape = shapeOf(field);
  return JSON.stringify([shape.description, shape.default, innerOf(shape, '', '')]);
}

function innerOf(shape: Shape, path: string, when: string): string[] {
  const { def } = shape.schema._zod;
  if (def.type === 'array') return keysOf(def.element, `${path}[]`, when);
  if (def.type === 'record') return keysOf(def.valueType, `${path}.*`, when);
  return keysOf(shape.schema, path, when);
}

function row(path: string, when: string, shape: Shape, hasKeys: boolean): string {
  const cells = [`\`${path}\``, kindOf(shape), hasKeys ? '' : defaultOf(shape), `${when}${sentence(shape.description)}`.trim()];
  return `| ${cells.map((cell) => cell.replaceAll('|', '\\|').replaceAll('\n', ' ')).join(' | ')} |`;
}

function kindOf(shape: Shape): string {
  const { def } = shape.schema._zod;
  if (shape.unit !== undefined) return shape.unit;
  if (shape.secret) return 'secret';
  if (def.type === 'union') {
    const kinds = new Set(def.options.map((option) => kindOf(shapeOf(option))).filter((kind) => kind !== ''));
    return [...kinds].join(' or ');
  }
  if (def.type === 'enum' || def.type === 'literal')
    return literalsOf(shape.schema)
      .map((value) => `\`${value}\``)
      .join(', ');
  if (def.type === 'array') return `list of ${kindOf(shapeOf(def.element))}`;
  if (def.type === 'record') return `map of ${kindOf(shapeOf(def.valueType))}`;
  if (def.type === 'number') return 'format' in def || shape.schema._zod.bag['format'] === 'safeint' ? 'whole number' : 'number';
  return kinds[def.type] ?? '';
}

const kinds: Readonly<Record<string, string>> = { string: 'text', boolean: 'true or false', object: 'map' };

function defaultOf({ default: value, unit, required }: Shape): string {
  if (required) return '**required**';
  if (value === undefined) return '';
  if (typeof value === 'number' && unit === 'duration') return `\`${formatDuration(value)}\``;
  return `\`${typeof value === 'number' && unit === 'size' ? formatSize(value) : JSON.stringify(value)}\``;
}

function sentence(text = ''): string {
  // Outside of code __name__ would be bold.
  const trimmed = text
    .trim()
    .split(/(`[^`]*`)/)
    .map((part) => (part.startsWith('`') ? part : part.replaceAll('__', '\\_\\_')))
    .join('');
  return trimmed === '' ? '' : `${trimmed.charAt(0).toUpperCase()}${trimmed.slice(1)}${/[.!?]$/.test(trimmed) ? '' : '.'}`;
}

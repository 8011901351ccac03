import { z } from 'zod';
import { isMap, type Path } from './tree.ts';

/** What a schema says of the place it stands at: read from zod's own objects, so that messages, print, the docs and the checks agree. */
export interface Shape {
  /** Without what is wrapped around it: optional, default, transforms. */
  readonly schema: z.core.$ZodTypes;
  readonly required: boolean;
  /** Undefined when there is none. */
  readonly default: unknown;
  readonly description: string | undefined;
  /** Of a number after parsing: milliseconds or bytes. */
  readonly unit: 'duration' | 'size' | undefined;
  readonly secret: boolean;
  /** A secret when it is read through a reference: a variable, a file. */
  readonly secretFromOutside: boolean;
  /** A key of a later build. */
  readonly later: boolean;
}

/** The shape of a schema. */
export function shapeOf(schema: z.core.$ZodType): Shape {
  let required = true;
  let fallback: unknown;
  let meta: Record<string, unknown> = {};
  // $ZodTypes is the union of everything that a $ZodType can be.
  let inner = schema as z.core.$ZodTypes;
  for (;;) {
    meta = { ...z.globalRegistry.get(inner), ...meta };
    const def = inner._zod.def;
    if (def.type === 'default' || def.type === 'prefault') {
      required = false;
      fallback ??= def.defaultValue;
      inner = def.innerType as z.core.$ZodTypes; // as above
    } else if (def.type === 'optional' || def.type === 'nullable' || def.type === 'readonly' || def.type === 'nonoptional') {
      if (def.type === 'optional') required = false;
      inner = def.innerType as z.core.$ZodTypes; // as above
    } else if (def.type === 'pipe') {
      inner = def.in as z.core.$ZodTypes; // as above: what the user writes, before transforms
    } else {
      break;
    }
  }
  return {
    schema: inner,
    required,
    default: fallback,
    // `unit` says it already.
    description: typeof meta['description'] === 'string' ? meta['description'].replace(/^(?:duration|size): /, '') : undefined,
    unit: meta['unit'] === 'duration' || meta['unit'] === 'size' ? meta['unit'] : undefined,
    secret: meta['secret'] === true,
    secretFromOutside: meta['secretFromOutside'] === true,
    later: meta['later'] === true,
  };
}

/** The fields of a map whose keys are known; of alternatives the ones the value has chosen, or all. Undefined for anything else. */
export function fieldsOf(schema: z.core.$ZodType, value?: unknown): Readonly<Record<string, z.core.$ZodType>> | undefined {
  const def = shapeOf(schema).schema._zod.def;
  if (def.type === 'object') return def.shape;
  if (def.type === 'intersection') return { ...fieldsOf(def.left, value), ...fieldsOf(def.right, value) };
  if (def.type !== 'union') return undefined;
  const maps = alternativesOf(def, value)
    .map((option) => fieldsOf(option, value))
    .filter((fields) => fields !== undefined);
  return maps.length === 0 ? undefined : Object.assign({}, ...maps);
}

/** The schema at a path below another; undefined where it knows nothing. */
export function schemaAt(root: z.core.$ZodType, path: Path, value?: unknown): z.core.$ZodType | undefined {
  const [step, ...rest] = path;
  if (step === undefined) return root;
  const inside = Array.isArray(value) && typeof step === 'number' ? value[step] : isMap(value) ? value[step] : undefined;
  const next = schemaOfStep(root, step, value);
  return next && schemaAt(next, rest, inside);
}

function schemaOfStep(schema: z.core.$ZodType, step: string | number, value: unknown): z.core.$ZodType | undefined {
  const def = shapeOf(schema).schema._zod.def;
  switch (def.type) {
    case 'array':
      return def.element;
    case 'record':
      return def.valueType;
    case 'object':
      return def.shape[step];
    case 'intersection':
      return schemaOfStep(def.left, step, value) ?? schemaOfStep(def.right, step, value);
    case 'union':
      for (const option of alternativesOf(def, value)) {
        const found = schemaOfStep(option, step, value);
        if (found !== undefined) return found;
      }
      return undefined;
    default:
      return undefined;
  }
}

/** Of a discriminated union the one alternative that the value names, of any other union all. */
function alternativesOf(def: z.core.$ZodUnionDef, value: unknown): readonly z.core.$ZodType[] {
  const discriminator = 'discriminator' in def ? def.discriminator : undefined;
  if (typeof discriminator !== 'string' || !isMap(value)) return def.options;
  const chosen = def.options.filter((option) => {
    const field = fieldsOf(option)?.[discriminator];
    return field !== undefined && literalsOf(field).includes(value[discriminator] ?? shapeOf(field).default);
  });
  return chosen.length === 0 ? def.options : chosen;
}

/** What an enumeration or a literal takes. */
export function literalsOf(schema: z.core.$ZodType): readonly unknown[] {
  const def = shapeOf(schema).schema._zod.def;
  if (def.type === 'literal') return def.values;
  return def.type === 'enum' ? Object.values(def.entries) : [];
}

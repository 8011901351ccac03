import { Secret } from '../../core/secret.ts';
import { formatDuration } from '../../core/units.ts';
import type { Place } from '../tree.ts';
import { leaf, list, type Placed, record, under } from './placed.ts';
import { AlloyError, placeOf } from './source.ts';
import { type Expression, pathsIn, textOf } from './syntax.ts';
import { Capsule, formatNumber, isArray, isObject, typeOf, Unusable, type Value } from './value.ts';

/** A value on its way into a field, with the expression it comes from: its own where it was written out, else the one around it. */
export interface Part {
  readonly value: Value;
  readonly expression: Expression;
  /** What messages call it: the expression as written, or `expression[2]`. */
  readonly label: string;
}

/** Turns an evaluated value into what a field takes. Throws an AlloyError at the value. */
export type Decoder<T> = (part: Part) => Placed<T>;

/** The value of a whole expression. */
export function partOf(expression: Expression, value: Value): Part {
  return { value, expression, label: shorten(textOf(expression)) };
}

/** A string; a number becomes one, a secret never does, null is empty. */
export const text: Decoder<string> = (part) => leaf(readText(part, 'string'), place(part));

/** What a Secret hides: the schema of its key hides it again. A string or a number will do. Messages never repeat what was written. */
export const secret: Decoder<string> = (part) => {
  if (part.value instanceof Secret) return leaf(part.value.reveal(), place(part));
  return leaf(readText({ ...part, label: 'the value' }, 'secret'), place(part));
};

/** A boolean; nothing else becomes one. */
export const bool: Decoder<boolean> = (part) => {
  if (part.value !== null && typeof part.value !== 'boolean') return wrong(part, 'bool');
  return leaf(part.value ?? false, place(part));
};

/** A number; a string that holds one counts. */
export const number: Decoder<number> = (part) => leaf(readNumber(part), place(part));

/** A whole number; a fraction is cut off, as Go does. */
export const integer: Decoder<number> = (part) => leaf(Math.trunc(readNumber(part)), place(part));

/** A whole number that is not negative. */
export const unsigned: Decoder<number> = (part) => {
  const value = Math.trunc(readNumber(part));
  if (value < 0) throw new AlloyError(part.expression.at, `${part.label} should not be negative`);
  return leaf(value, place(part));
};

/** A duration as Go writes it ("1h30m", "1.5s"), in the spelling of the YAML file. A negative one is over at once, as 0 is. */
export const duration: Decoder<string> = (part) => {
  const ms = durationMs(part.value);
  if (ms === undefined && part.value instanceof Unusable) return wrong(part, 'duration');
  if (ms === undefined) throw new AlloyError(part.expression.at, `${part.label} should be a duration such as "300ms", "30s" or "1h30m"`);
  return leaf(formatDuration(Math.max(0, ms)), place(part));
};

/** One of some words. */
export function choice<T extends string>(words: readonly T[], refuse: (found: string) => string): Decoder<T> {
  return (part) => {
    const found = readText(part, 'string');
    const word = words.find((one) => one === found);
    if (word === undefined) throw new AlloyError(part.expression.at, refuse(found));
    return leaf(word, place(part));
  };
}

/** A list of such things; null is the empty one. */
export function listOf<T>(element: Decoder<T>): Decoder<readonly T[]> {
  return (part) => {
    const elements = part.value ?? [];
    if (!isArray(elements)) return wrong(part, 'array');
    return list(
      elements.map((value, at) => element(elementPart(part, value, at))),
      place(part),
    );
  };
}

/** An object with such values, whatever its fields are called; null is the empty one. */
export function mapOf<T>(element: Decoder<T>): Decoder<Readonly<Record<string, T>>> {
  return (part) => {
    const fields = part.value ?? new Map<string, Value>();
    if (!isObject(fields)) return wrong(part, 'object');
    const entries = [...fields].map(([name, value]): [string, Placed<T>] => {
      const written = part.expression.kind === 'object' ? part.expression.fields.findLast((field) => field.name === name) : undefined;
      if (written !== undefined) return [name, under(placeOf(written.at), element(partOf(written.value, value)))];
      return [name, element({ ...part, value, label: `${part.label}.${name}` })];
    });
    return record(Object.fromEntries(entries), place(part));
  };
}

/** A list of what stands for components that take profiles: the pipelines they are. Null children are left out, as Alloy does. */
export const receivers: Decoder<readonly string[]> = (part) => {
  const elements = part.value ?? [];
  if (!isArray(elements)) return wrong(part, 'array');
  const placed = elements.flatMap((value, at) => {
    if (value === null) return [];
    const child = elementPart(part, value, at);
    if (value instanceof Capsule && value.what === 'receiver' && typeof value.content === 'string')
      return [leaf(value.content, place(child))];
    return wrong(child, 'a receiver');
  });
  return list(placed, place(part));
};

/** Where the value was written, and what it was read through: files and environment only, so that no literal shows there. */
function place(part: Part): Place {
  const sources = new Set(sourcesIn(part.expression));
  return placeOf(part.expression.at, sources.size === 0 ? undefined : [...sources].join(', '));
}

/** What an expression was read through: variables of the environment, and paths. */
export function sourcesIn(expression: Expression): string[] {
  switch (expression.kind) {
    case 'call': {
      const [name] = expression.arguments;
      if (/^(sys\.)?env$/.test(textOf(expression.of)) && name?.kind === 'literal') return [`sys.env(${textOf(name)})`];
      return expression.arguments.flatMap(sourcesIn);
    }
    case 'identifier':
    case 'access':
      return pathsIn(expression).map((path) => path.names.join('.'));
    case 'index': {
      const { index } = expression;
      const key = index.kind === 'literal' && typeof index.value === 'string' ? `.${index.value}` : '';
      return sourcesIn(expression.of).map((source) => `${source}${key}`);
    }
    case 'binary':
      return [...sourcesIn(expression.left), ...sourcesIn(expression.right)];
    default:
      return [];
  }
}

function elementPart(part: Part, value: Value, at: number): Part {
  const written = part.expression.kind === 'array' ? part.expression.elements[at] : undefined;
  return written === undefined ? { ...part, value, label: `${part.label}[${at}]` } : partOf(written, value);
}

function readText(part: Part, wanted: string): string {
  const { value } = part;
  if (value === null) return '';
  if (typeof value === 'string') return value;
  if (typeof value === 'number' || typeof value === 'bigint') return formatNumber(value);
  if (value instanceof Secret)
    throw new AlloyError(part.expression.at, `${part.label}: secrets may not be converted into strings; convert.nonsensitive() does`);
  return wrong(part, wanted);
}

function readNumber(part: Part): number {
  const { value } = part;
  if (value === null) return 0;
  if (typeof value === 'number' || typeof value === 'bigint') return Number(value);
  if (typeof value === 'string' && /^-?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$/.test(value)) return Number(value);
  return wrong(part, 'number');
}

const unitMs: Readonly<Record<string, number>> = { ns: 1e-6, us: 1e-3, µs: 1e-3, μs: 1e-3, ms: 1, s: 1e3, m: 60e3, h: 3600e3 };

function durationMs(value: Value): number | undefined {
  if (value === null || value === 0n || value === 0) return 0;
  if (typeof value !== 'string') return undefined;
  const [, sign, amounts] = /^([+-]?)((?:(?:\d+\.?\d*|\.\d+)(?:ns|us|µs|μs|ms|s|m|h))+|0)$/.exec(value) ?? [];
  if (amounts === undefined) return undefined;
  let ms = 0;
  for (const [, amount, unit] of amounts.matchAll(/([\d.]+)(ns|us|µs|μs|ms|s|m|h)/g))
    ms += Number(amount) * (unitMs[unit ?? ''] ?? Number.NaN);
  // No shorter than a microsecond: the YAML file has no unit below, and 0 means another thing.
  const rounded = ms === 0 ? 0 : Math.max(0.001, Math.round(ms * 1000) / 1000);
  return sign === '-' ? -rounded : rounded;
}

function wrong(part: Part, wanted: string): never {
  if (part.value instanceof Unusable) throw new AlloyError(part.expression.at, part.value.content);
  throw new AlloyError(part.expression.at, `${part.label} should be ${wanted}, got ${typeOf(part.value)}`);
}

function shorten(label: string): string {
  const line = label.replace(/\s+/g, ' ');
  return line.length > 60 ? `${line.slice(0, 60)}…` : line;
}

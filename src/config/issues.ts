import type { z } from 'zod';
import { formatDuration, formatSize } from '../core/units.ts';
import { withoutUserInfo } from './redact.ts';
import { fieldsOf, schemaAt, shapeOf } from './shape.ts';
import { hintFor, suggest } from './suggest.ts';
import { formatPath, isMap, type Path, valueAt } from './tree.ts';

/** One thing wrong with a value, before it is known where the value was written. */
export interface Fault {
  readonly path: Path;
  readonly message: string;
  /** Of the key, not of what stands there: it is not known, or missing. */
  readonly aboutKey: boolean;
  /** Of a key that is not known: the one that was probably meant. */
  readonly meantKey?: string | undefined;
}

/** A checked value, or what is wrong with it. */
export type Checked<T> = { readonly kind: 'valid'; readonly value: T } | { readonly kind: 'invalid'; readonly faults: readonly Fault[] };

/**
 * Parses by a schema and says what is wrong in the words of this product. A number or a boolean where text is wanted counts as the text
 * that was written (`textOf`): tenants, versions and passwords look like numbers, above all when they come from the environment.
 */
export function checkValue<S extends z.ZodType>(
  schema: S,
  value: unknown,
  textOf: (path: Path) => string | undefined,
): Checked<z.output<S>> {
  const result = schema.safeParse(value, { error: (issue) => wordsFor(issue, schema, value) });
  if (result.success) return { kind: 'valid', value: result.data };
  const texts = result.error.issues.flatMap((issue) => {
    const path = pathOf(issue);
    const text = path.length > 0 && wantsText(issue) && isTyped(valueAt(value, path)) ? textOf(path) : undefined;
    return text === undefined ? [] : [{ path, text }];
  });
  if (texts.length > 0) {
    const patched = copyOf(value);
    for (const { path, text } of texts) setText(patched, path, text);
    return checkValue(schema, patched, textOf);
  }
  const faults = result.error.issues.flatMap((issue) => faultsOf(issue, schema, value, []));
  // A misspelt key is not also missing.
  const meant = new Set(
    faults.flatMap(({ path, meantKey }) => (meantKey === undefined ? [] : [formatPath([...path.slice(0, -1), meantKey])])),
  );
  return {
    kind: 'invalid',
    faults: faults.filter(({ path, aboutKey, meantKey }) => meantKey !== undefined || !aboutKey || !meant.has(formatPath(path))),
  };
}

function faultsOf(issue: z.core.$ZodIssue, schema: z.ZodType, value: unknown, around: Path): Fault[] {
  const path = [...around, ...pathOf(issue)];
  if (issue.code === 'unrecognized_keys') {
    const known = knownKeys(schema, path, value);
    return issue.keys.map((key) => ({
      path: [...path, key],
      message: `unknown key "${key}"${hintFor(key, known)}`,
      aboutKey: true,
      meantKey: suggest(key, known),
    }));
  }
  if (issue.code === 'invalid_union') {
    const likely = likelyBranch(issue.errors);
    if (likely !== undefined) return likely.flatMap((inner) => faultsOf(inner, schema, value, path));
  }
  if (issue.code === 'invalid_key') return [{ path, message: issue.issues.map(({ message }) => message).join('; '), aboutKey: true }];
  return [{ path, message: issue.message, aboutKey: valueAt(value, path) === undefined }];
}

/** The alternative the user had in mind: of the right kind, and with the fewest mistakes. None when every one is of another kind. */
function likelyBranch(branches: readonly (readonly z.core.$ZodIssue[])[]): readonly z.core.$ZodIssue[] | undefined {
  const ofKind = branches.filter((issues) => !issues.some((issue) => issue.code === 'invalid_type' && issue.path.length === 0));
  return [...ofKind].sort((a, b) => a.length - b.length)[0];
}

/** The keys a map could have, less those of a later build. */
function knownKeys(schema: z.ZodType, path: Path, value: unknown): string[] {
  const at = schemaAt(schema, path, value);
  const fields = at && fieldsOf(at, valueAt(value, path));
  return Object.entries(fields ?? {}).flatMap(([key, field]) => (shapeOf(field).later ? [] : [key]));
}

/** Called by zod for whatever the schema itself has no words for. */
function wordsFor(issue: z.core.$ZodRawIssue, schema: z.ZodType, value: unknown): string | undefined {
  const path = pathOf(issue);
  switch (issue.code) {
    case 'invalid_type':
      if (issue.input === undefined) return `required key is missing: expected ${kindName(issue.expected)}`;
      return `expected ${kindName(issue.expected)}, found ${found(issue.input, isScalarKind(issue.expected) && !isSecret(schema, path, value))}`;
    case 'invalid_value':
      return `expected ${oneOf(issue.values)}, found ${found(issue.input, true)}${didYouMean(issue.input, issue.values)}`;
    case 'invalid_union': {
      if (issue.discriminator !== undefined && Array.isArray(issue.options)) {
        const given = isMap(issue.input) ? issue.input[issue.discriminator] : undefined;
        return `expected ${oneOf(issue.options)}, found ${found(given, true)}${didYouMean(given, issue.options)}`;
      }
      const kinds = new Set(issue.errors.flatMap((issues: readonly z.core.$ZodIssue[]) => issues.flatMap(expectedKind)));
      return `expected ${[...kinds].join(' or ')}, found ${found(issue.input, false)}`;
    }
    case 'too_small':
      return bound(issue, issue.minimum, issue.inclusive === false ? 'more than' : 'at least', unitAt(schema, path, value));
    case 'too_big':
      return bound(issue, issue.maximum, issue.inclusive === false ? 'less than' : 'at most', unitAt(schema, path, value));
    case 'invalid_format':
      return `expected ${formatNames[issue.format] ?? `text of the form ${issue.pattern ?? issue.format}`}${isSecret(schema, path, value) ? '' : `, found ${found(issue.input, true)}`}`;
    default:
      return undefined;
  }
}

const formatNames: Readonly<Record<string, string>> = { url: 'a URL', ipv4: 'an IPv4 address', cidrv4: 'a CIDR', cidrv6: 'a CIDR' };

function bound(
  issue: { readonly origin: string; readonly input?: unknown },
  limit: number | bigint,
  words: string,
  unit: 'duration' | 'size' | undefined,
): string {
  const amount = (value: unknown): string => {
    if (typeof value === 'number' && unit === 'duration') return formatDuration(value);
    return typeof value === 'number' && unit === 'size' ? formatSize(value) : String(value);
  };
  if (issue.origin === 'string') {
    return limit === 1 ? 'expected text, found none' : `expected ${words} ${limit} characters, found ${String(issue.input).length}`;
  }
  if (issue.origin === 'array') {
    return `expected ${words} ${limit} ${limit === 1 ? 'item' : 'items'}, found ${Array.isArray(issue.input) ? issue.input.length : 0}`;
  }
  return `expected ${words} ${amount(limit)}, found ${amount(issue.input)}`;
}

function unitAt(schema: z.ZodType, path: Path, value: unknown): 'duration' | 'size' | undefined {
  const at = schemaAt(schema, path, value);
  return at && shapeOf(at).unit;
}

/** Whether a secret stands there, or may: what no schema knows is not repeated either. */
function isSecret(schema: z.ZodType, path: Path, value: unknown): boolean {
  const at = schemaAt(schema, path, value);
  return at === undefined || shapeOf(at).secret;
}

function expectedKind(issue: z.core.$ZodIssue): string[] {
  // instanceof: a value that a front-end has made already, nothing a user can write.
  return issue.code === 'invalid_type' && kindNames[issue.expected] !== undefined ? [kindName(issue.expected)] : [];
}

const kindNames: Readonly<Record<string, string>> = {
  string: 'text',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  array: 'a list',
  object: 'a map',
  record: 'a map',
};

function kindName(expected: string): string {
  return kindNames[expected] ?? expected;
}

function isScalarKind(expected: string): boolean {
  return expected === 'number' || expected === 'int' || expected === 'boolean' || expected === 'string';
}

/** What was found; a scalar itself only where it may be shown. */
function found(value: unknown, shown: boolean): string {
  if (value === undefined || value === null) return 'nothing';
  if (Array.isArray(value)) return 'a list';
  if (isMap(value)) return 'a map';
  if (shown) return JSON.stringify(typeof value === 'string' ? shorten(withoutUserInfo(value)) : value);
  return typeof value === 'string' ? 'text' : typeof value === 'boolean' ? 'true or false' : 'a number';
}

function shorten(text: string): string {
  return text.length > 80 ? `${text.slice(0, 80)}...` : text;
}

function oneOf(values: readonly unknown[]): string {
  const words = values.map(String);
  return words.length === 1 ? String(words[0]) : `one of ${words.join(', ')}`;
}

function didYouMean(given: unknown, values: readonly unknown[]): string {
  const meant = typeof given === 'string' ? suggest(given, values.map(String)) : undefined;
  return meant === undefined ? '' : `: did you mean "${meant}"?`;
}

function wantsText(issue: z.core.$ZodIssue): boolean {
  if (issue.code === 'invalid_union')
    return issue.errors.some((branch) => branch.some((inner) => inner.path.length === 0 && wantsText(inner)));
  return issue.code === 'invalid_type' && issue.expected === 'string';
}

function isTyped(value: unknown): boolean {
  return typeof value === 'number' || typeof value === 'boolean';
}

function copyOf(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(copyOf);
  return isMap(value) ? Object.fromEntries(Object.entries(value).map(([key, item]) => [key, copyOf(item)])) : value;
}

/** In place: many numbers in one list are as many calls. */
function setText(root: unknown, path: Path, text: string): void {
  const parent = valueAt(root, path.slice(0, -1));
  const last = path.at(-1);
  if (Array.isArray(parent) && typeof last === 'number') parent[last] = text;
  else if (isMap(parent) && typeof last === 'string') parent[last] = text;
}

function pathOf(issue: { readonly path?: readonly PropertyKey[] | undefined }): (string | number)[] {
  return (issue.path ?? []).map((step) => (typeof step === 'symbol' ? String(step) : step));
}

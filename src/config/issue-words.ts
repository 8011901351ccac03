import type { z } from 'zod';
import { formatDuration, formatSize } from '../core/units.ts';
import { withoutUserInfo } from './redact.ts';
import { schemaAt, shapeOf } from './shape.ts';
import { suggest } from './suggest.ts';
import { isMap, type Path } from './tree.ts';

/** What is wrong, in the words of this product, for whatever a schema itself has no words for. zod calls it; `value` is the whole. */
export function wordsFor(issue: z.core.$ZodRawIssue, schema: z.ZodType, value: unknown): string | undefined {
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

/** The path of an issue of zod. */
export function pathOf(issue: { readonly path?: readonly PropertyKey[] | undefined }): (string | number)[] {
  return (issue.path ?? []).map((step) => (typeof step === 'symbol' ? String(step) : step));
}

import type { z } from 'zod';
import type { Fault } from './fault.ts';
import { pathOf, wordsFor } from './issue-words.ts';
import { copyOf, newFaults, withoutFaults } from './second-look.ts';
import { fieldsOf, schemaAt, shapeOf } from './shape.ts';
import { hintFor, suggest } from './suggest.ts';
import { formatPath, isMap, type Path, valueAt } from './tree.ts';

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
  const first = parse(schema, value, textOf);
  if (first.kind === 'valid') return first;
  const second = parse(schema, withoutFaults(value, first.faults), textOf);
  const more = second.kind === 'invalid' ? newFaults(second.faults, first.faults) : [];
  return { kind: 'invalid', faults: [...first.faults, ...more] };
}

function parse<S extends z.ZodType>(schema: S, value: unknown, textOf: (path: Path) => string | undefined): Checked<z.output<S>> {
  const result = schema.safeParse(value, { error: (issue) => wordsFor(issue, schema, value) });
  if (result.success) return { kind: 'valid', value: result.data };
  const asText = withTexts(value, result.error.issues, textOf);
  if (asText !== undefined) return parse(schema, asText, textOf);
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

/** The value with text where an issue wants it and a number or a boolean stands; undefined when there is none such. */
function withTexts(value: unknown, issues: readonly z.core.$ZodIssue[], textOf: (path: Path) => string | undefined): unknown {
  const texts = issues.flatMap((issue) => {
    const path = pathOf(issue);
    const text = path.length > 0 && wantsText(issue) && isTyped(valueAt(value, path)) ? textOf(path) : undefined;
    return text === undefined ? [] : [{ path, text }];
  });
  if (texts.length === 0) return undefined;
  const patched = copyOf(value);
  for (const { path, text } of texts) setText(patched, path, text);
  return patched;
}

function wantsText(issue: z.core.$ZodIssue): boolean {
  if (issue.code === 'invalid_union')
    return issue.errors.some((branch) => branch.some((inner) => inner.path.length === 0 && wantsText(inner)));
  return issue.code === 'invalid_type' && issue.expected === 'string';
}

function isTyped(value: unknown): boolean {
  return typeof value === 'number' || typeof value === 'boolean';
}

/** In place: many numbers in one list are as many calls. */
function setText(root: unknown, path: Path, text: string): void {
  const parent = valueAt(root, path.slice(0, -1));
  const last = path.at(-1);
  if (Array.isArray(parent) && typeof last === 'number') parent[last] = text;
  else if (isMap(parent) && typeof last === 'string') parent[last] = text;
}

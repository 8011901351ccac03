import { emitYaml, escapeReferences } from './emit.ts';
import type { Reference } from './env.ts';
import { type Path, type Tree, valueAt } from './tree.ts';

/**
 * A tree as YAML that means the same. What was read from the environment or a file stays a reference to it, so that no secret leaves the
 * place it is kept in; what stands in the file itself is written out, or the result would not run.
 */
export function emitTree(tree: Tree, foreign: readonly Reference[]): string {
  const known = foreign.flatMap(({ written, value, yaml }) => {
    const reference = yaml ?? environmentReference(written);
    return reference === undefined || value === '' ? [] : [{ written, value, reference }];
  });
  return emitYaml(tree.value, { reference: (path) => referenceAt(tree, path, known) });
}

interface Known {
  readonly written: string;
  readonly value: string;
  readonly reference: string;
}

// Shorter than that, a value may stand in a text by chance.
const shortestPart = 4;

/** The text of the value with the references it was made of in their places; undefined when it was made of none. */
function referenceAt(tree: Tree, path: Path, known: readonly Known[]): string | undefined {
  const { through } = tree.place(path);
  const value = valueAt(tree.value, path);
  if (through === undefined || typeof value === 'object') return undefined;
  const text = tree.text?.(path) ?? String(value);
  // env() is an old name of sys.env().
  const sources = through.split(', ').map((source) => source.replace(/^env\(/, 'sys.env('));
  const used = known.filter(({ written }) => sources.includes(written));
  const whole = used.find((candidate) => candidate.value === text);
  if (whole !== undefined) return whole.reference;
  const parts = used.filter((candidate) => candidate.value.length >= shortestPart && text.includes(candidate.value));
  if (parts.length === 0) return undefined;
  return parts.reduce((written, part) => written.replaceAll(escapeReferences(part.value), part.reference), escapeReferences(text));
}

/** sys.env("URL") -> ${URL:-}: a variable that is not set is empty there. */
function environmentReference(written: string): string | undefined {
  const name = /^sys\.env\("([A-Za-z_][A-Za-z0-9_]*)"\)$/.exec(written)?.[1];
  return name === undefined ? undefined : `\${${name}:-}`;
}

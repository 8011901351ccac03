import type { Reference } from './env.ts';
import type { Fault } from './fault.ts';
import { formatPath, formatPlace, type Path, type Problem, type Tree } from './tree.ts';

/** An error at a path of a tree. */
export function problemAt(
  tree: Tree,
  path: Path,
  message: string,
  options: { about?: 'key' | 'value'; severity?: Problem['severity'] } = {},
): Problem {
  const { about = 'value', severity = 'error' } = options;
  return { place: tree.place(path, about), path: formatPath(path), message, severity };
}

/** Faults of a value that stands at `around` -> problems. What is missing is reported at the key it is missing from. */
export function problemsOf(faults: readonly Fault[], tree: Tree, around: Path): Problem[] {
  return faults.map(({ path, message, aboutKey }) => problemAt(tree, [...around, ...path], message, { about: aboutKey ? 'key' : 'value' }));
}

/** `FILE:LINE:COL path: message`, warnings marked. */
export function formatProblem({ place, path, message, severity }: Problem): string {
  const where = path === '' ? `${formatPlace(place)}:` : `${formatPlace(place)} ${path}:`;
  return `${where} ${severity === 'warning' ? 'warning: ' : ''}${message}`;
}

/** Whether there is an error among them. */
export function hasErrors(problems: readonly Problem[]): boolean {
  return problems.some(({ severity }) => severity === 'error');
}

/** In the order of the files; what is said twice of one place is said once. */
export function sortProblems(problems: readonly Problem[], sources: readonly string[]): Problem[] {
  const rank = (problem: Problem): number => {
    const at = sources.indexOf(problem.place.source);
    return at === -1 ? sources.length : at;
  };
  const sorted = [...problems].sort((a, b) => rank(a) - rank(b) || a.place.line - b.place.line || a.place.column - b.place.column);
  const said = new Set<string>();
  return sorted.filter((problem) => {
    const text = formatProblem(problem);
    return !said.has(text) && said.add(text);
  });
}

/** Messages with what came from the environment and from files taken out again: any of it may be a secret. */
export function conceal(problems: readonly Problem[], foreign: readonly Reference[]): Problem[] {
  const longestFirst = [...foreign].filter(({ value }) => value !== '').sort((a, b) => b.value.length - a.value.length);
  return problems.map((problem) => ({ ...problem, message: longestFirst.reduce(concealOne, problem.message) }));
}

// A value as short as a word of the message is replaced only where it is quoted: "5" would take letters out of every sentence.
const shortest = 6;

function concealOne(message: string, { value, written }: Reference): string {
  const quoted = message.replaceAll(JSON.stringify(value), written);
  return value.length < shortest ? quoted : quoted.replaceAll(value, written).replaceAll(JSON.stringify(value).slice(1, -1), written);
}

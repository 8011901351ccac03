import { checkPipelines, checkReferences } from './check.ts';
import { checkComponents, checkFiles } from './check-components.ts';
import { checkProcessors } from './check-processors.ts';
import type { Reference, References } from './env.ts';
import { type Language, readReferenced, readSources, type SourceFile } from './files.ts';
import { applySet, mergeFiles } from './layers.ts';
import { type Node, nodeOf, treeOf } from './nodes.ts';
import { conceal, hasErrors, sortProblems } from './problems.ts';
import { readConfig, type Vocabulary } from './read.ts';
import type { Config } from './schema.ts';
import type { Problem, Tree } from './tree.ts';
import { parseYaml } from './yaml.ts';

/** What is loaded, and with what. */
export interface LoadOptions extends Vocabulary {
  /** Files and directories, as given. */
  readonly files: readonly string[];
  /** `path=value`, later ones over earlier ones and over the files. */
  readonly sets: readonly string[];
  readonly env: Readonly<Record<string, string | undefined>>;
  /** What `-` among the files stands for, the same each time. */
  readonly stdin?: (() => Uint8Array) | undefined;
  /** Reads .alloy files. */
  readonly alloy: FrontEnd;
}

/** Another language for the same tree. Never throws for what the files say. */
export type FrontEnd = (files: readonly SourceFile[]) => FrontEndResult;

/** What another language makes of its files. */
export interface FrontEndResult {
  readonly tree: Tree | undefined;
  readonly problems: readonly Problem[];
  /** Components that are written right and that this build does not have: errors, whose paths are not looked at any further. */
  readonly unavailable?: readonly Problem[];
  /** What came from the environment and from files. */
  readonly foreign?: readonly Reference[];
  /** Files and directories beside the configuration whose change is a change of it. */
  readonly followed?: readonly string[];
}

/** What came of it. */
export interface Loaded {
  /** Undefined when there is an error among the problems. */
  readonly config: Config | undefined;
  /** Every one, in the order of the files. */
  readonly problems: readonly Problem[];
  /** Undefined when a file could not be read or is not written in its language. */
  readonly tree: Tree | undefined;
  readonly language: Language;
  /** The files that were read. */
  readonly sources: readonly SourceFile[];
  /** Files and directories beside them whose change is a change of the configuration, and whose change is a reload without being asked. */
  readonly followed: readonly string[];
  /** What came from the environment and from files, in whatever language: nothing may print it. */
  readonly foreign: readonly Reference[];
}

/**
 * Files, --set and defaults -> one tree -> a checked configuration, with every problem. Throws nothing for bad input. Reads the files and
 * what ${file:} names, and nothing else.
 */
export function loadConfig(options: LoadOptions): Loaded {
  const from: References = { env: options.env, readFile: readReferenced };
  const { language, files, faults } = readSources(options.files, options.stdin);
  const foreign: Reference[] = [];
  const problems: Problem[] = faults.map(({ name, message, line }) => ({
    place: { source: name, line, column: 1, through: undefined },
    path: '',
    message,
    severity: 'error',
  }));
  const unavailable = new Set<string>();
  let followed: readonly string[] = [];
  const finish = (tree: Tree | undefined, config: Config | undefined): Loaded => {
    const told = sortProblems(
      conceal(problems, [...foreign, ...foreignOf(tree)]),
      files.map(({ name }) => name),
    );
    return { config: hasErrors(told) ? undefined : config, problems: told, tree, language, sources: files, foreign, followed };
  };
  if (options.files.length === 0) {
    const place = { source: 'configuration', line: 0, column: 0, through: undefined };
    problems.push({ place, path: '', message: 'expected a file or a directory, found none named', severity: 'error' });
  }
  let node = problems.length > 0 ? undefined : language === 'alloy' ? readAlloy() : readYaml();
  if (node === undefined) return finish(undefined, undefined);
  for (const [at, text] of options.sets.entries()) {
    const { node: changed, parsed } = applySet(node, text, at + 1, from);
    problems.push(...parsed.problems);
    foreign.push(...parsed.foreign);
    node = changed;
  }
  const tree = treeOf(node);
  const wrong = new Set(problems.filter(({ severity }) => severity === 'error').map(({ path }) => path));
  const found: Problem[] = [];
  const { config, components } = readConfig(tree, options, found, unavailable);
  found.push(...checkFiles(tree, components, options.registry));
  found.push(...checkReferences(tree, options.registry), ...checkComponents(tree, components, config));
  found.push(...checkProcessors(tree, components, options.registry));
  // A value that could not be read is not also of the wrong kind.
  problems.push(...found.filter(({ path }) => path === '' || !wrong.has(path)));
  // A misspelt key may be why there is none.
  if (!hasErrors(problems)) problems.push(...checkPipelines(tree, language));
  return finish(tree, config);

  function readAlloy(): Node | undefined {
    const parsed = options.alloy(files);
    problems.push(...parsed.problems, ...(parsed.unavailable ?? []));
    foreign.push(...(parsed.foreign ?? []));
    followed = parsed.followed ?? [];
    for (const { path } of parsed.unavailable ?? []) unavailable.add(path);
    return parsed.tree && nodeOf(parsed.tree);
  }

  function readYaml(): Node | undefined {
    const nodes = files.map(({ name, text }) => {
      const result = parseYaml({ text, source: name }, from);
      problems.push(...result.problems);
      foreign.push(...result.foreign);
      return result.node;
    });
    const [first, ...others] = nodes;
    if (first === undefined) return undefined;
    return others.reduce<Node | undefined>((merged, other) => merged && other && mergeFiles(merged, other, problems), first);
  }
}

/** What a tree says it has read through something. */
function foreignOf(tree: Tree | undefined): Reference[] {
  const found = new Map<string, string>();
  if (tree !== undefined) visit(nodeOf(tree));
  return [...found].map(([value, written]) => ({ value, written }));

  function visit(node: Node): void {
    if (node.kind === 'list') for (const item of node.items) visit(item);
    else if (node.kind === 'map') for (const entry of node.entries.values()) visit(entry.node);
    else if (node.place.through !== undefined && typeof node.value === 'string') {
      found.set(node.value, node.place.through);
    }
  }
}

import type { Import, Source } from './imports.ts';
import { built, builtins, generated, globals, layers, longestFile, packages, siblings, typesForAll } from './table.ts';

/** A broken rule, as `file:line rule: what`. */
export function check(tree: readonly Source[]): string[] {
  const known = new Set(tree.map((source) => source.file));
  return [...tree.flatMap((source) => checkFile(source, known)), ...cycles(tree)];
}

function checkFile(source: Source, known: ReadonlySet<string>): string[] {
  const found: string[] = [];
  const say = (line: number, rule: string, what: string): void => {
    found.push(`${source.file}:${line} ${rule}: ${what}`);
  };
  if (rowOf(layers, layerOf(source.file)) === undefined) say(1, 'row', 'no row of the table names its folder');
  for (const edge of source.imports) {
    if (edge.to === built && source.file === 'bin.cjs') continue;
    if (edge.kind === 'file' && !known.has(edge.to)) say(edge.line, 'unresolved', edge.to);
    else if (edge.kind === 'file') {
      if (!mayReach(source.file, edge.to))
        say(edge.line, 'layer', `${layerOf(source.file)} may not import ${layerOf(edge.to)} (${edge.to})`);
      if (areSiblings(source.file, edge.to)) say(edge.line, 'sibling', edge.to);
    } else if (!mayImport(source.file, edge)) say(edge.line, edge.kind, edge.to);
  }
  if (source.file.startsWith(generated)) return found;
  if (source.lines > longestFile) say(source.lines, 'size', `${source.lines} lines`);
  for (const { line, name } of source.uses) {
    if (rowOf(globals, name) !== undefined && !owns(rowOf(globals, name), source.file)) say(line, 'global', name);
  }
  return found;
}

function layerOf(file: string): string {
  return file.split('/')[0] ?? file;
}

function mayReach(from: string, to: string): boolean {
  return layerOf(from) === layerOf(to) || rowOf(layers, layerOf(from))?.includes(layerOf(to)) === true;
}

function areSiblings(from: string, to: string): boolean {
  const [folder, component] = from.split('/');
  const [otherFolder, other] = to.split('/');
  return folder !== undefined && siblings.includes(folder) && folder === otherFolder && component !== other;
}

function mayImport(file: string, edge: Import): boolean {
  if (edge.kind === 'builtin') return edge.typeOnly || owns(rowOf(builtins, edge.to), file);
  return (edge.typeOnly && typesForAll.includes(edge.to)) || owns(rowOf(packages, edge.to), file);
}

/** Names come from source text: `toString` is no row. */
function rowOf<T>(table: Readonly<Record<string, T>>, name: string): T | undefined {
  return Object.hasOwn(table, name) ? table[name] : undefined;
}

function owns(owners: readonly string[] | undefined, file: string): boolean {
  return owners?.some((prefix) => file.startsWith(prefix)) === true;
}

/** Each cycle once, from the file in it that comes first. */
function cycles(tree: readonly Source[]): string[] {
  const edges = new Map(tree.map(({ file, imports }) => [file, imports.filter((edge) => edge.kind === 'file').map((edge) => edge.to)]));
  const found: string[] = [];
  const done = new Set<string>();
  const visit = (file: string, path: readonly string[]): void => {
    if (path.includes(file)) found.push(`${file}:1 cycle: ${[...path.slice(path.indexOf(file)), file].join(' -> ')}`);
    if (path.includes(file) || done.has(file)) return;
    for (const next of edges.get(file) ?? []) visit(next, [...path, file]);
    done.add(file);
  };
  for (const { file } of tree) visit(file, []);
  return found;
}

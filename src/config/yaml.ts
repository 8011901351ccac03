import { type Document, isAlias, isMap, isNode, isScalar, isSeq, LineCounter, type Pair, parseAllDocuments, type YAMLError } from 'yaml';
import { expand, type Reference, type References } from './env.ts';
import type { Entry, MapNode, Node, ScalarNode } from './nodes.ts';
import { typeScalar } from './scalars.ts';
import { formatPath, formatPlace, type Path, type Place, type Problem } from './tree.ts';
import { syntaxMessage } from './yaml-errors.ts';
import { indentFault } from './yaml-indent.ts';

/** What is parsed, and how its places are called. */
export interface YamlText {
  readonly text: string;
  readonly source: string;
  /** Of --set: where the text begins. Otherwise lines and columns are counted. */
  readonly inline?: { readonly line: number; readonly column: number };
}

/** What became of a text. */
export interface YamlResult {
  /** Undefined when the text is no YAML. */
  readonly node: Node | undefined;
  readonly problems: readonly Problem[];
  /** What came from the environment and from files: nothing may print it. */
  readonly foreign: readonly Reference[];
}

/**
 * Reads one YAML document: the core schema of YAML 1.2, no tags, no merge keys, keys are text and stand once. References are replaced in
 * values. Aliases share what they name and are counted as if it were written again, so that a bomb of them is refused.
 */
export function parseYaml(input: YamlText, from: References): YamlResult {
  const lines = new LineCounter();
  const placeAt = (offset: number): Place => {
    if (input.inline !== undefined) {
      return { source: input.source, line: input.inline.line, column: input.inline.column + offset, through: undefined };
    }
    const { line, col } = lines.linePos(offset);
    return { source: input.source, line: Math.max(line, 1), column: Math.max(col, 1), through: undefined };
  };
  const fail = (place: Place, message: string): YamlResult => {
    return { node: undefined, problems: [{ place, path: '', message, severity: 'error' }], foreign: [] };
  };
  const deep = tooDeepAt(input.text);
  if (deep !== undefined) {
    const before = input.text.slice(0, deep).split('\n');
    const place = { line: before.length, column: (before.at(-1)?.length ?? 0) + 1 };
    return fail(input.inline === undefined ? { ...placeAt(0), ...place } : placeAt(deep), tooDeep);
  }
  const documents = parseDocuments(input.text.replace(/^\uFEFF/, ''), lines);
  if (documents === undefined) return fail(placeAt(lines.lineStarts.at(-1) ?? 0), tooDeep);
  const [document, second] = documents;
  if (document === undefined) return { node: emptyMap(placeAt(0)), problems: [], foreign: [] };
  const problems = syntaxProblems([...document.errors, ...document.warnings], input.text, placeAt);
  if (second !== undefined) return fail(placeAt(second.range[0]), 'expected one document in a file, found a second one');
  if (problems.length > 0) return { node: undefined, problems, foreign: [] };
  const reading = new Reading(placeAt, from);
  const node = document.contents === null ? emptyMap(placeAt(0)) : reading.read(document.contents, []);
  return { node, problems: reading.problems, foreign: reading.foreign };
}

// The parser's stack ends somewhere above, and where depends on who calls it: no two callers would say the same of one file.
const mostOpen = 400;

/** Where more is open at once than any configuration has, by brackets or by dashes in one line; brackets in texts count too. */
function tooDeepAt(text: string): number | undefined {
  let open = 0;
  for (const { 0: sign, index } of text.matchAll(/[[\]{}]|(?:[-?] +){400}/g)) {
    if (sign.length > 1) return index;
    if (sign === '[' || sign === '{') open += 1;
    else open = Math.max(0, open - 1);
    if (open > mostOpen) return index;
  }
  return undefined;
}

/** Undefined when the text is nested so deeply that the parser's own stack ends; the last line it began is then the culprit. */
function parseDocuments(text: string, lineCounter: LineCounter): readonly Document.Parsed[] | undefined {
  try {
    return parseAllDocuments(text, {
      lineCounter,
      schema: 'failsafe', // every scalar stays text: numbers are told from text here, after references are replaced
      uniqueKeys: false, // both places are wanted
      prettyErrors: false,
      logLevel: 'silent',
    });
  } catch (why) {
    // With little stack left a regular expression cannot be compiled either: a SyntaxError.
    if (why instanceof RangeError || why instanceof SyntaxError) return undefined;
    throw why;
  }
}

/** One per line: a parser that has lost its way says the same thing again and again. */
function syntaxProblems(errors: readonly YAMLError[], text: string, placeAt: (offset: number) => Place): Problem[] {
  const byLine = new Map<number, Problem>();
  for (const error of [...errors].sort((a, b) => a.pos[0] - b.pos[0])) {
    const place = placeAt(error.pos[0]);
    const indent = indentFault(text, error, place.line);
    const at = indent === undefined ? place : { ...place, line: indent.line, column: indent.column };
    const message = indent?.message ?? syntaxMessage(error);
    if (!byLine.has(at.line)) byLine.set(at.line, { place: at, path: '', message, severity: 'error' });
  }
  return [...byLine.values()];
}

// Both far above any configuration.
const mostValues = 50_000;
const mostLevels = 100;
const tooDeep = 'nested too deeply';

/** The parser's nodes -> ours. One per document. */
class Reading {
  readonly problems: Problem[] = [];
  readonly foreign: Reference[] = [];
  readonly #placeAt: (offset: number) => Place;
  readonly #from: References;
  readonly #anchors = new Map<string, unknown>();
  /** What the aliases being followed name. */
  readonly #open = new Set<unknown>();
  #values = 0;

  constructor(placeAt: (offset: number) => Place, from: References) {
    this.#placeAt = placeAt;
    this.#from = from;
  }

  read(value: unknown, path: Path): Node {
    this.#values += 1;
    if (isAlias(value)) return this.#follow(value.source, this.#placeOf(value), path);
    if (path.length > mostLevels) return this.#refuse(value, path);
    if (!isMap(value) && !isSeq(value)) return this.#readScalar(value, path);
    if (value.anchor !== undefined && this.#open.size === 0) this.#anchors.set(value.anchor, value);
    const place = this.#placeOf(value);
    if (isSeq(value)) return { kind: 'list', items: value.items.map((item, at) => this.read(item, [...path, at])), place };
    const entries = new Map<string, Entry>();
    for (const pair of value.items) this.#addEntry(entries, pair, place, path);
    return { kind: 'map', entries, place };
  }

  #refuse(value: unknown, path: Path): ScalarNode {
    const place = isNode(value) ? this.#placeOf(value) : this.#placeAt(0);
    this.#report(place, path.slice(0, 3), tooDeep);
    return emptyValue(place);
  }

  #readScalar(value: unknown, path: Path): ScalarNode {
    if (!isScalar(value) || typeof value.value !== 'string') return emptyValue(this.#placeAt(0));
    if (value.anchor !== undefined && this.#open.size === 0) this.#anchors.set(value.anchor, value);
    const place = this.#placeOf(value);
    const { text, through, foreign, whole, faults } = expand(value.value, this.#from);
    for (const fault of faults) this.#report(place, path, fault);
    this.foreign.push(...foreign);
    // An empty variable is empty text, not nothing.
    const typed = through === undefined ? value.type === 'PLAIN' : whole && text !== '';
    return { kind: 'scalar', value: typed ? typeScalar(text) : text, text, place: { ...place, through } };
  }

  #follow(name: string, place: Place, path: Path): Node {
    const target = this.#anchors.get(name);
    if (target === undefined) {
      this.#report(place, path, 'no anchor of this name stands before this alias; quote a value that begins with *');
    } else if (this.#open.has(target)) {
      this.#report(place, path, 'an alias cannot stand inside of what it names');
    } else if (this.#values <= mostValues) {
      this.#open.add(target);
      const node = this.read(target, path);
      this.#open.delete(target);
      if (this.#open.size === 0 && this.#values > mostValues) {
        this.#report(place, path, `with this alias the file has more than ${mostValues} values`);
      }
      return node;
    }
    return emptyValue(place);
  }

  #addEntry(entries: Map<string, Entry>, pair: Pair, around: Place, path: Path): void {
    const key = isScalar(pair.key) ? pair.key : undefined;
    const place = key === undefined ? around : this.#placeOf(key);
    const name = key?.value;
    const fault = keyFault(name, key?.type === 'PLAIN');
    if (typeof name !== 'string' || fault !== undefined) {
      this.#report(place, path, fault ?? 'expected a key that is text');
      return;
    }
    const first = entries.get(name);
    if (first !== undefined) {
      this.#report(place, [...path, name], `written twice: it stands at ${formatPlace(first.key)} already`);
      return;
    }
    const node = pair.value === null ? emptyValue(place) : this.read(pair.value, [...path, name]);
    entries.set(name, { key: place, node });
  }

  #placeOf(node: { readonly range?: readonly [number, number, number] | null | undefined }): Place {
    return this.#placeAt(node.range?.[0] ?? 0);
  }

  #report(place: Place, path: Path, message: string): void {
    this.problems.push({ place, path: formatPath(path), message, severity: 'error' });
  }
}

function keyFault(name: unknown, plain: boolean): string | undefined {
  if (typeof name !== 'string') return 'expected a key that is text, found a list or a map';
  if (plain && typeof typeScalar(name) !== 'string')
    return `expected a key that is text, found ${name === '' ? 'nothing' : `${name}: quote it`}`;
  if (name === '<<') return 'merge keys (<<) are not part of YAML 1.2: write the keys out';
  return name === '__proto__' ? 'a key cannot be called __proto__' : undefined;
}

function emptyMap(place: Place): MapNode {
  return { kind: 'map', entries: new Map(), place };
}

function emptyValue(place: Place): ScalarNode {
  return { kind: 'scalar', value: null, text: '', place };
}

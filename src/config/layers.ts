import type { References } from './env.ts';
import { type Entry, isNothing, type ListNode, type MapNode, type Node } from './nodes.ts';
import { formatPath, formatPlace, type Path, type Place, type Problem } from './tree.ts';
import { parseYaml, type YamlResult } from './yaml.ts';

/**
 * Two files as one: maps are joined key by key, and whatever else both write, the same value included, is a conflict, so that no file
 * silently overrides another. An empty key does not erase another file's value.
 */
export function mergeFiles(first: Node, second: Node, problems: Problem[], path: Path = [], key?: Place): Node {
  if (isNothing(second)) return first;
  if (isNothing(first)) return second;
  if (first.kind !== 'map' || second.kind !== 'map') {
    const message = `written in two files: it stands at ${formatPlace(first.place)} already`;
    problems.push({ place: key ?? second.place, path: formatPath(path), message, severity: 'error' });
    return first;
  }
  const entries = new Map(first.entries);
  for (const [name, entry] of second.entries) {
    const known = entries.get(name);
    if (known === undefined) entries.set(name, entry);
    else entries.set(name, { key: known.key, node: mergeFiles(known.node, entry.node, problems, [...path, name], entry.key) });
  }
  return { ...first, entries };
}

/**
 * `--set path=value`: one value over whatever stands there. The value is YAML, and what is no YAML is text as it stands: [::]:4040. `order`
 * counts from 1.
 */
export function applySet(root: Node, text: string, order: number, from: References): { readonly node: Node; readonly parsed: YamlResult } {
  const place: Place = { source: '--set', line: order, column: 1, through: undefined };
  const { path, end } = readPath(text);
  if (path === undefined) {
    const found = text.split('=', 1)[0] ?? '';
    return refuse([], `expected path=value such as service.admin.endpoint=127.0.0.1:9999, found ${JSON.stringify(found)}`);
  }
  const written = text.slice(end + 1);
  const parsed = parseSetValue(written, { line: order, column: end + 2 }, from);
  const fault = parsed.problems[0];
  if (parsed.node === undefined || fault !== undefined) return refuse(path, fault?.message ?? '');
  const node = replaceAt(root, path, parsed.node, place);
  return typeof node === 'string' ? refuse(path, node) : { node, parsed };

  function refuse(at: Path, message: string): { node: Node; parsed: YamlResult } {
    const problem: Problem = { place, path: formatPath(at), message, severity: 'error' };
    return { node: root, parsed: { node: undefined, problems: [problem], foreign: [] } };
  }
}

function parseSetValue(text: string, inline: { readonly line: number; readonly column: number }, from: References): YamlResult {
  const parsed = parseYaml({ text, source: '--set', inline }, from);
  // A quoted scalar is the only text that needs no escaping but its own.
  if (parsed.node === undefined || text.trim() === '')
    return parseYaml({ text: `'${text.replaceAll("'", "''")}'`, source: '--set', inline }, from);
  return parsed;
}

/** The new root, or why it cannot be. */
function replaceAt(node: Node, path: Path, value: Node, place: Place): Node | string {
  const [step, ...rest] = path;
  if (step === undefined) return value;
  if (typeof step === 'number') {
    const list: ListNode | undefined = node.kind === 'list' ? node : isNothing(node) ? { kind: 'list', items: [], place } : undefined;
    if (list === undefined) return `expected a list before [${step}], found ${node.kind === 'map' ? 'a map' : 'a value'}`;
    if (step > list.items.length)
      return `the list has ${list.items.length} items: [${list.items.length}] would add one, [${step}] leaves a gap`;
    const item = replaceAt(list.items[step] ?? nothingAt(place), rest, value, place);
    return typeof item === 'string' ? item : { ...list, items: list.items.toSpliced(step, 1, item) };
  }
  const map: MapNode | undefined = node.kind === 'map' ? node : isNothing(node) ? { kind: 'map', entries: new Map(), place } : undefined;
  if (map === undefined) return `expected a map around ${step}, found ${node.kind === 'list' ? 'a list' : 'a value'}`;
  const known: Entry = map.entries.get(step) ?? { key: place, node: nothingAt(place) };
  const inside = replaceAt(known.node, rest, value, place);
  return typeof inside === 'string' ? inside : { ...map, entries: new Map(map.entries).set(step, { key: known.key, node: inside }) };
}

function nothingAt(place: Place): Node {
  return { kind: 'scalar', value: null, text: '', place };
}

/** The path that formatPath would write, up to the equals sign: a.b[0]["c.d"]=. */
function readPath(text: string): { readonly path: Path | undefined; readonly end: number } {
  const path: (string | number)[] = [];
  const step = /\.?([^.[\]="]+)|\[(\d{1,6})\]|\[("(?:[^"\\]|\\.)*")\]/y;
  for (;;) {
    const at = step.lastIndex;
    const match = step.exec(text);
    if (match === null) return { path: text[at] === '=' && path.length > 0 ? path : undefined, end: at };
    const [, name, index, quoted] = match;
    if (name === '__proto__') return { path: undefined, end: at };
    if (name !== undefined) path.push(name);
    else if (index !== undefined) path.push(Number(index));
    else path.push(quotedName(quoted ?? '""'));
  }
}

function quotedName(literal: string): string {
  try {
    return String(JSON.parse(literal));
  } catch {
    return literal; // an escape that JSON has not: no such key
  }
}

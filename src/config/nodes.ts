import { isMap, type Path, type Place, type Tree } from './tree.ts';

/** A value together with the places of everything in it: what front-ends build, what layers are merged as. */
export type Node = ScalarNode | ListNode | MapNode;

/** Text, a number, true or false, or nothing. */
export interface ScalarNode {
  readonly kind: 'scalar';
  readonly value: string | number | boolean | null;
  /** As it was written, references replaced. */
  readonly text: string | undefined;
  readonly place: Place;
}

/** A list. */
export interface ListNode {
  readonly kind: 'list';
  readonly items: readonly Node[];
  readonly place: Place;
}

/** A map, in the order of the file. */
export interface MapNode {
  readonly kind: 'map';
  readonly entries: ReadonlyMap<string, Entry>;
  readonly place: Place;
}

/** One key of a map and what stands there. */
export interface Entry {
  readonly key: Place;
  readonly node: Node;
}

/** The tree of a node. */
export function treeOf(root: Node): Tree {
  return {
    value: plainValue(root),
    place(path, what = 'value') {
      let node = root;
      let place = root.place;
      for (const step of path) {
        const found = stepInto(node, step);
        if (found === undefined) break;
        place = what === 'key' ? found.key : found.node.place;
        node = found.node;
      }
      return place;
    },
    text(path) {
      const node = nodeAt(root, path);
      return node?.kind === 'scalar' ? node.text : undefined;
    },
  };
}

/** The node of a tree: so that trees of another front-end can be merged like ours. */
export function nodeOf(tree: Tree, path: Path = [], value: unknown = tree.value): Node {
  const place = tree.place(path);
  if (Array.isArray(value)) return { kind: 'list', items: value.map((item, at) => nodeOf(tree, [...path, at], item)), place };
  if (isMap(value)) {
    const entries = new Map<string, Entry>();
    for (const [key, item] of Object.entries(value)) {
      entries.set(key, { key: tree.place([...path, key], 'key'), node: nodeOf(tree, [...path, key], item) });
    }
    return { kind: 'map', entries, place };
  }
  return { kind: 'scalar', value: isScalar(value) ? value : null, text: tree.text?.(path), place };
}

function isScalar(value: unknown): value is string | number | boolean {
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean';
}

/** The node at a path, undefined where there is none. */
export function nodeAt(root: Node, path: Path): Node | undefined {
  let node: Node | undefined = root;
  for (const step of path) node = node && stepInto(node, step)?.node;
  return node;
}

/** Whether nothing was written there: `label_drop:` and the end of the line. */
export function isNothing(node: Node): boolean {
  return node.kind === 'scalar' && node.value === null;
}

function stepInto(node: Node, step: string | number): Entry | undefined {
  if (node.kind === 'map' && typeof step === 'string') return node.entries.get(step);
  if (node.kind !== 'list' || typeof step !== 'number') return undefined;
  const item = node.items[step];
  return item && { key: item.place, node: item };
}

function plainValue(node: Node): unknown {
  switch (node.kind) {
    case 'scalar':
      return node.value;
    case 'list':
      return node.items.map(plainValue);
    case 'map':
      return Object.fromEntries([...node.entries].map(([key, entry]) => [key, plainValue(entry.node)]));
    default:
      throw new Error(`unreachable: ${node satisfies never}`);
  }
}

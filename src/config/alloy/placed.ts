import type { Entry, Node } from '../nodes.ts';
import type { Place } from '../tree.ts';

/** A value with the node of the tree that it becomes, which knows where it and everything in it was written. */
export interface Placed<T> {
  readonly value: T;
  readonly node: Node;
  /** Of the name it stands under; undefined when it has none of its own. */
  readonly key: Place | undefined;
}

/** Text, a number or a boolean. */
export function leaf<T extends string | number | boolean>(value: T, place: Place): Placed<T> {
  return { value, node: { kind: 'scalar', value, text: String(value), place }, key: undefined };
}

/** A list of such values. */
export function list<T>(items: readonly Placed<T>[], place: Place): Placed<readonly T[]> {
  return { value: items.map((item) => item.value), node: { kind: 'list', items: items.map((item) => item.node), place }, key: undefined };
}

/** A map of such values; entries without one are left out. */
export function record<T>(entries: Readonly<Record<string, Placed<T> | undefined>>, place: Place): Placed<Readonly<Record<string, T>>> {
  const present = Object.entries(entries).filter((entry): entry is [string, Placed<T>] => entry[1] !== undefined);
  const nodes = present.map(([name, { key, node }]): [string, Entry] => [name, { key: key ?? node.place, node }]);
  return {
    value: Object.fromEntries(present.map(([name, placed]) => [name, placed.value])),
    node: { kind: 'map', entries: new Map(nodes), place },
    key: undefined,
  };
}

/** The value under a name that was written there. */
export function under<T>(key: Place, placed: Placed<T>): Placed<T> {
  return { ...placed, key };
}

/** Another value in the same place. */
export function instead<T extends string | number | boolean>(of: Placed<unknown>, value: T): Placed<T> {
  return { ...leaf(value, of.node.place), key: of.key };
}

/** Keys of a map of the tree; those that are not written are undefined. */
export type Keys = Readonly<Record<string, Placed<unknown> | undefined>>;

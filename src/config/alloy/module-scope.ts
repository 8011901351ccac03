import { dirname } from 'node:path';
import { hintFor } from '../suggest.ts';
import { type Resolved, type Scope, Undecided } from './evaluate.ts';
import type { Item } from './items.ts';
import type { Session } from './session.ts';
import { deprecated } from './stdlib.ts';
import { named, type Path } from './syntax.ts';
import { type ObjectValue, Unusable, type Value } from './value.ts';

/** What the names of a module mean: its components, then the standard library. */
export class ModuleScope implements Scope {
  /** By id, those that a path may name. */
  readonly #items: ReadonlyMap<string, Item>;
  readonly #session: Session;
  readonly #args: ReadonlyMap<string, Value> | undefined;
  /** What of a component is known, its receiver before it is evaluated. */
  readonly #known = new Map<Item, Map<string, Value>>();
  readonly #evaluated = new Set<Item>();

  /** Without arguments it is the module of the files themselves. */
  constructor(items: readonly Item[], session: Session, args: ReadonlyMap<string, Value> | undefined) {
    const nameable = items.filter(({ kind }) => kind !== 'export' && kind !== 'service');
    this.#items = new Map(nameable.map((item) => [item.id, item]));
    this.#session = session;
    this.#args = args;
  }

  /** Lets others refer to the receiver of a component that has not been evaluated, and may be wrong. */
  announce(item: Item, receiver: Value | undefined): void {
    this.#known.set(item, new Map(receiver === undefined ? [] : [['receiver', receiver]]));
  }

  /** Lets others refer to everything it exports. */
  evaluated(item: Item, exports: ObjectValue): void {
    for (const [name, value] of exports) this.#known.get(item)?.set(name, value);
    this.#evaluated.add(item);
  }

  /** Whether the path names something, whatever that is worth. */
  knows(path: Path): boolean {
    const [name = ''] = path.names;
    return named(path, this.#items) !== undefined || name === 'module_path' || this.#session.stdlib.has(name);
  }

  resolve(path: Path): Resolved | undefined {
    const block = named(path, this.#items);
    if (block !== undefined) return { value: this.#exportsOf(block.found, path, block.names), names: block.names };
    const [name = ''] = path.names;
    const [at] = path.places;
    if (name === 'module_path' && at !== undefined) return { value: dirname(at.source.name), names: 1 };
    const known = this.#session.stdlib.get(name);
    if (known === undefined) return undefined;
    const successor = deprecated.get(name);
    if (successor !== undefined && at !== undefined) this.#session.deprecate(at, name, successor);
    return { value: known, names: 1 };
  }

  unknown(path: Path): string {
    const { names } = path;
    const full = names.join('.');
    if (names[0] === 'argument' && this.#args !== undefined)
      return `argument ${JSON.stringify(names[1] ?? '')} is not declared in this module`;
    const ids = [...this.#items.values()];
    const alike = ids.filter(({ block }) => full.startsWith(`${block.name}.`)).map(({ id }) => id);
    const hint =
      alike.length > 0
        ? `; ${names.slice(0, -2).join('.')} blocks here: ${alike.join(', ')}`
        : hintFor(
            names.slice(0, -1).join('.'),
            ids.map(({ id }) => id),
          );
    return `component ${JSON.stringify(full)} does not exist or is out of scope${hint}`;
  }

  #exportsOf(item: Item, path: Path, names: number): ObjectValue | Unusable {
    if (item.kind === 'foreign') return new Unusable(foreignMessage(item));
    const known = this.#known.get(item) ?? new Map<string, Value>();
    const wanted = path.names[names] ?? '';
    if (!this.#evaluated.has(item) && !known.has(wanted) && exportsOf(item)?.includes(wanted) !== false) throw new Undecided();
    return known;
  }
}

/** What a block exports once it is evaluated; undefined when that cannot be known before. */
function exportsOf(item: Item): readonly string[] | undefined {
  if (item.kind === 'component') return item.component.exports;
  if (item.kind !== 'custom') return undefined;
  return item.definition.block.body.flatMap((one) => (one.kind === 'block' && one.name === 'export' ? [one.label] : []));
}

/** Why nothing of pyroscope.* can use a block of another family. */
export function foreignMessage({ id, block }: Item): string {
  if (block.name.startsWith('discovery.') || block.name.startsWith('prometheus.exporter.'))
    return `${id} cannot be used: Flamegate finds targets by discovery.file, http, dns and kubernetes; write them as a list of maps, or to a file for discovery.file`;
  return `${id} cannot be used: ${block.name} is not part of Flamegate`;
}

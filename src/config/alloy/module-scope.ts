import { dirname } from 'node:path';
import { hintFor } from '../suggest.ts';
import { type Resolved, type Scope, Undecided } from './evaluate.ts';
import type { Item } from './items.ts';
import type { Session } from './session.ts';
import { AlloyError } from './source.ts';
import { deprecated } from './stdlib.ts';
import type { Path } from './syntax.ts';
import type { ObjectValue, Value } from './value.ts';

/** What the names of a module mean: its components, then the standard library. */
export class ModuleScope implements Scope {
  readonly #items: ReadonlyMap<string, Item>;
  readonly #session: Session;
  readonly #args: ReadonlyMap<string, Value> | undefined;
  /** What of a component is known, its receiver before it is evaluated. */
  readonly #known = new Map<Item, Map<string, Value>>();
  readonly #evaluated = new Set<Item>();

  /** Without arguments it is the module of the files themselves. */
  constructor(items: readonly Item[], session: Session, args: ReadonlyMap<string, Value> | undefined) {
    this.#items = new Map(items.map((item) => [item.id, item]));
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

  /** The block that the path refers to, and how many of its names say so. */
  itemOf(path: Path): { readonly item: Item; readonly names: number } | undefined {
    for (let names = path.names.length; names > 0; names -= 1) {
      const item = this.#items.get(path.names.slice(0, names).join('.'));
      if (item !== undefined && item.kind !== 'export' && item.kind !== 'service') return { item, names };
    }
    return undefined;
  }

  resolve(path: Path): Resolved | undefined {
    const found = this.itemOf(path);
    if (found !== undefined) return { value: this.#exportsOf(found.item, path, found.names), names: found.names };
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
    const ids = [...this.#items.values()].filter(({ kind }) => kind !== 'service' && kind !== 'export');
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

  #exportsOf(item: Item, path: Path, names: number): ObjectValue {
    const [at] = path.places;
    if (item.kind === 'foreign' && at !== undefined) throw new AlloyError(at, foreignMessage(item));
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

function foreignMessage({ id, block }: Item): string {
  if (block.name.startsWith('discovery.') || block.name.startsWith('prometheus.exporter.'))
    return `${id} cannot be used: Flamegate finds no targets by itself; write them here as a list of maps`;
  return `${id} cannot be used: ${block.name} is not part of Flamegate`;
}

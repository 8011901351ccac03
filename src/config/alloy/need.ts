import { type Edges, reachable } from './graph.ts';
import { type Item, itemsOf } from './items.ts';
import { type Definition, deepest } from './library.ts';
import type { Session } from './session.ts';
import { named, type Path, pathsIn, pathsOfBody } from './syntax.ts';

/** What of a configuration the components of pyroscope.* hang on, seen without evaluating anything. One per reading. */
export class Needs {
  readonly #session: Session;
  readonly #profiles = new Map<Definition, boolean>();
  readonly #arguments = new Map<Definition, ReadonlySet<string> | 'all'>();
  /** Definitions that are being looked into, each used in the one before. */
  #depth = 0;

  constructor(session: Session) {
    this.#session = session;
  }

  /** Whether it is there for itself: the others only when something needs them. */
  isRoot(item: Item): boolean {
    switch (item.kind) {
      case 'component':
        return item.component.root;
      case 'custom':
        return this.#hasProfiles(item.definition);
      case 'service':
      case 'argument':
      case 'export':
        return true;
      case 'foreign':
      case 'unsupported':
        return false;
      default:
        throw new Error(`unreachable: ${item satisfies never}`);
    }
  }

  /** What each block of a module needs of the others. What is skipped needs nothing; a custom component what its needed arguments name. */
  edgesOf(items: readonly Item[]): Edges<Item> {
    const byId = new Map(items.map((item) => [item.id, item]));
    return new Map(
      items.map((item) => {
        const targets = this.#pathsOf(item).flatMap((path) => named(path, byId)?.found ?? []);
        // A service block does not need what its unread lines name.
        return [item, new Set(item.kind === 'service' ? targets.filter(({ kind }) => kind !== 'foreign') : targets)];
      }),
    );
  }

  /** Whether something of pyroscope.* in the custom component, or an export of it, is made from the argument. */
  usesArgument(definition: Definition, name: string): boolean {
    const used = this.#argumentsOf(definition);
    return used === 'all' || used.has(name);
  }

  #pathsOf(item: Item): readonly Path[] {
    if (item.kind === 'foreign') return [];
    if (item.kind !== 'custom') return pathsOfBody(item.block.body);
    return item.block.body.flatMap((one) =>
      one.kind === 'attribute' && this.usesArgument(item.definition, one.name) ? pathsIn(one.value) : [],
    );
  }

  #hasProfiles(definition: Definition): boolean {
    const known = this.#profiles.get(definition);
    if (known !== undefined) return known;
    this.#profiles.set(definition, true); // one that contains itself, or too many others, is evaluated, and refused there
    const found = this.#within(definition, true, (items) =>
      items.some((item) => item.kind === 'unsupported' || ((item.kind === 'component' || item.kind === 'custom') && this.isRoot(item))),
    );
    this.#profiles.set(definition, found);
    return found;
  }

  #argumentsOf(definition: Definition): ReadonlySet<string> | 'all' {
    const known = this.#arguments.get(definition);
    if (known !== undefined) return known;
    this.#arguments.set(definition, 'all'); // as above
    const found = this.#within<ReadonlySet<string> | 'all'>(definition, 'all', (items) => {
      const seeds = items.filter((item) => item.kind === 'unsupported' || (item.kind !== 'argument' && this.isRoot(item)));
      const needed = [...reachable(seeds, this.edgesOf(items))].filter(({ kind }) => kind === 'argument');
      return new Set(needed.map(({ block }) => block.label));
    });
    this.#arguments.set(definition, found);
    return found;
  }

  /** Looks at the blocks of a definition; what is wrong with them is said where they are evaluated. */
  #within<T>({ block, library }: Definition, tooDeep: T, look: (items: readonly Item[]) => T): T {
    if (this.#depth >= deepest) return tooDeep;
    this.#depth += 1;
    const found = look(itemsOf(block.body, library, false, this.#session.unheard()));
    this.#depth -= 1;
    return found;
  }
}

import { BlockReader, type Reading } from './block-reader.ts';
import type { Part } from './component.ts';
import { serviceBlocks } from './components/service-blocks.ts';
import { bool, sourcesIn, text } from './decode.ts';
import { orderOf, reachable } from './graph.ts';
import { libraryOf } from './imports.ts';
import { type Item, itemsOf } from './items.ts';
import { deepest, type Library } from './library.ts';
import { foreignMessage, ModuleScope } from './module-scope.ts';
import type { Needs } from './need.ts';
import type { Session } from './session.ts';
import { type Body, type Path, pathsIn, pathsOfBody } from './syntax.ts';
import { Capsule, type Value } from './value.ts';

/** Where a module stands. */
export interface Standing {
  readonly session: Session;
  readonly needs: Needs;
  /** What the bodies around it declare. */
  readonly library: Library | undefined;
  /** Undefined at the top of the files. */
  readonly instance: Instance | undefined;
}

/** One use of a declare block. */
export interface Instance {
  /** Before the names of everything in it: "feature.default." */
  readonly prefix: string;
  readonly depth: number;
  readonly args: ReadonlyMap<string, Value>;
}

/** What a module becomes. */
export interface Loaded {
  /** In the order of the blocks. */
  readonly parts: readonly Part[];
  readonly exports: ReadonlyMap<string, Value>;
}

/** Evaluates the blocks of a body, each once, after those it refers to, and reports every mistake. */
export function loadModule(body: Body, standing: Standing): Loaded {
  return new Module(body, standing).load();
}

class Module {
  readonly #session: Session;
  readonly #needs: Needs;
  readonly #instance: Instance | undefined;
  readonly #library: Library;
  readonly #items: readonly Item[];
  readonly #scope: ModuleScope;
  readonly #parts = new Map<Item, readonly Part[]>();
  readonly #exports = new Map<string, Value>();

  constructor(body: Body, { session, needs, library, instance }: Standing) {
    this.#session = session;
    this.#needs = needs;
    this.#instance = instance;
    const outside = new ModuleScope([], session, instance?.args);
    this.#library = libraryOf(body, library, outside, session);
    this.#items = itemsOf(body, this.#library, instance === undefined, session);
    this.#scope = new ModuleScope(this.#items, session, instance?.args);
  }

  load(): Loaded {
    const edges = this.#needs.edgesOf(this.#items);
    const needed = reachable(
      this.#items.filter((item) => this.#needs.isRoot(item)),
      edges,
    );
    const unsupported = this.#items.filter(({ kind }) => kind === 'unsupported');
    for (const { block, id } of unsupported) this.#session.error(block.at, id, unsupportedMessage(block.name));
    const { order, cycles } = orderOf(
      this.#items.filter((item) => needed.has(item)),
      edges,
    );
    for (const cycle of cycles) this.#reportCycle(cycle);
    for (const item of this.#items) this.#scope.announce(item, this.#receiverOf(item));
    for (const item of order) this.#evaluate(item);
    // What only feeds a block that is refused has been refused with it.
    const feeding = reachable(unsupported, edges);
    for (const item of this.#items) if (!feeding.has(item) && (item.kind === 'foreign' || !needed.has(item))) this.#reportSkipped(item);
    return { parts: this.#items.flatMap((item) => this.#parts.get(item) ?? []), exports: this.#exports };
  }

  #reportSkipped(item: Item): void {
    const { block, id } = item;
    if (item.kind === 'foreign') {
      // Where it is used, that has been refused.
      if (!this.#session.said(foreignMessage(item)))
        this.#session.notInForce(block.at, id, `${block.name} skipped: it is not part of Flamegate`);
    } else if (item.kind === 'custom') {
      this.#session.notInForce(block.at, id, `${block.name} skipped: nothing in it is of pyroscope.*, and nothing of pyroscope.* uses it`);
      for (const path of pathsOfBody(block.body)) this.#checkName(path, id);
      itemsOf(item.definition.block.body, item.definition.library, false, this.#session); // names that no Alloy has are mistakes all the same
    } else if (item.kind === 'component') this.#session.notInForce(block.at, id, `${block.name} skipped: nothing of pyroscope.* uses it`);
  }

  /** What is not evaluated still has to name something. */
  #checkName(path: Path, at: string): void {
    const [place] = path.places;
    if (place !== undefined && !this.#scope.knows(path)) this.#session.error(place, at, this.#scope.unknown(path));
  }

  #reportCycle(cycle: readonly Item[]): void {
    const [first] = cycle;
    if (first === undefined) return;
    const ids = cycle.map(({ id }) => id);
    this.#session.error(first.block.at, first.id, cycle.length === 1 ? `self reference: ${first.id}` : `cycle: ${ids.join(', ')}`);
  }

  #receiverOf(item: Item): Value | undefined {
    if (item.kind !== 'component' || item.component.pipeline === undefined) return undefined;
    return new Capsule('receiver', `${item.component.pipeline}/${this.#nameOf(item)}`);
  }

  #nameOf(item: Item): string {
    return `${this.#instance?.prefix ?? ''}${item.block.label}`;
  }

  #evaluate(item: Item): void {
    let failed = false;
    const reading: Reading = {
      scope: this.#scope,
      error: (at, path, message) => {
        failed = true;
        this.#session.error(at, path, message);
      },
      warn: (at, path, message) => this.#session.warn(at, path, message),
      undecided() {
        failed = true;
      },
    };
    const reader = new BlockReader(item.block, reading, `${this.#instance?.prefix ?? ''}${item.id}`);
    const { parts, exports } = this.#read(item, reader);
    if (failed) return;
    this.#parts.set(item, parts);
    this.#scope.evaluated(item, exports ?? new Map());
  }

  #read(item: Item, reader: BlockReader): { readonly parts: readonly Part[]; readonly exports?: ReadonlyMap<string, Value> } {
    switch (item.kind) {
      case 'component':
        return item.component.read(reader, { name: this.#nameOf(item), world: this.#session.world });
      case 'custom':
        return this.#instantiate(item, reader);
      case 'service':
        return { parts: this.#readService(item, reader) };
      case 'argument':
        return { parts: [], exports: this.#readArgument(item, reader) };
      case 'export': {
        const value = reader.value('value');
        reader.attribute('comment', text);
        reader.finish();
        this.#exports.set(item.block.label, value?.value ?? null);
        return { parts: [] };
      }
      case 'foreign':
      case 'unsupported':
        return { parts: [] };
      default:
        throw new Error(`unreachable: ${item satisfies never}`);
    }
  }

  #readService(item: Item, reader: BlockReader): readonly Part[] {
    const read = serviceBlocks[item.block.name];
    return (
      read?.(reader, (block, name, message) => {
        if (name === '' || block.ignore(name))
          this.#session.notInForce(block.whereIs(name), name === '' ? item.id : `${item.id}.${name}`, message);
      }) ?? []
    );
  }

  /** argument.x is an object with the one field `value`. */
  #readArgument(item: Item, reader: BlockReader): ReadonlyMap<string, Value> {
    const optional = reader.attribute('optional', bool);
    const fallback = reader.value('default');
    reader.attribute('comment', text);
    reader.finish();
    const given = this.#instance?.args.get(item.block.label);
    if (given === undefined && optional?.value !== true) return new Map<string, Value>([['value', null]]);
    return new Map([['value', given ?? fallback?.value ?? null]]);
  }

  #instantiate(item: Extract<Item, { kind: 'custom' }>, reader: BlockReader): Loaded {
    const { block, library } = item.definition;
    const args = new Map<string, Value>();
    for (const statement of block.body) {
      if (statement.kind !== 'block' || statement.name !== 'argument') continue;
      const { label } = statement;
      const given = item.block.body.find((one) => one.kind === 'attribute' && one.name === label);
      if (given?.kind === 'attribute' && !this.#needs.usesArgument(item.definition, label)) {
        reader.ignore(label);
        for (const path of pathsIn(given.value)) this.#checkName(path, `${item.id}.${label}`);
        continue;
      }
      const optional = statement.body.some(
        (one) => one.kind === 'attribute' && one.name === 'optional' && one.value.kind === 'literal' && one.value.value === true,
      );
      const found = reader.value(label);
      if (found !== undefined) {
        args.set(label, found.value);
        this.#session.world.foreign.pass(`argument.${label}.value`, sourcesIn(found.expression));
      } else if (!reader.has(label) && !optional)
        reader.error(reader.at, `missing required argument ${JSON.stringify(label)} of ${item.block.name}`);
    }
    reader.finish();
    const depth = (this.#instance?.depth ?? 0) + 1;
    if (depth > deepest) {
      reader.error(reader.at, `custom components are nested too deeply: at most ${deepest} levels`);
      return { parts: [], exports: new Map() };
    }
    const prefix = `${this.#instance?.prefix ?? ''}${item.id}.`;
    return loadModule(block.body, { session: this.#session, needs: this.#needs, library, instance: { prefix, depth, args } });
  }
}

function unsupportedMessage(name: string): string {
  return `${name} profiles the machine it runs on, which Flamegate does not: leave this block in an Alloy whose pyroscope.write points at this receiver`;
}

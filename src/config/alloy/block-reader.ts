import { hintFor } from '../suggest.ts';
import { type Decoder, type Part, partOf } from './decode.ts';
import { evaluate, type Scope, Undecided } from './evaluate.ts';
import { type Placed, under } from './placed.ts';
import { AlloyError, type Position, placeOf } from './source.ts';
import type { Attribute, Block } from './syntax.ts';

/** What a component's blocks are read in: what names mean, and who hears of mistakes. */
export interface Reading {
  readonly scope: Scope;
  /** Path from the component on: "pyroscope.write.x.endpoint". */
  error(at: Position, path: string, message: string): void;
  warn(at: Position, path: string, message: string): void;
  /** Something it hangs on is wrong itself: nothing can come of it, and nothing more is said. */
  undecided(): void;
}

/** Reads one block attribute by attribute; finish() complains of what nobody asked for. */
export class BlockReader {
  readonly block: Block;
  readonly #reading: Reading;
  readonly #path: string;
  readonly #attributes = new Set<string>();
  readonly #blocks = new Set<string>();

  constructor(block: Block, reading: Reading, path: string) {
    this.block = block;
    this.#reading = reading;
    this.#path = path;
  }

  /** Where the block begins. */
  get at(): Position {
    return this.block.at;
  }

  /** The value of an attribute; undefined when it is not there, or is wrong and has been reported. */
  attribute<T>(name: string, decode: Decoder<T>): Placed<T> | undefined {
    this.#attributes.add(name);
    const found = this.#find(name);
    return (
      found && this.#try(name, () => under(placeOf(found.at), decode(partOf(found.value, evaluate(found.value, this.#reading.scope)))))
    );
  }

  /** As attribute(), and a complaint when it is not there. */
  required<T>(name: string, decode: Decoder<T>): Placed<T> | undefined {
    const value = this.attribute(name, decode);
    if (this.#find(name) === undefined) this.error(this.at, `missing required attribute ${JSON.stringify(name)}`);
    return value;
  }

  /** The value of an attribute as it is, for whoever decodes it. */
  value(name: string): Pick<Part, 'value' | 'expression'> | undefined {
    this.#attributes.add(name);
    const found = this.#find(name);
    return found && this.#try(name, () => ({ value: evaluate(found.value, this.#reading.scope), expression: found.value }));
  }

  /** Lets an attribute or a block stand there unread; says whether it does. */
  ignore(name: string): boolean {
    this.#attributes.add(name);
    this.#blocks.add(name);
    return this.block.body.some((one) => one.name === name);
  }

  /** Whether the attribute is written, right or wrong. */
  has(name: string): boolean {
    return this.#find(name) !== undefined;
  }

  /** Where the attribute or block of that name begins, else where this block does. */
  whereIs(name: string): Position {
    return this.block.body.find((one) => one.name === name)?.at ?? this.at;
  }

  /** Every block of that name, none of which may have a label. */
  blocks(name: string): BlockReader[] {
    const found = this.labelledBlocks(name);
    for (const { block } of found)
      if (block.label !== '') this.error(block.at, `block ${JSON.stringify(name)} does not support specifying labels`);
    return found;
  }

  /** Every block of that name. */
  labelledBlocks(name: string): BlockReader[] {
    this.#blocks.add(name);
    return this.block.body
      .filter((one) => one.kind === 'block' && one.name === name)
      .map((one) => new BlockReader(one as Block, this.#reading, `${this.#path}.${name}`)); // as: the filter says so
  }

  /** The one block of that name, if it is there. */
  only(name: string): BlockReader | undefined {
    const [first, second] = this.blocks(name);
    if (second !== undefined) this.error(second.at, `block ${JSON.stringify(name)} may only be specified once`);
    return first;
  }

  error(at: Position, message: string): void {
    this.#reading.error(at, this.#path, message);
  }

  warn(at: Position, message: string): void {
    this.#reading.warn(at, this.#path, message);
  }

  /** Complains of what was not asked for, and of what stands there twice or in the wrong form. A hint follows the name it is given for. */
  finish(hints: Readonly<Record<string, string>> = {}): void {
    const seen = new Set<string>();
    for (const { kind, name, at } of this.block.body) {
      const quoted = JSON.stringify(name);
      const [wanted, other] = kind === 'attribute' ? [this.#attributes, this.#blocks] : [this.#blocks, this.#attributes];
      if (!wanted.has(name) && other.has(name))
        this.error(
          at,
          `${quoted} must be ${kind === 'attribute' ? 'a block, but is used as an attribute' : 'an attribute, but is used as a block'}`,
        );
      else if (!wanted.has(name))
        this.error(at, `unrecognized ${kind} name ${quoted}${hints[name] === undefined ? hintFor(name, [...wanted]) : `: ${hints[name]}`}`);
      else if (kind === 'attribute' && seen.has(name)) this.error(at, `attribute ${quoted} may only be provided once`);
      seen.add(name);
    }
  }

  #try<T>(name: string, read: () => T): T | undefined {
    try {
      return read();
    } catch (why) {
      if (why instanceof AlloyError) this.#reading.error(why.at, `${this.#path}.${name}`, why.message);
      else if (why instanceof Undecided) this.#reading.undecided();
      else throw why;
      return undefined;
    }
  }

  #find(name: string): Attribute | undefined {
    return this.block.body.find((one): one is Attribute => one.kind === 'attribute' && one.name === name);
  }
}

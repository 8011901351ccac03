import type { Place } from '../../tree.ts';
import { type Decoder, listOf, mapOf, type Part, text } from '../decode.ts';
import { type Keys, leaf, list, type Placed, record } from '../placed.ts';
import { Capsule } from '../value.ts';

/** Where some of a list's targets come from: an item of `discovery` of the scrape receiver, with the rules it has so far. */
export interface TargetOrigin {
  /** With `from`, without `rules`. */
  readonly keys: Keys;
  readonly rules: readonly Placed<readonly unknown[]>[];
  readonly place: Place;
}

/**
 * What a discovery component exports: a symbol, its targets are found and its rules applied where they are used. The content is what
 * pyroscope.enrich takes, {targets, rules}; undefined where the targets are not written in the file.
 */
export class TargetSet extends Capsule<Placed<unknown> | undefined> {
  readonly origins: readonly TargetOrigin[];
  /** The block that exports it: "discovery.file.x". */
  readonly id: string;

  constructor(id: string, content: Placed<unknown> | undefined, origins: readonly TargetOrigin[]) {
    super('targets', content);
    this.id = id;
    this.origins = origins;
  }
}

const labels = mapOf(text);

/** A list of targets, wherever they come from. */
export interface AnyTargets {
  /** Those that were written as maps. */
  readonly written: readonly Placed<Readonly<Record<string, string>>>[];
  readonly origins: readonly TargetOrigin[];
  /** As the key `targets` of the processor `enrich` has it; undefined when some are found while the gateway runs. */
  readonly content: Placed<readonly unknown[]> | undefined;
}

/** Reads a list of targets and tells what was written from what is found. The value is a symbol: see anyTargetsOf(). */
export function anyTargets(): { readonly decode: Decoder<readonly unknown[]>; readonly found: AnyTargets } {
  const written: Placed<Readonly<Record<string, string>>>[] = [];
  const origins: TargetOrigin[] = [];
  const contents: (Placed<unknown> | undefined)[] = [];
  const found = { written, origins, content: undefined as Placed<readonly unknown[]> | undefined };
  const each = listOf<unknown>((part: Part) => {
    if (part.value instanceof TargetSet) {
      origins.push(...part.value.origins);
      contents.push(part.value.content);
      return part.value.content ?? list([], { source: '', line: 1, column: 1, through: undefined });
    }
    const target = labels(part);
    written.push(target);
    contents.push(target);
    return target;
  });
  return {
    found,
    decode(part) {
      const whole = each(part);
      if (contents.every((one) => one !== undefined)) found.content = whole;
      return whole;
    },
  };
}

/** The written targets as an origin of their own. */
export function staticOrigin(written: AnyTargets['written'], place: Place): TargetOrigin[] {
  return written.length === 0 ? [] : [{ keys: { from: leaf('static', place), targets: list<unknown>(written, place) }, rules: [], place }];
}

/** An item of `discovery`. */
export function discoveryItem({ keys, rules, place }: TargetOrigin): Placed<unknown> {
  if (rules.length === 0) return record(keys, place);
  const items = rules.flatMap(({ node }) => (node.kind === 'list' ? node.items : []));
  const all: Placed<unknown> = { value: rules.flatMap(({ value }) => value), node: { kind: 'list', items, place }, key: undefined };
  return record({ ...keys, rules: all, target_names: leaf('legacy', place) }, place);
}

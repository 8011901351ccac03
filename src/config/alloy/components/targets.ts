import { type Decoder, listOf, mapOf, text } from '../decode.ts';
import type { Placed } from '../placed.ts';
import { Capsule } from '../value.ts';

/** What discovery.relabel makes of a list of targets: a symbol, its rules are applied where the targets are used. */
export class TargetSet extends Capsule<Placed<unknown>> {
  constructor(content: Placed<unknown>) {
    super('targets', content);
  }
}

const labels = mapOf(text);

/** A list of targets. Each is a map of labels as it was written, or a set that discovery.relabel has made: {targets, rules}. */
export const targets: Decoder<readonly unknown[]> = listOf<unknown>((part) =>
  part.value instanceof TargetSet ? part.value.content : labels(part),
);

import type { Part } from '../component.ts';
import { leaf, list, type Placed, record } from '../placed.ts';
import { type Position, placeOf } from '../source.ts';

/** What a pipeline is made of; what is left out is empty. */
export interface PipelineParts {
  readonly receivers?: readonly string[];
  readonly processors?: readonly string[];
  readonly exporters?: readonly string[];
  /** What forward_to names, in order, twice when named twice; undefined when it is wrong and has been reported. */
  readonly pipelines?: Placed<readonly string[]> | undefined;
}

/** A pipeline of the tree. */
export function pipeline(name: string, at: Position, parts: PipelineParts): Part {
  const ids = (names: readonly string[] | undefined): Placed<unknown> | undefined =>
    names &&
    list(
      names.map((id) => leaf(id, placeOf(at))),
      placeOf(at),
    );
  const { receivers, processors, exporters, pipelines } = parts;
  const placed = record<unknown>(
    { receivers: ids(receivers), processors: ids(processors), exporters: ids(exporters), pipelines },
    placeOf(at),
  );
  return { section: 'pipelines', id: name, placed };
}

/** A component without keys of its own. */
export function bare(section: 'processors', id: string, at: Position): Part {
  return { section, id, placed: record({}, placeOf(at)) };
}

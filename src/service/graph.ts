import type { PipelineConfig } from '../config/schema.ts';
import type { Drop, Exporter, Processor, Router } from '../core/component.ts';
import { countProfiles } from '../core/profile.ts';
import type { Node } from './walk.ts';

/** What the graph is made of: one instance per id. */
export interface Instances {
  readonly processors: ReadonlyMap<string, ProcessorInstance>;
  readonly exporters: ReadonlyMap<string, Exporter>;
}

/** A processor or a router, told apart by its factory. */
export type ProcessorInstance =
  | { readonly kind: 'processor'; readonly processor: Processor }
  | { readonly kind: 'router'; readonly router: Router };

/** Gives the counter of what a processor drops for one reason; the same one for the same names. */
export type DropCounter = (pipeline: string, processor: string, reason: string) => { value: number };

/** Where the batches of each receiver enter, by receiver id: the first nodes of every pipeline that lists it. */
export function buildRoots(
  pipelines: ReadonlyMap<string, PipelineConfig>,
  instances: Instances,
  counter: DropCounter,
): ReadonlyMap<string, readonly Node[]> {
  const entries = new Map<string, readonly Node[]>();
  const roots = new Map<string, Node[]>();
  for (const [name, pipeline] of pipelines) {
    for (const receiver of pipeline.receivers) {
      const nodes = roots.get(receiver) ?? [];
      nodes.push(...entryOf(name));
      roots.set(receiver, nodes);
    }
  }
  return roots;

  /** The nodes a pipeline begins with. Configurations with a cycle do not get here: config/check.ts refuses them. */
  function entryOf(name: string): readonly Node[] {
    const known = entries.get(name);
    if (known !== undefined) return known;
    const pipeline = pipelines.get(name);
    if (pipeline === undefined) throw new Error(`there is no pipeline ${name}`);
    const outputs = new Map<string, readonly Node[]>();
    for (const id of pipeline.exporters) outputs.set(id, [exporterNode(id)]);
    for (const id of pipeline.pipelines) outputs.set(id, entryOf(id));
    // An output that is named twice is called twice, as forward_to does.
    const everyOutput = [...pipeline.exporters, ...pipeline.pipelines].flatMap((id) => outputs.get(id) ?? []);
    const entry = chain(name, pipeline.processors, everyOutput, outputs);
    entries.set(name, entry);
    return entry;
  }

  function chain(
    pipeline: string,
    processors: readonly string[],
    everyOutput: readonly Node[],
    outputs: ReadonlyMap<string, readonly Node[]>,
  ): readonly Node[] {
    return processors.reduceRight<readonly Node[]>((next, id) => {
      const instance = instances.processors.get(id);
      if (instance === undefined) throw new Error(`there is no processor ${id}`);
      const drop = countDrops(pipeline, id, counter);
      if (instance.kind === 'router') return [{ kind: 'route', id, router: instance.router, drop, next: outputs }];
      return [{ kind: 'stage', id, processor: instance.processor, drop, next }];
    }, everyOutput);
  }

  function exporterNode(id: string): Node {
    const exporter = instances.exporters.get(id);
    if (exporter === undefined) throw new Error(`there is no exporter ${id}`);
    return { kind: 'exporter', id, exporter };
  }
}

function countDrops(pipeline: string, processor: string, counter: DropCounter): Drop {
  return (series, reason) => {
    counter(pipeline, processor, reason).value += countProfiles(series);
  };
}

import type { PipelineConfig } from '../config/schema.ts';
import type { Drop, Exporter, Metrics, Processor, Router } from '../core/component.ts';
import { countBatch, countProfiles } from '../core/profile.ts';
import type { Node, RouteNode } from './walk.ts';

/** What the graph is made of: one instance per id. */
export interface Instances {
  readonly processors: ReadonlyMap<string, ProcessorInstance>;
  readonly exporters: ReadonlyMap<string, Exporter>;
}

/** A processor or a router, told apart by its factory. */
export type ProcessorInstance = Counted &
  ({ readonly kind: 'processor'; readonly processor: Processor } | { readonly kind: 'router'; readonly router: Router });

/** How its doings are counted. */
interface Counted {
  /** Its host's: its series go when it goes. */
  readonly metrics: Metrics;
  /** Why it may drop a series. */
  readonly reasons: readonly string[];
}

/** Where the batches of each receiver enter, by receiver id: the first nodes of every pipeline that lists it. */
export function buildRoots(pipelines: ReadonlyMap<string, PipelineConfig>, instances: Instances): ReadonlyMap<string, readonly Node[]> {
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
      const drop = countDrops(pipeline, id, instance);
      if (instance.kind === 'processor') return [{ kind: 'stage', pipeline, id, processor: instance.processor, drop, next }];
      const routed = countRouted(pipeline, [...outputs.keys()], instance);
      return [{ kind: 'route', pipeline, id, router: instance.router, drop, routed, next: outputs }];
    }, everyOutput);
  }

  function exporterNode(id: string): Node {
    const exporter = instances.exporters.get(id);
    if (exporter === undefined) throw new Error(`there is no exporter ${id}`);
    return { kind: 'exporter', id, exporter };
  }
}

function countDrops(pipeline: string, processor: string, { metrics, reasons }: Counted): Drop {
  const counter = (reason: string): { value: number } =>
    metrics.counter('flamegate_processor_dropped_profiles_total', 'Profiles that a processor took out of a pipeline.', {
      pipeline,
      processor,
      reason,
    });
  const known = new Map(reasons.map((reason) => [reason, counter(reason)]));
  return (series, reason) => {
    (known.get(reason) ?? counter(reason)).value += countProfiles(series);
  };
}

function countRouted(pipeline: string, outputs: readonly string[], { metrics }: Counted): RouteNode['routed'] {
  const counter = (exporter: string): { value: number } =>
    metrics.counter('flamegate_pipeline_routed_profiles_total', 'Profiles that a route sent to an output of its pipeline.', {
      pipeline,
      exporter,
    });
  const known = new Map(outputs.map((output) => [output, counter(output)]));
  return (output, batch) => {
    const routed = known.get(output);
    if (routed !== undefined) routed.value += countBatch(batch);
  };
}

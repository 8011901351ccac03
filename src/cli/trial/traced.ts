import type { Drop, Processor, Router } from '../../core/component.ts';
import type { Labels } from '../../core/labels.ts';
import type { ProfileBatch } from '../../core/profile.ts';
import type { Node, RouteNode, StageNode } from '../../service/walk.ts';

/** What one processor did. */
export interface Step {
  readonly pipeline: string;
  readonly processor: string;
  readonly before: Labelled;
  readonly outcome: Outcome;
}

/** What a processor may change. */
export interface Labelled {
  readonly labels: Labels;
  readonly tenant: string;
}

/** What came of it. */
export type Outcome =
  | { readonly kind: 'passed'; readonly after: Labelled }
  | { readonly kind: 'routed'; readonly to: readonly string[] }
  | { readonly kind: 'dropped'; readonly reason: string }
  | { readonly kind: 'refused'; readonly message: string };

/** The same nodes, whose processors tell what they do with a batch of one series. */
export function traced(node: Node, note: (step: Step) => void): Node {
  if (node.kind === 'exporter') return node;
  if (node.kind === 'stage') return { ...node, processor: tracedProcessor(node, note), next: node.next.map((next) => traced(next, note)) };
  const next = new Map([...node.next].map(([output, nodes]) => [output, nodes.map((one) => traced(one, note))]));
  return { ...node, router: tracedRouter(node, note), next };
}

function tracedProcessor(node: StageNode, note: (step: Step) => void): Processor {
  return {
    async process(batch, drop) {
      const { reasons, heard } = listening(drop);
      const result = await told(node, batch, note, async () => node.processor.process(batch, heard));
      const [after] = result.series;
      if (after === undefined) note(stepOf(node, batch, { kind: 'dropped', reason: reasons.join(', ') }));
      else note(stepOf(node, batch, { kind: 'passed', after }));
      return result;
    },
  };
}

function tracedRouter(node: RouteNode, note: (step: Step) => void): Router {
  return {
    route(batch, drop) {
      const { reasons, heard } = listening(drop);
      const result = node.router.route(batch, heard);
      if (result.size === 0) note(stepOf(node, batch, { kind: 'dropped', reason: reasons.join(', ') }));
      else note(stepOf(node, batch, { kind: 'routed', to: [...result.keys()] }));
      return result;
    },
  };
}

function listening(drop: Drop): { readonly reasons: string[]; readonly heard: Drop } {
  const reasons: string[] = [];
  return {
    reasons,
    heard: (series, reason) => {
      reasons.push(reason);
      drop(series, reason);
    },
  };
}

/** What the processor throws goes on, and is told. */
async function told<T>(node: StageNode, batch: ProfileBatch, note: (step: Step) => void, run: () => Promise<T>): Promise<T> {
  try {
    return await run();
  } catch (why) {
    note(stepOf(node, batch, { kind: 'refused', message: why instanceof Error ? why.message : String(why) }));
    throw why;
  }
}

function stepOf({ pipeline, id }: StageNode | RouteNode, { series: [one] }: ProfileBatch, outcome: Outcome): Step {
  if (one === undefined) throw new Error('expected a batch of one series');
  return { pipeline, processor: id, before: { labels: one.labels, tenant: one.tenant }, outcome };
}

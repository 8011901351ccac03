import type { Tracer } from '@opentelemetry/api';
import type { Drop, Exporter, Processor, Router } from '../core/component.ts';
import type { ProfileBatch, Series } from '../core/profile.ts';
import { endWith, startWork } from '../core/spans.ts';

/**
 * What runs: a graph of instances without cycles. A YAML pipeline is a chain of stages that ends in its outputs; a component of an .alloy
 * file is a pipeline of its own, and forward_to is its outputs.
 */
export type Node = StageNode | RouteNode | ExporterNode;

/** One processor of one pipeline. */
export interface StageNode {
  readonly kind: 'stage';
  readonly pipeline: string;
  readonly id: string;
  readonly processor: Processor;
  /** Counts what the processor has dropped, once it is known that the batch is accepted. */
  readonly drop: Drop;
  readonly next: readonly Node[];
}

/** The router of one pipeline; keys are the ids of its outputs. */
export interface RouteNode {
  readonly kind: 'route';
  readonly pipeline: string;
  readonly id: string;
  readonly router: Router;
  /** As a stage's. */
  readonly drop: Drop;
  /** Counts what the router has sent to an output, once it is known that the batch is accepted. */
  readonly routed: (output: string, batch: ProfileBatch) => void;
  readonly next: ReadonlyMap<string, readonly Node[]>;
}

/** Where a batch leaves the graph. */
export interface ExporterNode {
  readonly kind: 'exporter';
  readonly id: string;
  readonly exporter: Exporter;
}

/** A batch that has arrived at an exporter. */
export interface Delivery {
  readonly exporter: Exporter;
  readonly batch: ProfileBatch;
}

/** What came of a batch on its way. */
export interface Way {
  /** Set where each processor is to have a span. */
  readonly tracer: Tracer | undefined;
  readonly deliveries: Delivery[];
  readonly dropped: Dropped[];
  readonly routed: Routed[];
}

/** A series that a processor took out. */
export interface Dropped {
  readonly node: StageNode | RouteNode;
  readonly series: Series;
  readonly reason: string;
}

/** What a router sent to one of its outputs. */
export interface Routed {
  readonly node: RouteNode;
  readonly output: string;
  readonly batch: ProfileBatch;
}

/** A way that has not begun. */
export function newWay(tracer?: Tracer): Way {
  return { tracer, deliveries: [], dropped: [], routed: [] };
}

/** The batch is in somebody's books: what was dropped and routed on its way counts. */
export function countWay({ dropped, routed }: Way): void {
  for (const { node, series, reason } of dropped) node.drop(series, reason);
  for (const { node, output, batch } of routed) node.routed(output, batch);
}

/** Told of every batch that enters a node: tap, senders, explain, test. */
export type Observe = (node: Node, batch: ProfileBatch) => void;

/**
 * Takes a batch through the nodes, one after the other, and collects what arrives at exporters and what was dropped and routed. Stores and counts
 * nothing. Synchronous unless a stage is not; never throws: what a stage throws comes as a rejection.
 */
export function walk(nodes: Iterable<Node>, batch: ProfileBatch, into: Way, observe?: Observe): Promise<void> | undefined {
  try {
    return visitAll(nodes[Symbol.iterator](), batch, into, observe);
  } catch (why) {
    return Promise.reject(why);
  }
}

function visitAll(nodes: Iterator<Node>, batch: ProfileBatch, into: Way, observe?: Observe): Promise<void> | undefined {
  for (let step = nodes.next(); step.done !== true; step = nodes.next()) {
    const pending = visit(step.value, batch, into, observe);
    if (pending !== undefined) return pending.then(() => visitAll(nodes, batch, into, observe));
  }
  return undefined;
}

function visit(node: Node, batch: ProfileBatch, into: Way, observe?: Observe): Promise<void> | undefined {
  if (batch.series.length === 0) return undefined;
  observe?.(node, batch);
  switch (node.kind) {
    case 'exporter':
      into.deliveries.push({ exporter: node.exporter, batch });
      return undefined;
    case 'stage': {
      const processed = into.tracer === undefined ? process(node, batch, into) : processInSpan(into.tracer, node, batch, into);
      if (processed instanceof Promise) return processed.then((result) => visitAll(node.next[Symbol.iterator](), result, into, observe));
      return visitAll(node.next[Symbol.iterator](), processed, into, observe);
    }
    case 'route': {
      const span = into.tracer && startWork(into.tracer, `process ${node.id}`, batch.origin.trace, aboutNode(node, batch));
      const routes = node.router.route(batch, dropInto(into, node));
      span?.end();
      return visitRoutes(routes.entries(), node, into, observe);
    }
    default:
      throw new Error(`unreachable: ${node satisfies never}`);
  }
}

function process(node: StageNode, batch: ProfileBatch, into: Way): ProfileBatch | Promise<ProfileBatch> {
  return node.processor.process(batch, dropInto(into, node));
}

function processInSpan(tracer: Tracer, node: StageNode, batch: ProfileBatch, into: Way): ProfileBatch | Promise<ProfileBatch> {
  return endWith(startWork(tracer, `process ${node.id}`, batch.origin.trace, aboutNode(node, batch)), () => process(node, batch, into));
}

/** What a span says of a processor: nothing of labels and profiles. */
function aboutNode({ pipeline, id }: StageNode | RouteNode, { series }: ProfileBatch): Record<string, string | number> {
  return { 'flamegate.pipeline': pipeline, 'flamegate.processor': id, 'flamegate.series': series.length };
}

function dropInto(into: Way, node: StageNode | RouteNode): Drop {
  return (series, reason) => void into.dropped.push({ node, series, reason });
}

function visitRoutes(routes: Iterator<[string, ProfileBatch]>, node: RouteNode, into: Way, observe?: Observe): Promise<void> | undefined {
  for (let step = routes.next(); step.done !== true; step = routes.next()) {
    const [output, batch] = step.value;
    into.routed.push({ node, output, batch });
    const pending = visitAll((node.next.get(output) ?? [])[Symbol.iterator](), batch, into, observe);
    if (pending !== undefined) return pending.then(() => visitRoutes(routes, node, into, observe));
  }
  return undefined;
}

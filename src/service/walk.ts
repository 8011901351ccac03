import type { Drop, Exporter, Processor, Router } from '../core/component.ts';
import type { ProfileBatch } from '../core/profile.ts';

/**
 * What runs: a graph of instances without cycles. A YAML pipeline is a chain of stages that ends in its outputs; a component of an .alloy
 * file is a pipeline of its own, and forward_to is its outputs.
 */
export type Node = StageNode | RouteNode | ExporterNode;

/** One processor of one pipeline. */
export interface StageNode {
  readonly kind: 'stage';
  readonly id: string;
  readonly processor: Processor;
  readonly drop: Drop;
  readonly next: readonly Node[];
}

/** The router of one pipeline; keys are the ids of its outputs. */
export interface RouteNode {
  readonly kind: 'route';
  readonly id: string;
  readonly router: Router;
  readonly drop: Drop;
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

/** Told of every batch that enters a node: tap, senders, explain, test. */
export type Observe = (node: Node, batch: ProfileBatch) => void;

/**
 * Takes a batch through the nodes, one after the other, and collects what arrives at exporters. Stores nothing. Synchronous unless a stage is
 * not; never throws: what a stage throws comes as a rejection.
 */
export function walk(nodes: Iterable<Node>, batch: ProfileBatch, into: Delivery[], observe?: Observe): Promise<void> | undefined {
  try {
    return visitAll(nodes[Symbol.iterator](), batch, into, observe);
  } catch (why) {
    return Promise.reject(why);
  }
}

function visitAll(nodes: Iterator<Node>, batch: ProfileBatch, into: Delivery[], observe?: Observe): Promise<void> | undefined {
  for (let step = nodes.next(); step.done !== true; step = nodes.next()) {
    const pending = visit(step.value, batch, into, observe);
    if (pending !== undefined) return pending.then(() => visitAll(nodes, batch, into, observe));
  }
  return undefined;
}

function visit(node: Node, batch: ProfileBatch, into: Delivery[], observe?: Observe): Promise<void> | undefined {
  if (batch.series.length === 0) return undefined;
  observe?.(node, batch);
  switch (node.kind) {
    case 'exporter':
      into.push({ exporter: node.exporter, batch });
      return undefined;
    case 'stage': {
      const processed = node.processor.process(batch, node.drop);
      if (processed instanceof Promise) return processed.then((result) => visitAll(node.next[Symbol.iterator](), result, into, observe));
      return visitAll(node.next[Symbol.iterator](), processed, into, observe);
    }
    case 'route':
      return visitRoutes(node.router.route(batch, node.drop).entries(), node, into, observe);
    default:
      throw new Error(`unreachable: ${node satisfies never}`);
  }
}

function visitRoutes(
  routes: Iterator<[string, ProfileBatch]>,
  node: RouteNode,
  into: Delivery[],
  observe?: Observe,
): Promise<void> | undefined {
  for (let step = routes.next(); step.done !== true; step = routes.next()) {
    const [output, batch] = step.value;
    const pending = visitAll((node.next.get(output) ?? [])[Symbol.iterator](), batch, into, observe);
    if (pending !== undefined) return pending.then(() => visitRoutes(routes, node, into, observe));
  }
  return undefined;
}

import type { Tracer } from '@opentelemetry/api';
import type { Call, Consumer, Logger, Prepared } from '../core/component.ts';
import type { DebugInfoTarget } from '../core/debug-info.ts';
import { Failed, Invalid, messageOf, Refused } from '../core/errors.ts';
import { countBatch, type ProfileBatch } from '../core/profile.ts';
import { isSampled } from '../core/spans.ts';
import type { LoopGuard } from './own-profiles.ts';
import type { Senders } from './senders.ts';
import { countWay, type Delivery, type Node, newWay, type Observe, type Way, walk } from './walk.ts';

/** A delivery whose exporter has rendered and checked it. */
interface Ready extends Delivery {
  readonly prepared: Prepared;
}

/**
 * The Consumer that a receiver is given: walk, prepare all, commit all. Whatever can be foreseen is refused before anything is stored
 * anywhere; then all exporters store in one turn of the event loop. Of several outcomes the sender hears the worst: a bug, then Refused (a
 * retry may repeat at those that stored: at least once), then Failed, then Invalid.
 */
export class Accept implements Consumer {
  #graph: Entrance = { roots: [], underWay: 0, left: undefined };
  readonly #observe: Observe | undefined;
  readonly #senders: Senders | undefined;
  readonly #log: Logger | undefined;

  readonly #guard: LoopGuard | undefined;

  readonly #tracer: Tracer | undefined;

  constructor(observe?: Observe, senders?: Senders, log?: Logger, guard?: LoopGuard, tracer?: Tracer) {
    this.#guard = guard;
    this.#tracer = tracer;
    this.#observe = observe;
    this.#senders = senders;
    this.#log = log;
  }

  /** From now on batches enter here. Resolves when those that entered the graph before have left it. */
  swap(roots: readonly Node[]): Promise<void> {
    const old = this.#graph;
    this.#graph = { roots, underWay: 0, left: undefined };
    if (old.underWay === 0) return Promise.resolve();
    return new Promise((resolve) => {
      old.left = resolve;
    });
  }

  /** Of the first exporter, in the order in which a batch would reach them. */
  get debugInfo(): DebugInfoTarget | undefined {
    return firstDebugInfo(this.#graph.roots);
  }

  consume(batch: ProfileBatch, call: Call): Promise<void> | undefined {
    this.#senders?.arrived(batch);
    this.#log?.debug('profiles have arrived', () => arrivalOf(batch));
    let pending: Promise<void> | undefined;
    try {
      this.#guard?.check(batch);
      pending = this.#enter(batch, call);
    } catch (why) {
      this.#refused(batch, why);
      throw why;
    }
    if (pending === undefined) {
      this.#accepted(batch);
      return undefined;
    }
    return pending.then(
      () => this.#accepted(batch),
      (why) => {
        this.#refused(batch, why);
        throw why;
      },
    );
  }

  #accepted(batch: ProfileBatch): void {
    this.#log?.debug('profiles are accepted', () => traceOf(batch));
  }

  #refused(batch: ProfileBatch, why: unknown): void {
    this.#log?.debug('profiles are refused', () => ({ ...traceOf(batch), why: messageOf(why) }));
    if (why instanceof Refused || why instanceof Invalid) this.#senders?.refused(batch, why.reason, why.message);
    else if (why instanceof Failed) this.#senders?.refused(batch, 'endpoint', why.message);
  }

  #enter(batch: ProfileBatch, call: Call): Promise<void> | undefined {
    const graph = this.#graph;
    graph.underWay += 1;
    let pending: Promise<void> | undefined;
    try {
      const way = newWay(isSampled(batch.origin.trace) ? this.#tracer : undefined);
      const walking = walk(graph.roots, batch, way, this.#observe);
      pending = walking === undefined ? store(way, call) : walking.then(() => store(way, call));
    } finally {
      // What was thrown leaves at once, as what is done.
      if (pending === undefined) leave(graph);
    }
    return pending?.finally(() => leave(graph));
  }
}

function leave(graph: Entrance): void {
  graph.underWay -= 1;
  if (graph.underWay === 0) graph.left?.();
}

function store(way: Way, call: Call): Promise<void> | undefined {
  const { ready, invalid } = prepareAll(way.deliveries);
  if (ready.length === 0) {
    countWay(way);
    return undefined;
  }
  // A batch that is refused as a whole is the receiver's to count, and nobody else's.
  const accepted = (): void => {
    countWay(way);
    call.accepted?.();
  };
  const pending = commitAll(ready, call, accepted);
  if (invalid === undefined) return pending;
  if (pending === undefined) throw invalid;
  return pending.then(() => Promise.reject(invalid));
}

const mostSeriesShown = 5;

/** What a line about a batch says of it. */
function arrivalOf(batch: ProfileBatch): object {
  const { protocol, address, agent, tenant } = batch.origin;
  const labels = batch.series.slice(0, mostSeriesShown).map((series) => series.labels.toString());
  return { ...traceOf(batch), protocol, address, agent, tenant, series: batch.series.length, profiles: countBatch(batch), labels };
}

function traceOf({ origin }: ProfileBatch): object {
  return origin.trace === undefined ? {} : { trace_id: origin.trace.traceId };
}

/** Where batches enter one graph, and how many are in it. */
interface Entrance {
  readonly roots: readonly Node[];
  underWay: number;
  left: (() => void) | undefined;
}

function firstDebugInfo(nodes: Iterable<Node>): DebugInfoTarget | undefined {
  for (const node of nodes) {
    const next = node.kind === 'route' ? [...node.next.values()].flat() : node.kind === 'stage' ? node.next : [];
    const found = node.kind === 'exporter' ? node.exporter.debugInfo : firstDebugInfo(next);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** Throws Refused when one exporter would refuse now, Invalid when none can render it: nothing is stored anywhere. */
function prepareAll(deliveries: readonly Delivery[]): { ready: readonly Ready[]; invalid: Invalid | undefined } {
  const ready: Ready[] = [];
  const cannot: Delivery[] = [];
  let invalid: Invalid | undefined;
  for (const delivery of deliveries) {
    try {
      ready.push({ ...delivery, prepared: delivery.exporter.prepare(delivery.batch) });
    } catch (why) {
      if (!(why instanceof Invalid)) throw why;
      invalid ??= why;
      cannot.push(delivery);
    }
  }
  if (invalid !== undefined && ready.length === 0) throw invalid;
  for (const { exporter, batch } of cannot) exporter.discard(batch, 'invalid');
  return { ready, invalid };
}

/** Calls `accepted` when at least one exporter has the batch in its books. */
function commitAll(ready: readonly Ready[], call: Call, accepted: () => void): Promise<void> | undefined {
  const only = ready.length === 1 ? ready[0] : undefined;
  if (only === undefined) return commitSeveral(ready, call, accepted);
  const failed = (why: unknown): never => {
    if (!(why instanceof Refused)) accepted();
    throw why;
  };
  let pending: Promise<void> | undefined;
  try {
    pending = only.prepared.commit(call);
  } catch (why) {
    failed(why);
  }
  if (pending !== undefined) return pending.then(accepted, failed);
  accepted();
  return undefined;
}

async function commitSeveral(ready: readonly Ready[], call: Call, accepted: () => void): Promise<void> {
  // What one throws must not keep the others from storing.
  const outcomes = await Promise.allSettled(ready.map(({ prepared }) => commitOf(prepared, call)));
  const refused = ready.filter((_, at) => isRefusal(outcomes[at]));
  if (refused.length < ready.length) {
    accepted();
    for (const { exporter, batch } of refused) exporter.discard(batch, 'not_stored');
  }
  const failures = outcomes.filter((outcome) => outcome.status === 'rejected').map((outcome) => outcome.reason);
  if (failures.length > 0) throw worstOf(failures, call);
}

function commitOf(prepared: Prepared, call: Call): Promise<void> | undefined {
  try {
    return prepared.commit(call);
  } catch (why) {
    return Promise.reject(why);
  }
}

function isRefusal(outcome: PromiseSettledResult<unknown> | undefined): boolean {
  return outcome?.status === 'rejected' && outcome.reason instanceof Refused;
}

function worstOf(failures: readonly unknown[], call: Call): unknown {
  const rank = (why: unknown): number => {
    if (why instanceof Invalid) return 3;
    if (why instanceof Failed || (call.signal.aborted && why === call.signal.reason)) return 2;
    return why instanceof Refused ? 1 : 0;
  };
  return failures.reduce((worst, why) => (rank(why) < rank(worst) ? why : worst));
}

import { type ConfigDiff, diffConfigs, isUnchanged } from '../config/diff.ts';
import { type Config, componentKinds } from '../config/schema.ts';
import { aborted, follow } from '../core/abort.ts';
import type { Clock } from '../core/clock.ts';
import type { AnyFactory, Registry } from '../core/component.ts';
import { messageOf } from '../core/errors.ts';
import { startAll, stopAll } from '../core/lifecycle.ts';
import { Accept } from './accept.ts';
import { buildRoots } from './graph.ts';
import { HealthBoard } from './health.ts';
import { accountKey, type Book, type Books, type Observability } from './host.ts';
import { LossWatch } from './losses.ts';
import { MemoryWatch } from './memory-watch.ts';
import type { LoopGuard } from './own-profiles.ts';
import {
  createParts,
  instancesOf,
  type Keeps,
  noParts,
  type Part,
  type PartLists,
  type Parts,
  partsBeside,
  type TargetRow,
  type Workshop,
} from './parts.ts';
import { Senders } from './senders.ts';
import { SharedResources } from './shared.ts';
import type { Node, Observe } from './walk.ts';

/** What a service is made with. */
export interface ServiceOptions {
  readonly registry: Registry;
  readonly observability: Observability;
  readonly clock: Clock;
  /** 0 <= x < 1. */
  readonly random: () => number;
  /** Refuses what must not go in. */
  readonly guard?: LoopGuard;
  /** Told of every batch at every node. */
  readonly observe?: Observe;
}

/** What came of a reload. */
export type ReloadOutcome =
  | { readonly kind: 'applied' | 'would_apply'; readonly diff: ConfigDiff }
  | { readonly kind: 'unchanged' }
  /** Nothing changed: the old side runs on and has not noticed. */
  | { readonly kind: 'refused'; readonly reason: string };

/**
 * The running whole: components, the graph between them, and what outlives both. start() and reload() are one operation, done on nothing or
 * beside what runs: create the new parts (no I/O), start them downstream first, swap the graph, stop the old parts upstream first. Anything
 * wrong before the swap stops what was started and nothing else.
 */
export class Service {
  readonly health = new HealthBoard();
  /** Who sends, and who fell silent. */
  readonly senders: Senders;
  readonly #losses: LossWatch;
  readonly #options: ServiceOptions;
  readonly #books: Books = new Map();
  readonly #accepts = new Map<string, Accept>();
  readonly #shop: Workshop;
  readonly #memory: MemoryWatch;
  #config: Config | undefined;
  #parts: Parts = noParts;
  /** One change at a time. */
  #turn: Promise<unknown> = Promise.resolve();
  /** Parts of earlier configurations that are still finishing. */
  readonly #retiring = new Map<Promise<void>, PartLists>();
  readonly #hurry = new AbortController();
  /** Ends a change that is under way. */
  readonly #givingUp = new AbortController();

  constructor(options: ServiceOptions) {
    this.#options = options;
    const { registry, observability, clock, random } = options;
    this.senders = new Senders(clock);
    observability.metrics.gauge(
      'flamegate_senders_silent',
      'Senders (tenant, service and profile type) that have sent nothing for more than five of their own intervals, and did within a day.',
      () => this.senders.silent,
    );
    observability.metrics.gauge(
      'flamegate_senders_known',
      'Senders that are remembered: tenant, service and profile type.',
      () => this.senders.known,
    );
    this.#losses = new LossWatch({ clock, health: this.health, books: () => this.books, logger: (id) => observability.logger(id) });
    this.#memory = new MemoryWatch({ clock, log: observability.logger('service'), metrics: observability.metrics });
    this.#shop = {
      registry,
      around: {
        observability,
        clock,
        random,
        health: this.health,
        shared: new SharedResources(),
        memory: this.#memory,
        books: this.#books,
        senders: this.senders,
        accountClosed: () => this.#retain(),
      },
      consumer: (receiver) => this.#accept(receiver),
    };
  }

  /** The configuration in force. */
  get config(): Config | undefined {
    return this.#config;
  }

  /** What the receivers fetch profiles from, and how that goes. */
  get targets(): readonly TargetRow[] {
    return [...this.#parts.receivers].flatMap(
      ([receiver, { instance }]) => instance.targets?.().map((target) => ({ receiver, ...target })) ?? [],
    );
  }

  /** The books of every endpoint there was since the process began. */
  get books(): readonly Book[] {
    return [...this.#books.values()];
  }

  /** Resolves when everything runs; rejects with the first thing that does not, and then nothing does. */
  async start(config: Config): Promise<void> {
    await this.#inTurn(() => this.#change(config, () => false));
    this.health.phase('running');
  }

  /** Never rejects for what the configuration asks: that is `refused`, with the reason. Old parts finish in the background. A dry run tells
   *  what would be done and does nothing. */
  reload(config: Config, dryRun = false): Promise<ReloadOutcome> {
    return this.#inTurn(async () => {
      if (this.#config === undefined) return { kind: 'refused', reason: 'the gateway does not run' };
      const diff = diffConfigs(this.#config, config);
      if (isUnchanged(diff)) return { kind: 'unchanged' };
      const fixed = fixedKeyChanged(config, diff, this.#options.registry);
      if (fixed !== undefined) return { kind: 'refused', reason: fixed };
      if (dryRun) return { kind: 'would_apply', diff };
      try {
        await this.#change(config, (kind, id) => diff[kind].keep.includes(id));
        return { kind: 'applied', diff };
      } catch (why) {
        return { kind: 'refused', reason: messageOf(why) };
      }
    });
  }

  /** Every endpoint that is configured or still delivers what it has. */
  get endpoints(): readonly { readonly exporter: string; readonly endpoint: string }[] {
    const live = this.#liveAccounts();
    return this.books.filter(({ exporter, endpoint }) => live.has(accountKey(exporter, endpoint)));
  }

  /** Stops or goes on with the deliveries of one endpoint. False when there is none of that name that could be paused. */
  async pause(exporter: string, endpoint: string, paused: boolean): Promise<boolean> {
    return (await this.#parts.exporters.get(exporter)?.instance.pause?.(endpoint, paused)) ?? false;
  }

  /** Lame duck: /ready and /-/ready say no from now on, profiles are still taken. */
  drain(): void {
    this.health.phase('draining');
  }

  /** Stops everything, upstream first. What is not finished when `deadline` aborts is given up. */
  async stop(deadline: AbortSignal): Promise<void> {
    this.drain();
    this.#givingUp.abort(new Error('the gateway stops'));
    if (deadline.aborted) this.#hurry.abort(deadline.reason);
    deadline.addEventListener('abort', () => this.#hurry.abort(deadline.reason), { once: true });
    await this.#inTurn(async () => {
      const parts = this.#parts;
      this.#config = undefined;
      this.#parts = noParts;
      await Promise.all(this.#retiring.keys());
      await stopParts(partsBeside(parts, noParts), Promise.resolve(), deadline);
    }).finally(() => {
      this.#losses.stop();
      this.#memory.stop();
    });
  }

  async #change(config: Config, keeps: Keeps): Promise<void> {
    const old = this.#parts;
    const parts = createParts(config, old, keeps, this.#shop);
    const fresh = partsBeside(parts, old);
    const started = [...fresh.downstream, ...fresh.receivers];
    let roots: ReadonlyMap<string, readonly Node[]>;
    try {
      roots = buildRoots(config.pipelines, instancesOf(parts));
      await startAll(started, this.#givingUp.signal);
    } catch (why) {
      for (const { id, host } of started) {
        host.dispose();
        if (!this.#isPart(id)) this.health.forget(id);
      }
      this.#retain();
      throw why;
    }
    this.#config = config;
    this.#memory.limitBytes = config.service.memory_limit;
    this.#parts = parts;
    for (const { component } of started) component.activate?.();
    const left = this.#swap(roots);
    this.#retire(partsBeside(old, parts), left, config.service.shutdown.timeout);
    this.#retain();
  }

  /** A receiver that is gone keeps its old graph for the requests it still finishes. Resolves when the batches of the others have left
   *  theirs. */
  #swap(roots: ReadonlyMap<string, readonly Node[]>): Promise<unknown> {
    return Promise.all([...this.#parts.receivers.keys()].map((receiver) => this.#accept(receiver).swap(roots.get(receiver) ?? [])));
  }

  #retire(parts: PartLists, left: Promise<unknown>, timeoutMs: number): void {
    const { clock, observability } = this.#options;
    const { controller, release } = follow(this.#hurry.signal);
    const cancel = clock.after(timeoutMs, () => controller.abort(new Error(`not finished within shutdown.timeout of ${timeoutMs} ms`)));
    const retiring = stopParts(parts, left, controller.signal)
      .catch((why) => observability.logger('service').error('a replaced component did not stop cleanly', { reason: messageOf(why) }))
      .finally(() => {
        cancel();
        release();
        this.#retiring.delete(retiring);
        for (const part of [...parts.downstream, ...parts.receivers]) this.#forget(part);
        this.#retain();
      });
    this.#retiring.set(retiring, parts);
  }

  #forget(part: Part<unknown>): void {
    part.host.dispose();
    if (this.#isPart(part.id)) return;
    this.health.forget(part.id);
    this.#accepts.delete(part.id);
  }

  /** Whether a part of this id runs. */
  #isPart(id: string): boolean {
    return [this.#parts.receivers, this.#parts.processors, this.#parts.exporters].some((parts) => parts.has(id));
  }

  /** /metrics shows the accounts of the components that run, or that still finish. */
  #retain(): void {
    this.#options.observability.retain(this.#liveAccounts());
  }

  #liveAccounts(): ReadonlySet<string> {
    const retiring = [...this.#retiring.values()].flatMap(({ downstream }) => downstream);
    return new Set([...this.#parts.exporters.values(), ...retiring].flatMap(({ host }) => [...host.accounts]));
  }

  #accept(receiver: string): Accept {
    const known = this.#accepts.get(receiver);
    if (known !== undefined) return known;
    const { observe, observability, guard } = this.#options;
    const accept = new Accept(observe, this.senders, observability.logger(receiver), guard, observability.tracer);
    this.#accepts.set(receiver, accept);
    return accept;
  }

  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const done = this.#turn.then(work);
    this.#turn = done.catch(() => {}); // whoever asked for the work hears of it; the next turn begins all the same
    return done;
  }
}

/** Receivers first; what is downstream of them goes on until `left` resolves or the deadline aborts. Every part is stopped; rejects with
 *  what went wrong. */
async function stopParts({ receivers, downstream }: PartLists, left: Promise<unknown>, deadline: AbortSignal): Promise<void> {
  await stopAll([...receivers].reverse(), deadline).finally(async () => {
    await Promise.race([left, aborted(deadline)]);
    await stopAll([...downstream].reverse(), deadline);
  });
}

/** Why a difference cannot be put in force without a restart. */
function fixedKeyChanged(config: Config, diff: ConfigDiff, registry: Registry): string | undefined {
  for (const kind of componentKinds) {
    for (const [id, keys] of diff[kind].keys) {
      const factory: AnyFactory | undefined = registry[kind].find(({ type }) => type === config[kind].get(id)?.type);
      const key = keys.find((changed) => factory?.fixedKeys?.includes(changed));
      if (key !== undefined) return `${kind}.${id}: ${key} cannot change while the gateway runs: restart it`;
    }
  }
  return undefined;
}

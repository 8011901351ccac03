import type { ComponentConfig, Config } from '../config/schema.ts';
import type { AnyFactory, Component, Consumer, Exporter, Receiver, Registry, TargetState } from '../core/component.ts';
import type { Named } from '../core/lifecycle.ts';
import type { Instances, ProcessorInstance } from './graph.ts';
import { createHost, type OwnedHost, type Surroundings } from './host.ts';

/** One component: its instance, and the host that speaks for it. */
export interface Part<T> extends Named {
  readonly instance: T;
  readonly host: OwnedHost;
}

/** Every component of one configuration, by id. */
export interface Parts {
  readonly receivers: ReadonlyMap<string, Part<Receiver>>;
  readonly processors: ReadonlyMap<string, Part<ProcessorInstance>>;
  readonly exporters: ReadonlyMap<string, Part<Exporter>>;
}

/** One profile of a target that a receiver scrapes. */
export type TargetRow = TargetState & { readonly receiver: string };

/** What ran before the first configuration. */
export const noParts: Parts = { receivers: new Map(), processors: new Map(), exporters: new Map() };

/** What parts are made with. */
export interface Workshop {
  readonly registry: Registry;
  readonly around: Surroundings;
  /** Where a receiver hands its batches; the same one for the same id. */
  consumer(receiver: string): Consumer;
}

/** Whether the part of this id may go on under the new configuration. */
export type Keeps = (kind: keyof Parts, id: string) => boolean;

/** An instance, and the same thing as something to start and stop. */
interface Made<T> {
  readonly instance: T;
  readonly component: Partial<Component>;
}

/** Creates what is new and takes over what may stay. No I/O; throws what a factory's create() throws, with the id in front. */
export function createParts(config: Config, old: Parts, keeps: Keeps, shop: Workshop): Parts {
  const { registry } = shop;
  return {
    exporters: each('exporters', config.exporters, registry.exporters, (factory, settings, host) => {
      const exporter = factory.create(settings, host);
      return { instance: exporter, component: exporter };
    }),
    processors: each('processors', config.processors, registry.processors, (factory, settings, host): Made<ProcessorInstance> => {
      const counted = { metrics: host.metrics, reasons: factory.reasons ?? [] };
      if (factory.kind === 'router') {
        const router = factory.create(settings, host);
        return { instance: { kind: 'router', router, ...counted }, component: router };
      }
      const processor = factory.create(settings, host);
      return { instance: { kind: 'processor', processor, ...counted }, component: processor };
    }),
    receivers: each('receivers', config.receivers, registry.receivers, (factory, settings, host) => {
      const receiver = factory.create(settings, shop.consumer(host.id), host);
      return { instance: receiver, component: receiver };
    }),
  };

  function each<F extends AnyFactory, T>(
    kind: keyof Parts,
    wanted: ReadonlyMap<string, ComponentConfig>,
    factories: readonly F[],
    create: (factory: F, settings: unknown, host: OwnedHost) => Made<T>,
  ): ReadonlyMap<string, Part<T>> {
    const parts = new Map<string, Part<T>>();
    for (const [id, { type, config: settings }] of wanted) {
      // A part of this kind was made by this same function, from a factory of the same type.
      const running = keeps(kind, id) ? (old[kind].get(id) as Part<T> | undefined) : undefined;
      parts.set(id, running ?? make(id, type));
      function make(name: string, wantedType: string): Part<T> {
        const factory = factories.find((candidate) => candidate.type === wantedType);
        if (factory === undefined) throw new Error(`${kind}.${name}: there is no component of type ${wantedType} in this build`);
        const host = createHost(name, shop.around);
        return { id: name, host, ...create(factory, settings, host) };
      }
    }
    return parts;
  }
}

/** Some parts, each list in the order to start it in: what is downstream comes first, receivers last. */
export interface PartLists {
  readonly downstream: readonly Part<unknown>[];
  readonly receivers: readonly Part<unknown>[];
}

/** What is in `these` and not in `those`. */
export function partsBeside(these: Parts, those: Parts): PartLists {
  const only = (kind: keyof Parts): readonly Part<unknown>[] =>
    [...these[kind].values()].filter((part: Part<unknown>) => those[kind].get(part.id) !== part);
  return { downstream: [...only('exporters'), ...only('processors')], receivers: only('receivers') };
}

/** What the graph is made of. */
export function instancesOf(parts: Parts): Instances {
  return {
    processors: new Map([...parts.processors].map(([id, part]) => [id, part.instance])),
    exporters: new Map([...parts.exporters].map(([id, part]) => [id, part.instance])),
  };
}

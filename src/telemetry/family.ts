import { Gauge, type MetricType, type Registry } from 'prom-client';
import type { MetricLabels } from '../core/component.ts';
import type { Instrument, Sample } from './instruments.ts';

/** The types of the text format that we use. */
export type FamilyType = 'counter' | 'gauge' | 'histogram';

/** What a family is. */
export interface FamilyOptions {
  readonly name: string;
  readonly type: FamilyType;
  readonly help: string;
  readonly labelNames: readonly string[];
  /** Called at each scrape. */
  readonly collect: () => Iterable<Sample>;
}

/**
 * Puts a family into prom-client's registry, which asks get() at each scrape, whatever the type: the numbers stay plain fields, and nothing
 * is hashed on the path of a profile (prom-client hashes labels even on a cached child: 280 ns an increment).
 */
export function registerFamily(registry: Registry, options: FamilyOptions): void {
  const { name, help, labelNames } = options;
  new FamilyMetric({ name, help, labelNames: [...labelNames], registers: [registry] }, options);
}

class FamilyMetric extends Gauge {
  readonly #options: FamilyOptions;

  constructor(configuration: ConstructorParameters<typeof Gauge>[0], options: FamilyOptions) {
    super(configuration);
    this.#options = options;
  }

  override async get(): ReturnType<Gauge['get']> {
    const { type, collect } = this.#options;
    // prom-client's types call it an enum of numbers; at run time it is the word of the text format.
    return { ...(await super.get()), type: type as unknown as MetricType, values: [...collect()] };
  }
}

/** One series: its labels, what is behind it, and who wants it shown. */
interface Child<I extends Instrument> {
  readonly labels: MetricLabels;
  readonly instrument: I;
  readonly holders: Set<object>;
}

/** All series of one name. They live as long as the process, so that a component that comes back goes on counting. */
export class Family<I extends Instrument> {
  readonly name: string;
  readonly help: string;
  readonly labelNames: readonly string[];
  readonly #children = new Map<string, Child<I>>();

  constructor(name: string, help: string, labels: MetricLabels) {
    this.name = name;
    this.help = help;
    this.labelNames = Object.keys(labels).sort();
  }

  /** What is behind these labels, made by `create` when they are new; shown as long as `holder` wants it. Throws when it cannot belong to
   *  this family, which is a bug. */
  child(holder: object, help: string, labels: MetricLabels, create: () => I): I {
    const names = Object.keys(labels).sort();
    if (help !== this.help || names.join() !== this.labelNames.join())
      throw new Error(`metric ${this.name} has labels [${this.labelNames}] and help "${this.help}", not [${names}] and "${help}"`);
    const key = this.#keyOf(labels);
    const child = this.#children.get(key) ?? { labels, instrument: create(), holders: new Set() };
    this.#children.set(key, child);
    child.holders.add(holder);
    return child.instrument;
  }

  /** The holder no longer wants these labels shown; nothing of them is kept when nobody else does. */
  drop(holder: object, labels: MetricLabels): void {
    const key = this.#keyOf(labels);
    const child = this.#children.get(key);
    if (child?.holders.delete(holder) === true && child.holders.size === 0) this.#children.delete(key);
  }

  /** The holder no longer wants any of it shown; `told` hears of each series that it held. */
  release(holder: object, told: (instrument: I) => void = () => {}): void {
    for (const { holders, instrument } of this.#children.values()) if (holders.delete(holder)) told(instrument);
  }

  /** The series that somebody wants shown. */
  *samples(): Iterable<Sample> {
    for (const { labels, instrument, holders } of this.#children.values())
      if (holders.size > 0) yield* instrument.samples(this.name, labels);
  }

  #keyOf(labels: MetricLabels): string {
    return JSON.stringify(this.labelNames.map((name) => labels[name]));
  }
}

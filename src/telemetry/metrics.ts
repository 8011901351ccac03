import { Registry } from 'prom-client';
import type { MetricLabels, Metrics } from '../core/component.ts';
import { Family, type FamilyOptions, registerFamily } from './family.ts';
import { Buckets, CounterField, GaugeReaders, type Instrument, type MetricReading, type Sample } from './instruments.ts';
import { toOpenMetrics } from './openmetrics.ts';

/** The metrics of one component. The same name and labels are the same series for everybody; it is shown as long as one scope that asked
 *  for it is open. */
export interface MetricsScope extends Metrics {
  /** Its owner is gone: what nobody else asked for disappears from /metrics. Counters are kept and go on when they are asked for again. */
  close(): void;
}

/** What /metrics answers. */
export interface Exposition {
  readonly contentType: string;
  readonly body: string;
}

/** Every metric of the process, behind the one registry of prom-client. */
export class MetricStore {
  /** prom-client's own registry: process metrics stand in it directly. */
  readonly registry = new Registry();
  readonly #counters = new Map<string, Family<CounterField>>();
  readonly #gauges = new Map<string, Family<GaugeReaders>>();
  readonly #histograms = new Map<string, Family<Buckets>>();
  /** Whoever asks meanwhile gets the same text. */
  #rendering: Promise<string> | undefined;

  /** Opens the metrics of one component. */
  scope(): MetricsScope {
    const scope: MetricsScope = {
      counter: (name, help, labels = {}) =>
        this.#family(this.#counters, 'counter', name, help, labels).child(scope, help, labels, () => new CounterField()),
      gauge: (name, help, read, labels = {}) => {
        const family = this.#family(this.#gauges, 'gauge', name, help, labels);
        const readers = family.child(scope, help, labels, () => new GaugeReaders());
        readers.add(scope, read);
        return () => {
          readers.remove(scope);
          family.drop(scope, labels);
        };
      },
      histogram: (name, help, buckets, labels = {}) =>
        this.#family(this.#histograms, 'histogram', name, help, labels).child(scope, help, labels, () => new Buckets(buckets)),
      close: () => {
        for (const family of [...this.#counters.values(), ...this.#histograms.values()]) family.release(scope);
        for (const family of this.#gauges.values()) family.release(scope, (readers) => readers.remove(scope));
      },
    };
    return scope;
  }

  /** Everything that a metric says now, by its name; empty when there is none of that name. */
  async samples(name: string): Promise<readonly Sample[]> {
    return ((await this.registry.getSingleMetric(name)?.get())?.values ?? []) as readonly Sample[]; // as the families of this folder give them
  }

  /** The text for whoever asks with this Accept header: Prometheus text, or OpenMetrics where it is named. */
  async exposition(accept: string): Promise<Exposition> {
    this.#rendering ??= this.#render().finally(() => {
      this.#rendering = undefined;
    });
    const text = await this.#rendering;
    if (!accept.includes('application/openmetrics-text')) return { contentType: Registry.PROMETHEUS_CONTENT_TYPE, body: text };
    return { contentType: Registry.OPENMETRICS_CONTENT_TYPE, body: toOpenMetrics(text) };
  }

  /** Everything, for whoever sends it elsewhere. */
  async readings(): Promise<readonly MetricReading[]> {
    const readings: MetricReading[] = [];
    const pause = new Pauses();
    for (const metric of this.registry.getMetricsAsArray()) {
      const { name, help, type, values } = await (metric as unknown as { get(): Promise<ReadMetric> }).get(); // prom-client's types leave it out
      readings.push({ name, help, type: String(type), samples: values });
      await pause.whenDue();
    }
    return readings;
  }

  /** As registry.metrics(), which makes all of it in one turn of the event loop (siimon/prom-client#543). */
  async #render(): Promise<string> {
    const parts: string[] = [];
    const pause = new Pauses();
    for (const { name } of this.registry.getMetricsAsArray()) {
      parts.push(await this.registry.getSingleMetricAsString(name));
      await pause.whenDue();
    }
    return `${parts.join('\n\n')}\n`;
  }

  #family<I extends Instrument>(
    families: Map<string, Family<I>>,
    type: FamilyOptions['type'],
    name: string,
    help: string,
    labels: MetricLabels,
  ): Family<I> {
    const known = families.get(name);
    if (known !== undefined) return known;
    const family = new Family<I>(name, help, labels);
    registerFamily(this.registry, { name, type, help, labelNames: family.labelNames, collect: () => family.samples() }); // throws on a name of another type
    families.set(name, family);
    return family;
  }
}

/** What prom-client's get() resolves to. */
interface ReadMetric {
  readonly name: string;
  readonly help: string;
  readonly type: unknown;
  readonly values: readonly Sample[];
}

const longestTurn = 8;

/** Lets others run between the metrics of a long list. */
class Pauses {
  #left = longestTurn;

  async whenDue(): Promise<void> {
    this.#left -= 1;
    if (this.#left > 0) return;
    this.#left = longestTurn;
    await new Promise((resolve) => setImmediate(resolve));
  }
}

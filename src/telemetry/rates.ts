import type { Clock } from '../core/clock.ts';
import type { MetricLabels } from '../core/component.ts';
import type { Sample } from './instruments.ts';

/** What rates are made of. */
export interface RatesOptions {
  readonly clock: Clock;
  /** The counters to follow. */
  readonly names: readonly string[];
  readonly read: (name: string) => Promise<readonly Sample[]>;
}

const everyMs = 10_000;
const windowMs = 60_000;

interface Look {
  readonly at: number;
  readonly samples: ReadonlyMap<string, readonly Sample[]>;
}

/** How fast counters grow: they are looked at every 10 s, and a rate is over the last minute, or over what there is of it. */
export class Rates {
  readonly #options: RatesOptions;
  /** Oldest first. */
  #looks: readonly Look[] = [];
  #cancel = (): void => {};

  constructor(options: RatesOptions) {
    this.#options = options;
    void this.#look();
  }

  /** Per second, of all series of this name that have these labels; 0 until it was looked at twice. */
  perSecond(name: string, labels: MetricLabels): number {
    const [first] = this.#looks;
    const last = this.#looks.at(-1);
    if (first === undefined || last === undefined || last.at <= first.at) return 0;
    const grown = sum(last.samples.get(name), labels) - sum(first.samples.get(name), labels);
    return Math.max(0, grown / ((last.at - first.at) / 1000));
  }

  stop(): void {
    this.#cancel();
  }

  async #look(): Promise<void> {
    const { clock, names, read } = this.#options;
    this.#cancel = clock.after(everyMs, () => void this.#look());
    const at = clock.monotonic();
    const samples = new Map(await Promise.all(names.map(async (name) => [name, await read(name)] as const)));
    this.#looks = [...this.#looks.filter((look) => at - look.at <= windowMs), { at, samples }];
  }
}

function sum(samples: readonly Sample[] = [], labels: MetricLabels): number {
  const wanted = Object.entries(labels);
  return samples.reduce((total, sample) => total + (wanted.every(([name, value]) => sample.labels[name] === value) ? sample.value : 0), 0);
}

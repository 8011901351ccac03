import type { Host } from '../../core/component.ts';
import type { ScrapeLoop } from './loop.ts';

/** The loops of one target: what shares an instance. */
interface Shown {
  readonly loops: readonly ScrapeLoop[];
  readonly withdraw: readonly (() => void)[];
}

/** Metrics of single targets: as many as may be, gone as soon as their target is. */
export class ShownTargets {
  readonly #host: Host;
  readonly #most: number;
  readonly #shown = new Map<string, Shown>();

  constructor(host: Host, most: number) {
    this.#host = host;
    this.#most = most;
  }

  /** Shows these and no others. */
  show(loops: Iterable<ScrapeLoop>): void {
    const byInstance = new Map<string, ScrapeLoop[]>();
    for (const loop of loops) {
      const { instance } = loop.target;
      const together = byInstance.get(instance);
      if (together === undefined) byInstance.set(instance, [loop]);
      else together.push(loop);
    }
    for (const [instance, shown] of this.#shown) {
      const now = byInstance.get(instance);
      if (now?.length === shown.loops.length && now.every((loop, at) => loop === shown.loops[at])) continue;
      for (const withdraw of shown.withdraw) withdraw();
      this.#shown.delete(instance);
    }
    for (const [instance, together] of byInstance) {
      if (this.#shown.size >= this.#most) break;
      if (!this.#shown.has(instance)) this.#shown.set(instance, { loops: together, withdraw: this.#gauges(instance, together) });
    }
  }

  #gauges(instance: string, loops: readonly ScrapeLoop[]): (() => void)[] {
    const { metrics, id } = this.#host;
    const labels = { receiver: id, instance };
    const states = (): ScrapeLoop['state'][] => loops.map(({ state }) => state).filter(({ health }) => health !== 'unknown');
    const over = (of: (state: ScrapeLoop['state']) => number) => (): number => Math.max(0, ...states().map(of));
    return [
      metrics.gauge(
        'flamegate_scrape_target_up',
        'Whether the last scrape of each profile of the target was good; absent before the first.',
        () => (states().length === 0 ? Number.NaN : Number(states().every(({ health }) => health === 'up'))),
        labels,
      ),
      metrics.gauge(
        'flamegate_scrape_target_last_scrape_timestamp_seconds',
        'When a profile of the target was last asked for, since the Unix epoch; 0 before the first.',
        over(({ lastScrapeAt }) => lastScrapeAt / 1000),
        labels,
      ),
      metrics.gauge(
        'flamegate_scrape_target_duration_seconds',
        'How long the slowest of the last scrapes of the target took.',
        over(({ durationMs }) => durationMs / 1000),
        labels,
      ),
      metrics.gauge(
        'flamegate_scrape_target_size_bytes',
        'Bytes of the last answers of the target that were profiles.',
        () => states().reduce((sum, { sizeBytes }) => sum + sizeBytes, 0),
        labels,
      ),
    ];
  }
}

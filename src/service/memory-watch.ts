import type { Clock } from '../core/clock.ts';
import type { Logger, MemoryLevel, Metrics } from '../core/component.ts';
import { formatSize } from '../core/units.ts';

/** What the process may use and does, bytes. */
export interface MemoryReadings {
  /** Resident now. */
  resident(): number;
  /** Of the cgroup; 0 when it has none. */
  cgroupLimit(): number;
}

/** Of this process. */
export const processMemory: MemoryReadings = {
  resident: () => process.memoryUsage.rss(),
  cgroupLimit() {
    // Where there is no limit the kernel says the largest number it knows.
    const limit = process.constrainedMemory();
    return limit >= Number.MAX_SAFE_INTEGER ? 0 : limit;
  },
};

const lookEveryMs = 500;
// Shares of the limit: from where on, and down to where.
const steps = [
  { level: 'high', from: 0.85, until: 0.8 },
  { level: 'full', from: 0.95, until: 0.9 },
] as const;

/** How close the process is to the memory it may use: two steps, each left lower than it was entered, so that it does not flap. */
export class MemoryWatch {
  /** `service.memory_limit`, bytes; 0: the cgroup's. */
  limitBytes = 0;
  #level: MemoryLevel = 'ok';
  readonly #readings: MemoryReadings;
  readonly #log: Logger;
  #cancel = (): void => {};

  constructor(parts: { readonly clock: Clock; readonly log: Logger; readonly metrics: Metrics; readonly readings?: MemoryReadings }) {
    const { clock, log, metrics, readings = processMemory } = parts;
    this.#readings = readings;
    this.#log = log;
    metrics.gauge(
      'flamegate_memory_pressure',
      'How close the process is to the memory it may use: 0 fine, 1 large bodies are refused, 2 all are.',
      () => ['ok', 'high', 'full'].indexOf(this.#level),
    );
    metrics.gauge('flamegate_memory_limit_bytes', 'Memory the process may use; 0: no limit is known.', () => this.#limit());
    const look = (): void => {
      this.look();
      this.#cancel = clock.after(lookEveryMs, look);
    };
    this.#cancel = clock.after(lookEveryMs, look);
  }

  get level(): MemoryLevel {
    return this.#level;
  }

  /** Reads the memory now. */
  look(): void {
    const limit = this.#limit();
    const share = limit === 0 ? 0 : this.#readings.resident() / limit;
    let level: MemoryLevel = 'ok';
    for (const step of steps) {
      const isIn = this.#level === step.level || (step.level === 'high' && this.#level === 'full');
      if (share >= (isIn ? step.until : step.from)) level = step.level;
    }
    if (level === this.#level) return;
    this.#level = level;
    const facts = { used: formatSize(Math.round(share * limit)), limit: formatSize(limit) };
    if (level === 'ok') this.#log.info('memory is below the limit again, all requests are accepted', facts);
    else this.#log.warn(level === 'high' ? 'memory is short, large bodies are refused' : 'memory is used up, pushes are refused', facts);
  }

  stop(): void {
    this.#cancel();
  }

  #limit(): number {
    return this.limitBytes > 0 ? this.limitBytes : this.#readings.cgroupLimit();
  }
}

import type { Clock } from '../../../core/clock.ts';
import { Heap } from '../../../queue/heap.ts';

/** So many of one service are tried at a time: as many as it takes to know that the service is poisonous (culprits.ts). */
const mostOfGroup = 3;
/** What stands beside the line for so long after its time joins it again: there are too many for one at a time. */
const patienceMs = 60_000;
/** The same for one that waits for others of its service. */
const longPatienceMs = 600_000;

/** The suspects of one service: those that have a time, and those that wait until one of them has ended. */
interface Group {
  readonly timed: Set<number>;
  readonly waiting: Set<number>;
}

/**
 * Records that may be poison, beside the line, so that they are never in the way of those behind them. They are sent one at a time, three of a
 * service until those have ended.
 */
export class Suspects {
  readonly #clock: Clock;
  /** Positions by the time of their next attempt, monotonic milliseconds. */
  readonly #dues = new Heap<number>();
  readonly #groups = new Map<string, Group>();
  readonly #groupOf = new Map<number, string>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** How many have a time. */
  get size(): number {
    return this.#dues.size;
  }

  /** A record of this group stands aside, not to be sent before so many milliseconds. Returns for how long the log should keep it out of the
   *  line. */
  add(position: number, key: string, afterMs: number): number {
    const group = this.#groups.get(key) ?? { timed: new Set(), waiting: new Set() };
    this.#groups.set(key, group);
    this.#groupOf.set(position, key);
    if (!group.timed.has(position) && group.timed.size >= mostOfGroup) {
      group.waiting.add(position);
      return afterMs + longPatienceMs;
    }
    group.timed.add(position);
    this.#dues.set(position, this.#clock.monotonic() + afterMs);
    return afterMs + patienceMs;
  }

  /** The record has ended, or is in the line again: the next of its service has its time. */
  end(position: number): void {
    const key = this.#groupOf.get(position);
    const group = key === undefined ? undefined : this.#groups.get(key);
    if (key === undefined || group === undefined) return;
    this.#groupOf.delete(position);
    this.#dues.delete(position);
    group.waiting.delete(position);
    if (group.timed.delete(position)) this.#promote(group);
    if (group.timed.size + group.waiting.size === 0) this.#groups.delete(key);
  }

  /** The position of a suspect that is due, whose time is then forgotten; undefined when none is due. */
  next(): number | undefined {
    if (this.#dues.lowest > this.#clock.monotonic()) return undefined;
    const { first } = this.#dues;
    if (first !== undefined) this.#dues.delete(first);
    return first;
  }

  /** Milliseconds until the time of the next comes. */
  get waitMs(): number {
    return Math.max(0, this.#dues.lowest - this.#clock.monotonic());
  }

  #promote({ timed, waiting }: Group): void {
    for (const position of waiting) {
      waiting.delete(position);
      timed.add(position);
      this.#dues.set(position, this.#clock.monotonic());
      return;
    }
  }
}

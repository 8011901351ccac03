import type { Clock } from '../core/clock.ts';
import { Ages } from './ages.ts';
import { Heap } from './heap.ts';
import { PositionSet } from './position-set.ts';
import type { RecordInfo } from './store.ts';

/** Positions in order, and which of them may be taken as the newest. */
class Lane {
  readonly all = new PositionSet();
  readonly fresh = new PositionSet();

  add(position: number, inOrder: boolean): void {
    this.all.add(position);
    if (!inOrder) this.fresh.add(position);
  }

  delete(position: number): boolean {
    this.fresh.delete(position);
    return this.all.delete(position);
  }
}

/** What release() asked for. */
interface Wait {
  readonly inOrder: boolean;
  readonly stopListening: () => void;
}

/**
 * Who is next: the records of one cursor that are neither done nor leased. Each is free, waits for its time, or belongs to a tenant that is
 * or was held. Nothing is ever looked at twice in vain: a held tenant's record is set aside once and stays in its tenant's lane, which is
 * open or closed as a whole.
 */
export class Line {
  readonly #clock: Clock;
  readonly #infoOf: (position: number) => RecordInfo | undefined;
  readonly #onWake: () => void;
  readonly #idle = new PositionSet();
  readonly #ages = new Ages();
  readonly #free = new Lane();
  /** Due times of waiting records, monotonic milliseconds. */
  readonly #dues = new Heap<number>();
  readonly #waits = new Map<number, Wait>();
  /** When holds end, by tenant. */
  readonly #holds = new Heap<string>();
  readonly #lanes = new Map<string, Lane>();
  /** Lanes that are not empty and whose hold is over. */
  readonly #open = new Map<string, Lane>();

  /** `onWake`: a waiting record is free before its time. */
  constructor(clock: Clock, infoOf: (position: number) => RecordInfo | undefined, onWake: () => void) {
    this.#clock = clock;
    this.#infoOf = infoOf;
    this.#onWake = onWake;
  }

  /** Stands in line at its position, free to be taken. */
  add(position: number, info: RecordInfo): void {
    this.#enter(position, info);
    this.#free.add(position, info.inOrder);
  }

  /** Stands in line but is not free before its time or before `wake` aborts. */
  wait(position: number, info: RecordInfo, afterMs: number, wake: AbortSignal | undefined): void {
    if (afterMs <= 0 || wake?.aborted) {
      this.add(position, info);
      return;
    }
    this.#enter(position, info);
    const onAbort = (): void => {
      this.#endWait(position);
      this.#onWake();
    };
    wake?.addEventListener('abort', onAbort, { once: true });
    this.#waits.set(position, { inOrder: info.inOrder, stopListening: () => wake?.removeEventListener('abort', onAbort) });
    this.#dues.set(position, this.#clock.monotonic() + afterMs);
  }

  /** Takes it out, wherever it stands. False when it is not in line. */
  remove(position: number): boolean {
    if (!this.#idle.has(position)) return false;
    this.#endWait(position);
    if (!this.#free.delete(position)) this.#removeHeld(position);
    this.#leave(position);
    return true;
  }

  /** Takes out who is next: the lowest, or the highest that is not in order and the lowest where there is none. */
  next(order: 'oldest' | 'newest'): number | undefined {
    this.#ripen();
    for (;;) {
      const lane = (order === 'newest' ? this.#laneOfNewest() : undefined) ?? this.#laneOfOldest();
      const position = lane === undefined ? undefined : order === 'newest' ? (lane.fresh.last ?? lane.all.first) : lane.all.first;
      if (lane === undefined || position === undefined) return undefined;
      if (lane === this.#free && this.#setAside(position)) continue;
      this.remove(position);
      return position;
    }
  }

  /** Milliseconds until time alone may free somebody; undefined when it never will. */
  get untilChangeMs(): number | undefined {
    const due = Math.min(this.#dues.lowest, this.#holds.lowest);
    return due === Number.POSITIVE_INFINITY ? undefined : Math.max(0, due - this.#clock.monotonic());
  }

  /** The oldest in line, whether free or not. */
  get oldest(): { readonly position: number; readonly receivedAt: number } | undefined {
    const first = this.#idle.first;
    const info = first === undefined ? undefined : this.#infoOf(first);
    return first === undefined || info === undefined ? undefined : this.#ages.oldest(first, info.receivedAt);
  }

  /** Closes a tenant's lane for so long; 0 opens it. */
  hold(tenant: string, ms: number): void {
    if (ms > 0) {
      this.#holds.set(tenant, this.#clock.monotonic() + ms);
      this.#open.delete(tenant);
    } else {
      this.#endHold(tenant);
    }
  }

  /** Ends every wait and every hold. */
  reset(): void {
    for (const position of [...this.#waits.keys()]) this.#endWait(position);
    for (let tenant = this.#holds.first; tenant !== undefined; tenant = this.#holds.first) this.#endHold(tenant);
  }

  #enter(position: number, info: RecordInfo): void {
    this.#idle.add(position);
    this.#ages.enter(position, info.receivedAt);
  }

  #leave(position: number): void {
    this.#idle.delete(position);
    this.#ages.leave(position);
  }

  /** Frees whoever's time has come. */
  #ripen(): void {
    if (this.#dues.size === 0 && this.#holds.size === 0) return;
    const now = this.#clock.monotonic();
    for (let position = this.#dues.first; position !== undefined && this.#dues.lowest <= now; position = this.#dues.first)
      this.#endWait(position);
    for (let tenant = this.#holds.first; tenant !== undefined && this.#holds.lowest <= now; tenant = this.#holds.first)
      this.#endHold(tenant);
  }

  #endWait(position: number): void {
    const wait = this.#waits.get(position);
    if (wait === undefined) return;
    wait.stopListening();
    this.#waits.delete(position);
    this.#dues.delete(position);
    this.#free.add(position, wait.inOrder);
  }

  #endHold(tenant: string): void {
    this.#holds.delete(tenant);
    const lane = this.#lanes.get(tenant);
    if (lane !== undefined) this.#open.set(tenant, lane);
  }

  /** Moves a held tenant's record into its lane. False when nobody holds it. */
  #setAside(position: number): boolean {
    if (this.#holds.size === 0) return false;
    const info = this.#infoOf(position);
    if (info === undefined || this.#holds.priority(info.tenant) === undefined) return false;
    const lane = this.#lanes.get(info.tenant) ?? new Lane();
    this.#lanes.set(info.tenant, lane);
    this.#free.delete(position);
    lane.add(position, info.inOrder);
    return true;
  }

  #removeHeld(position: number): void {
    const tenant = this.#infoOf(position)?.tenant;
    const lane = tenant === undefined ? undefined : this.#lanes.get(tenant);
    if (tenant === undefined || lane === undefined) return;
    lane.delete(position);
    if (lane.all.size > 0) return;
    this.#lanes.delete(tenant);
    this.#open.delete(tenant);
  }

  #laneOfOldest(): Lane {
    let best = this.#free;
    for (const lane of this.#open.values()) {
      if ((lane.all.first ?? Number.POSITIVE_INFINITY) < (best.all.first ?? Number.POSITIVE_INFINITY)) best = lane;
    }
    return best;
  }

  #laneOfNewest(): Lane | undefined {
    let best = this.#free;
    for (const lane of this.#open.values()) if ((lane.fresh.last ?? -1) > (best.fresh.last ?? -1)) best = lane;
    return best.fresh.size > 0 ? best : undefined;
  }
}

import type { Clock } from '../core/clock.ts';
import { Ages } from './ages.ts';
import { Heap } from './heap.ts';
import { PositionSet } from './position-set.ts';
import type { RecordInfo } from './store.ts';

// An empty lane is kept for the next record of its tenant, unless there are many tenants.
const mostEmptyLanes = 64;

/** The free records of one tenant, apart those that are never taken as the newest. */
class Lane {
  readonly tenant: string;
  readonly fresh = new PositionSet();
  readonly inOrder = new PositionSet();

  constructor(tenant: string) {
    this.tenant = tenant;
  }

  get first(): number {
    return Math.min(this.fresh.first ?? Number.POSITIVE_INFINITY, this.inOrder.first ?? Number.POSITIVE_INFINITY);
  }

  delete(position: number): void {
    if (!this.fresh.delete(position)) this.inOrder.delete(position);
  }
}

/**
 * Who is next: the records of one cursor that are neither done nor leased. Each waits for its time or is free and stands in its tenant's lane,
 * which a hold closes as a whole. Nothing is looked at in vain: the lane whose first record is the lowest is known, however many there are.
 */
export class Line {
  readonly #clock: Clock;
  readonly #infoOf: (position: number) => RecordInfo | undefined;
  readonly #standing = new PositionSet();
  readonly #ages = new Ages();
  /** Due times of waiting records, monotonic milliseconds. */
  readonly #dues = new Heap<number>();
  /** When holds end, by tenant, monotonic milliseconds. */
  readonly #holds = new Heap<string>();
  readonly #lanes = new Map<string, Lane>();
  /** Tenants that nobody holds and that have free records, by their lowest position. */
  readonly #byFirst = new Heap<string>();
  /** The same by their highest fresh position, negative; from the first that was taken as the newest on. */
  #byLast: Heap<string> | undefined;
  #lastLane: Lane | undefined;

  constructor(clock: Clock, infoOf: (position: number) => RecordInfo | undefined) {
    this.#clock = clock;
    this.#infoOf = infoOf;
  }

  /** All that stand in line, free or not: to read, not to change. */
  get standing(): PositionSet {
    return this.#standing;
  }

  /** Stands in line at its position, free to be taken. */
  add(position: number, info: RecordInfo): void {
    this.#enter(position, info);
    this.#free(position, info);
  }

  /** Stands in line but is not free before its time. */
  wait(position: number, info: RecordInfo, afterMs: number): void {
    this.#enter(position, info);
    if (afterMs > 0) this.#dues.set(position, this.#clock.monotonic() + afterMs);
    else this.#free(position, info);
  }

  /** Ends a wait before its time. False when it does not wait. */
  wake(position: number): boolean {
    if (!this.#dues.delete(position)) return false;
    const info = this.#infoOf(position);
    if (info !== undefined) this.#free(position, info);
    return true;
  }

  /** Takes it out, wherever it stands. False when it is not in line. */
  remove(position: number, info: RecordInfo): boolean {
    if (!this.#standing.has(position)) return false;
    const lane = this.#dues.delete(position) ? undefined : this.#lanes.get(info.tenant);
    if (lane !== undefined) this.#takeFrom(lane, position);
    this.#leave(position);
    return true;
  }

  /** Takes out who is next: the lowest, or the highest that is not in order and the lowest where there is none. */
  next(order: 'oldest' | 'newest'): number | undefined {
    this.#ripen();
    const newest = order === 'newest' ? this.#newest() : undefined;
    const tenant = newest ?? this.#byFirst.first;
    const lane = tenant === undefined ? undefined : this.#lanes.get(tenant);
    if (lane === undefined) return undefined;
    const position = newest === undefined ? lane.first : (lane.fresh.last ?? lane.first);
    this.#takeFrom(lane, position);
    this.#leave(position);
    return position;
  }

  /** When time alone may free somebody, monotonic milliseconds; Infinity when it never will. */
  get dueMs(): number {
    return Math.min(this.#dues.lowest, this.#holds.lowest);
  }

  /** The oldest in line, whether free or not. */
  get oldest(): { readonly position: number; readonly bornAt: number } | undefined {
    const first = this.#standing.first;
    const info = first === undefined ? undefined : this.#infoOf(first);
    return first === undefined || info === undefined ? undefined : this.#ages.oldest(first, info.bornAt);
  }

  /** Closes a tenant's lane for so long; 0 opens it. */
  hold(tenant: string, ms: number): void {
    if (ms <= 0) {
      this.#endHold(tenant);
      return;
    }
    this.#holds.set(tenant, this.#clock.monotonic() + ms);
    this.#byFirst.delete(tenant);
    this.#byLast?.delete(tenant);
  }

  /** Ends every wait and every hold. */
  reset(): void {
    for (let position = this.#dues.first; position !== undefined; position = this.#dues.first) this.wake(position);
    for (let tenant = this.#holds.first; tenant !== undefined; tenant = this.#holds.first) this.#endHold(tenant);
  }

  #enter(position: number, info: RecordInfo): void {
    this.#standing.add(position);
    this.#ages.enter(position, info.bornAt);
  }

  #leave(position: number): void {
    this.#standing.delete(position);
    this.#ages.leave(position);
  }

  /** Frees whoever's time has come. */
  #ripen(): void {
    if (this.#dues.size === 0 && this.#holds.size === 0) return;
    const now = this.#clock.monotonic();
    for (let position = this.#dues.first; position !== undefined && this.#dues.lowest <= now; position = this.#dues.first)
      this.wake(position);
    for (let tenant = this.#holds.first; tenant !== undefined && this.#holds.lowest <= now; tenant = this.#holds.first)
      this.#endHold(tenant);
  }

  #endHold(tenant: string): void {
    this.#holds.delete(tenant);
    const lane = this.#lanes.get(tenant);
    if (lane !== undefined) this.#rank(lane);
  }

  #free(position: number, info: RecordInfo): void {
    const lane = this.#laneOf(info.tenant);
    (info.inOrder ? lane.inOrder : lane.fresh).add(position);
    this.#rank(lane);
  }

  #takeFrom(lane: Lane, position: number): void {
    lane.delete(position);
    this.#rank(lane);
    if (lane.first !== Number.POSITIVE_INFINITY || this.#lanes.size <= mostEmptyLanes) return;
    this.#lanes.delete(lane.tenant);
    if (this.#lastLane === lane) this.#lastLane = undefined;
  }

  #laneOf(tenant: string): Lane {
    if (this.#lastLane?.tenant === tenant) return this.#lastLane;
    const lane = this.#lanes.get(tenant) ?? new Lane(tenant);
    this.#lanes.set(tenant, lane);
    this.#lastLane = lane;
    return lane;
  }

  /** Puts a lane where it belongs after what stands first or last in it has changed. */
  #rank(lane: Lane): void {
    if (this.#holds.size > 0 && this.#holds.priority(lane.tenant) !== undefined) return;
    const { first } = lane;
    if (first === Number.POSITIVE_INFINITY) this.#byFirst.delete(lane.tenant);
    else this.#byFirst.set(lane.tenant, first);
    if (this.#byLast === undefined) return;
    const { last } = lane.fresh;
    if (last === undefined) this.#byLast.delete(lane.tenant);
    else this.#byLast.set(lane.tenant, -last);
  }

  #newest(): string | undefined {
    if (this.#byLast === undefined) {
      this.#byLast = new Heap();
      for (const lane of this.#lanes.values()) this.#rank(lane);
    }
    return this.#byLast.first;
  }
}

import type { Cursor, Lease } from '../../../queue/log.ts';
import { turn, workPerTurn } from '../../../queue/slices.ts';
import { remember } from '../pacing/bounded.ts';
import { readRequest, serviceOf } from '../request/request.ts';
import { groupKey } from './neighbours.ts';

/** Bytes of the queue are read to know a record's service: so many records at most for one probe. */
const mostLooks = 64;
const most = 100_000;

/**
 * Looks for a record that may be good while the endpoint takes nothing: first one of a service and tenant that has not failed since something
 * was taken last, then one that has not been tried since. It walks over the line from both ends, so that the place of a record in the queue
 * does not decide when it is found.
 */
export class Search {
  readonly #cursor: Cursor;
  readonly #isHeld: (tenant: string) => boolean;
  /** What failed since something was taken. */
  readonly #groups = new Map<string, true>();
  readonly #tried = new Map<number, true>();
  /** Groups by position: what was read is not read again. */
  readonly #known = new Map<number, string>();
  /** Steps of the walks so far. */
  #steps = 0;
  #wide: Walk | undefined;
  #narrow: Walk | undefined;

  /** `isHeld`: records of this tenant must not be sent now. */
  constructor(cursor: Cursor, isHeld: (tenant: string) => boolean) {
    this.#cursor = cursor;
    this.#isHeld = isHeld;
  }

  /** A record failed. */
  failed(position: number, group: string): void {
    remember(this.#groups, group, true, most);
    remember(this.#tried, position, true, most);
    remember(this.#known, position, group, most);
  }

  /** Something was taken: whoever failed before has not failed since. */
  reset(): void {
    if (this.#tried.size === 0 && this.#wide === undefined) return;
    this.#groups.clear();
    this.#tried.clear();
    this.#known.clear();
    this.#wide = undefined;
    this.#narrow = undefined;
  }

  /** The next record to probe with, or undefined when every record in line has been tried. One call at a time. */
  async next(): Promise<Lease | undefined> {
    return (await this.#ofNewGroup()) ?? (await this.#untried());
  }

  async #ofNewGroup(): Promise<Lease | undefined> {
    const walk = this.#wide ?? new Walk(this.#cursor);
    this.#wide = walk;
    for (let looks = 0; looks < mostLooks; ) {
      const position = walk.next();
      if (position === undefined) return undefined;
      if (this.#isLong()) await turn();
      if (!this.#mayGo(position)) continue;
      const known = this.#known.get(position);
      if (known !== undefined && this.#groups.has(known)) continue;
      looks += 1;
      const lease = await this.#cursor.takeAt(position);
      if (lease === undefined) continue;
      const group = groupKey({ tenant: lease.record.tenant, service: serviceOf(lease.record, readRequest(lease.record)) });
      if (!this.#groups.has(group)) return lease;
      remember(this.#known, position, group, most);
      lease.release(0);
    }
    return undefined;
  }

  async #untried(): Promise<Lease | undefined> {
    const walk = this.#narrow ?? new Walk(this.#cursor);
    this.#narrow = walk;
    for (let position = walk.next(); position !== undefined; position = walk.next()) {
      if (this.#isLong()) await turn();
      const lease = this.#mayGo(position) ? await this.#cursor.takeAt(position) : undefined;
      if (lease !== undefined) return lease;
    }
    return undefined;
  }

  /** Whether others should run before the next step: most of a long backlog may be of tenants that are held. */
  #isLong(): boolean {
    this.#steps += 1;
    return this.#steps % workPerTurn === 0;
  }

  #mayGo(position: number): boolean {
    if (this.#tried.has(position)) return false;
    const tenant = this.#cursor.tenantAt(position);
    return tenant !== undefined && !this.#isHeld(tenant);
  }
}

/** Over the positions in line: those that came since the last step first, then from the front and from the back in turn, each once. */
class Walk {
  readonly #cursor: Cursor;
  #front: number;
  #back: number;
  #arrived: number;
  #turn = false;

  constructor(cursor: Cursor) {
    this.#cursor = cursor;
    this.#front = cursor.line.first ?? 0;
    this.#back = cursor.line.last ?? -1;
    this.#arrived = this.#back + 1;
  }

  next(): number | undefined {
    const fresh = this.#cursor.inLine(this.#arrived);
    if (fresh !== undefined) {
      this.#arrived = fresh + 1;
      return fresh;
    }
    if (this.#front > this.#back) return undefined;
    this.#turn = !this.#turn;
    return this.#turn ? this.#fromFront() : this.#fromBack();
  }

  #fromFront(): number | undefined {
    const position = this.#cursor.inLine(this.#front);
    if (position === undefined || position > this.#back) {
      this.#front = this.#back + 1;
      return undefined;
    }
    this.#front = position + 1;
    return position;
  }

  #fromBack(): number | undefined {
    const position = this.#cursor.inLineBelow(this.#back);
    if (position === undefined || position < this.#front) {
      this.#back = this.#front - 1;
      return undefined;
    }
    this.#back = position - 1;
    return position;
  }
}

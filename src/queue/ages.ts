import { Heap } from './heap.ts';

/**
 * Finds the oldest record of a line. Records mostly arrive in the order of their age, and then the lowest position is the oldest: only those
 * that are older than one before them (a replay, what is left of a split, requests that overtook each other, a clock that was set back) are
 * kept in a heap. A record that is not in it is no older than any such record at a lower position; so the oldest of all is either the
 * first of the line or the first of the heap.
 */
export class Ages {
  readonly #late = new Heap<number>();
  #newest = Number.NEGATIVE_INFINITY;

  /** A position enters the line. */
  enter(position: number, receivedAt: number): void {
    if (receivedAt < this.#newest) this.#late.set(position, receivedAt);
    else this.#newest = receivedAt;
  }

  /** It leaves the line. */
  leave(position: number): void {
    this.#late.delete(position);
  }

  /** The oldest of the line, given its lowest position and when that was received. */
  oldest(first: number, receivedAt: number): { readonly position: number; readonly receivedAt: number } {
    const late = this.#late.first;
    const lateReceivedAt = this.#late.lowest;
    if (late === undefined || lateReceivedAt > receivedAt || (lateReceivedAt === receivedAt && late > first))
      return { position: first, receivedAt };
    return { position: late, receivedAt: lateReceivedAt };
  }
}

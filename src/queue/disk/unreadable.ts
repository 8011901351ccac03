import { isBadSector } from './files.ts';

/** A record that failed so often while the disk worked is taken for damaged. */
const mostFailures = 10;

/**
 * Tells a record whose bytes are gone from a disk, or a process, that cannot read now. Only what the device itself says of the bytes (EIO)
 * speaks against a record, never want of file descriptors or rights; and only once for each sign that the disk works otherwise, so that a disk
 * that fails as a whole, however long, condemns nothing.
 */
export class Unreadable {
  /** By position: how often it failed, and how many signs there had been at the last time. */
  readonly #failures = new Map<number, { readonly count: number; readonly signs: number }>();
  #signs = 0;

  /** The disk took or gave something. */
  worked(): void {
    this.#signs += 1;
  }

  /** The record could be read, or is gone. */
  forget(position: number): void {
    this.#failures.delete(position);
  }

  /** The record could not be read: whether it is damaged. */
  failed(position: number, why: unknown): boolean {
    const before = this.#failures.get(position);
    if (!isBadSector(why) || before?.signs === this.#signs) return false;
    const count = (before?.count ?? 0) + 1;
    if (count < mostFailures) this.#failures.set(position, { count, signs: this.#signs });
    else this.forget(position);
    return count >= mostFailures;
  }
}

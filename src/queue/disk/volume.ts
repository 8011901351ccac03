import type { Logger, Shared } from '../../core/component.ts';

/** The queues on one volume: together they should fit on it. */
export class Volume implements Shared {
  readonly #totalBytes: number;
  readonly #sizes = new Map<string, number>();
  #warned = false;

  constructor(totalBytes: number) {
    this.#totalBytes = totalBytes;
  }

  /** A queue in this directory may take so much. Warns once when the sum is more than there is. */
  claim(dir: string, sizeBytes: number, log: Logger): void {
    this.#sizes.set(dir, sizeBytes);
    const claimedBytes = [...this.#sizes.values()].reduce((sum, bytes) => sum + bytes, 0);
    if (claimedBytes <= this.#totalBytes || this.#warned) return;
    this.#warned = true;
    log.warn('queues may grow larger than their volume: lower max_size, or give them a larger one', {
      dirs: [...this.#sizes.keys()],
      max_size_bytes: claimedBytes,
      volume_bytes: this.#totalBytes,
    });
  }

  unclaim(dir: string): void {
    this.#sizes.delete(dir);
  }

  async close(): Promise<void> {}
}

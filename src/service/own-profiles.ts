import { Invalid } from '../core/errors.ts';
import type { ProfileBatch } from '../core/profile.ts';

// What an exporter of ours calls itself: the SDK in this process has another name.
const ourAgent = /^flamegate\//i;

/** Ends the loop of a gateway whose own profiles come back by one of its endpoints. Throws Invalid, so that the endpoint does not try again. */
export class LoopGuard {
  readonly #tag: string;
  readonly #instance: string;

  /** `tag`: the label that says of which process a profile is; `instance`: this one. */
  constructor(tag: string, instance: string) {
    this.#tag = tag;
    this.#instance = instance;
  }

  check({ origin, series }: ProfileBatch): void {
    if (!ourAgent.test(origin.agent)) return;
    if (series.some(({ labels }) => labels.get(this.#tag) === this.#instance)) {
      throw new Invalid('labels', "these are this gateway's own profiles, come back to it: one of its endpoints leads to itself");
    }
  }
}

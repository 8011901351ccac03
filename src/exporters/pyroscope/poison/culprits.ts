import type { Clock } from '../../../core/clock.ts';
import { remember } from '../pacing/bounded.ts';

/** After so many poisonous profiles of one service, refused in the same words, the next one is suspected from the start. */
const poisonsToSuspect = 3;
/** Tries of a profile that is suspected from the start. */
const triesOfSuspect = 2;
const memoryMs = 3_600_000;
const most = 1000;

interface Culprit {
  poisons: number;
  forgetAt: number;
}

/** Services whose profiles an endpoint cannot digest, and in which words it says so. */
export class Culprits {
  readonly #clock: Clock;
  readonly #known = new Map<string, Culprit>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** A profile of this service turned out poisonous. */
  note(service: string, words: string): void {
    const key = keyOf(service, words);
    const poisons = (this.#live(key)?.poisons ?? 0) + 1;
    remember(this.#known, key, { poisons, forgetAt: this.#clock.monotonic() + memoryMs }, most);
  }

  /** How many tries a profile of this service gets that was refused in these words. */
  tries(service: string, words: string, usual: number): number {
    if (this.#known.size === 0) return usual;
    const poisons = this.#live(keyOf(service, words))?.poisons ?? 0;
    return poisons >= poisonsToSuspect ? Math.min(usual, triesOfSuspect) : usual;
  }

  #live(key: string): Culprit | undefined {
    const culprit = this.#known.get(key);
    return culprit !== undefined && culprit.forgetAt > this.#clock.monotonic() ? culprit : undefined;
  }
}

/** Words with digits in them, such as numbers and ids, differ from profile to profile; the rest of a complaint does not. */
function keyOf(service: string, words: string): string {
  return `${service}\0${words.replace(/[\w-]*\d[\w-]*/g, '#')}`;
}

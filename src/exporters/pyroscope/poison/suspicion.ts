import type { Clock } from '../../../core/clock.ts';
import { type Answer, wordsOf } from '../attempt/answer.ts';
import type { Verdict } from '../attempt/verdict.ts';
import { Culprits } from './culprits.ts';
import type { History } from './history.ts';
import { type Group, Neighbours } from './neighbours.ts';

/** What is held against a record that failed. */
export interface Suspicion {
  /** It looks like the record's own fault rather than the endpoint's. */
  readonly likely: boolean;
  /** It has had its tries: it is poison. */
  readonly poison: boolean;
}

/** Failures without a neighbour that was taken in between count only so many times: they may have been an outage. */
const mostUnshared = 5;
/** And so many have to be beside neighbours, where there are so many tries. */
const fewestBeside = 3;

const innocent: Suspicion = { likely: false, poison: false };

/** Tells a poisonous profile from an outage, at one endpoint. docs/delivery.md states the rule. */
export class Suspicions {
  readonly #clock: Clock;
  readonly #neighbours = new Neighbours();
  readonly #culprits: Culprits;

  constructor(clock: Clock) {
    this.#clock = clock;
    this.#culprits = new Culprits(clock);
  }

  /** A record of this tenant was taken, by an attempt that began then: that speaks against an outage. */
  taken(tenant: string, startedAt: number): void {
    this.#neighbours.taken(tenant, startedAt);
  }

  /** Another attempt of a record failed: counts it, where it may be the record's own fault. */
  weigh(history: History, group: Group, verdict: Verdict, answer: Answer): Suspicion {
    if (verdict.kind !== 'unclear' && verdict.kind !== 'limited' && verdict.kind !== 'misdirected') return innocent;
    const beside = history.failedAt !== undefined && this.#neighbours.takenSince(group, history.failedAt);
    history.failures += 1;
    if (beside) history.beside += 1;
    history.failedAt = this.#clock.monotonic();
    this.#neighbours.failed(group, history.failedAt);
    const tries = this.#culprits.tries(group.service, wordsOf(answer), verdict.tries);
    const counted = history.beside + Math.min(mostUnshared, history.failures - history.beside);
    return {
      likely: beside || tries < verdict.tries,
      poison: beside && counted >= tries && history.beside >= Math.min(fewestBeside, tries - 1),
    };
  }

  /** Whether others than this group's were taken since then, monotonic milliseconds. */
  othersTaken(group: Group, since: number): boolean {
    return this.#neighbours.takenSince(group, since);
  }

  /** A record of this service was poison. */
  condemned({ service }: Group, answer: Answer): void {
    this.#culprits.note(service, wordsOf(answer));
  }
}

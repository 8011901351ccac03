import type { Clock } from '../../core/clock.ts';
import type { Attempted } from './attempt.ts';
import { wordsOf } from './condition.ts';
import { Culprits } from './culprits.ts';
import { type Load, serviceOf } from './load.ts';
import { Neighbours } from './neighbours.ts';

/** What is held against a record that failed. */
export interface Suspicion {
  /** Failures from which on it is its own fault. */
  readonly tries: number;
  /** Failures while others were taken, this one included. */
  readonly failures: number;
  /** Whether it looks like the record's own fault rather than the endpoint's. */
  readonly likely: boolean;
}

/** Tells a poisonous profile from an outage, at one endpoint. */
export class Suspicions {
  readonly #clock: Clock;
  readonly #neighbours = new Neighbours();
  readonly #culprits: Culprits;

  constructor(clock: Clock) {
    this.#clock = clock;
    this.#culprits = new Culprits(clock);
  }

  /** A record was taken, which speaks against an outage from then on. */
  taken({ record }: Load, startedAt: number): void {
    this.#neighbours.taken(record.tenant, startedAt);
  }

  /**
   * What is held against a record after an attempt. Where it failed in a way that may be its own fault: while nobody else is taken, or the endpoint counts as down, nothing is held against
   * it: counting begins again with the first failure that a neighbour does not share.
   */
  weigh(load: Load, position: number, { answer, judgement, startedAt }: Attempted, endpointDown: boolean): Suspicion {
    const { record, attempts } = load;
    if (judgement.fault !== 'ambiguous' && judgement.fault !== 'limit') {
      return { tries: judgement.tries, failures: attempts.suspect, likely: false };
    }
    const { suspectSince } = attempts;
    const likely = suspectSince !== undefined && !endpointDown && this.#neighbours.takenSince(record.tenant, position, suspectSince);
    if (likely) attempts.suspect += 1;
    else {
      attempts.suspectSince = this.#clock.monotonic();
      attempts.suspect = 1;
    }
    this.#neighbours.failed(record.tenant, position, startedAt);
    const tries = this.#culprits.tries(() => serviceOf(load), wordsOf(answer), judgement.tries);
    return { tries, failures: attempts.suspect, likely: likely || tries < judgement.tries };
  }

  /** Whether others were taken since then, monotonic milliseconds. */
  othersTaken({ record }: Load, position: number, since: number): boolean {
    return this.#neighbours.takenSince(record.tenant, position, since);
  }

  /** It was poison. */
  condemned(load: Load, words: string): void {
    this.#culprits.note(serviceOf(load), words);
  }
}

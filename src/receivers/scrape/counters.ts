import type { Host } from '../../core/component.ts';
import { Failed, Invalid, Refused } from '../../core/errors.ts';

/** Why a scrape has failed: the label `reason`. */
export const failureReasons = [
  'network',
  'timeout',
  'credentials',
  'too_large',
  'cut',
  'status',
  'content',
  'refused',
  'not_delivered',
] as const;
export type FailureReason = (typeof failureReasons)[number];

/** Why a scrape that was due was not begun, or was given up for want of room: the label `reason`. */
export const skipReasons = ['busy', 'back_pressure', 'memory'] as const;
export type SkipReason = (typeof skipReasons)[number];

interface Count {
  value: number;
}

// Refusals that a scraped profile can meet; they are there from the start, as those of every receiver.
const refusals = ['rate', 'queue_full', 'disk', 'memory', 'draining', 'broker', 'malformed', 'labels', 'too_large', 'endpoint', 'bug'];

/** What a scrape receiver counts. */
export class ScrapeCounters {
  readonly received: Count;
  readonly receivedBytes: Count;
  readonly scraped: Count;
  readonly failed: ReadonlyMap<FailureReason, Count>;
  readonly skipped: ReadonlyMap<SkipReason, Count>;
  readonly duration: { observe(seconds: number): void };
  readonly lateness: { observe(seconds: number): void };
  readonly #refused: ReadonlyMap<string, Count>;

  constructor({ id, metrics }: Host) {
    const receiver = { receiver: id };
    const by = <R extends string>(name: string, help: string, reasons: readonly R[]): ReadonlyMap<R, Count> =>
      new Map(reasons.map((reason) => [reason, metrics.counter(name, help, { ...receiver, reason })]));
    const scrape = { ...receiver, protocol: 'scrape' };
    this.received = metrics.counter('flamegate_receiver_received_profiles_total', 'Profiles that arrived and could be read.', scrape);
    this.receivedBytes = metrics.counter(
      'flamegate_receiver_received_bytes_total',
      'Bytes of these profiles, as the sender made them.',
      scrape,
    );
    this.#refused = by('flamegate_receiver_refused_profiles_total', 'Profiles that were read and then refused.', refusals);
    this.scraped = metrics.counter(
      'flamegate_scrape_profiles_total',
      'Answers of targets that were a profile, first ones included.',
      receiver,
    );
    this.failed = by('flamegate_scrape_failed_total', 'Scrapes that brought no profile, or one that was not taken.', failureReasons);
    this.skipped = by(
      'flamegate_scrape_skipped_total',
      'Scrapes that were due and not begun, or for whose answer there was no room.',
      skipReasons,
    );
    const seconds = [0.01, 0.05, 0.1, 0.5, 1, 5, 15, 30, 60];
    this.duration = metrics.histogram('flamegate_scrape_duration_seconds', 'From the request to the end of the answer.', seconds, receiver);
    this.lateness = metrics.histogram('flamegate_scrape_lateness_seconds', 'How late a scrape began.', seconds, receiver);
  }

  /** A profile that was read and that nobody downstream took. */
  refused(why: unknown): void {
    const reason = why instanceof Refused || why instanceof Invalid ? why.reason : why instanceof Failed ? 'endpoint' : 'bug';
    const count = this.#refused.get(reason);
    if (count !== undefined) count.value += 1;
  }

  fail(reason: FailureReason): void {
    const count = this.failed.get(reason);
    if (count !== undefined) count.value += 1;
  }

  skip(reason: SkipReason, times: number): void {
    const count = this.skipped.get(reason);
    if (count !== undefined) count.value += times;
  }
}

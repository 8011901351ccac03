import type { Failed } from '../../../core/errors.ts';
import { type Answer, wordsOf } from '../attempt/answer.ts';
import { Attempt } from '../attempt/attempt.ts';
import { failedOf } from '../attempt/failed.ts';
import type { Verdict, VerdictKind } from '../attempt/verdict.ts';
import { backoffMs } from '../pacing/backoff.ts';
import { countSeries } from '../request/request.ts';
import { type Part, partsOf } from '../request/split.ts';
import type { Condition } from './condition.ts';
import { decideWaiting } from './decide.ts';
import { factsOf } from './facts.ts';
import type { Counts } from './metrics.ts';
import type { InForce } from './state.ts';
import type { Waiting } from './waiting.ts';

/** What the delivery of one record to one endpoint needs, for which a sender waits. */
export interface DirectParts extends Pick<InForce, 'host' | 'settings'> {
  readonly condition: Condition;
  /** The endpoint's, whatever it is when something ends. */
  readonly counts: () => Counts;
  /** Whoever waits for it. */
  readonly waiting: Pick<Waiting, 'deadlineAt' | 'settle'>;
  /** It has ended. */
  readonly onEnd: (direct: Direct) => void;
}

/**
 * `ack: delivered`: one record on its way to one endpoint while its sender waits. Nothing else delays it, neither a queue nor what happens to
 * other pushes; it is tried as often as max_backoff_retries says, and ends early when its sender leaves. Goes on over a reload with the
 * settings it began with.
 */
export class Direct {
  readonly profiles: number;
  readonly #parts: DirectParts;
  readonly #sending: Part;
  #made = 0;
  #startedAt = 0;
  #attempt: Attempt | undefined;
  #cancelTimer: (() => void) | undefined;
  /** The series under way of a push that was split. */
  #part: Direct | undefined;
  #canceled = false;
  #ended = false;

  constructor(parts: DirectParts, sending: Part) {
    this.#parts = parts;
    this.#sending = sending;
    this.profiles = sending.record.profiles;
  }

  /** Begins at once. */
  start(): void {
    this.#parts.settings.use();
    this.#startedAt = this.#parts.host.clock.monotonic();
    this.#send();
  }

  /** The sender has left, or the process ends: the attempt under way is cut, no other begins. */
  cancel(): void {
    if (this.#ended || this.#canceled) return;
    this.#canceled = true;
    if (this.#part !== undefined) this.#part.cancel();
    else if (this.#attempt !== undefined) this.#attempt.cancel();
    else {
      this.#cancelTimer?.();
      this.#tell({ kind: 'aborted' }, undefined);
    }
  }

  #send(): void {
    const { settings, waiting } = this.#parts;
    this.#made += 1;
    if (this.#made > 1) settings.attempts.metrics.retried();
    this.#attempt = new Attempt(
      settings.attempts,
      { ...this.#sending, attempt: this.#made, deadlineAt: waiting.deadlineAt },
      (answer, verdict) => {
        this.#attempt = undefined;
        if (verdict.kind === 'taken') this.#taken();
        else this.#notTaken(answer, verdict);
      },
    );
  }

  #taken(): void {
    const { record, request } = this.#sending;
    this.#parts.condition.taken(record.tenant);
    this.#parts.counts().delivered(record.profiles, request.rawBytes, this.#ageMs);
    const { host, settings } = this.#parts;
    host.log.debug('profiles are delivered', () => ({ ...factsOf(this.#sending, settings.name), attempts: this.#made }));
    this.#end(undefined);
  }

  #notTaken(answer: Answer, verdict: Verdict): void {
    const { host, settings, condition } = this.#parts;
    const { record, request } = this.#sending;
    if (verdict.kind === 'denied' || verdict.kind === 'misdirected') condition.faulty(verdict.kind, record.tenant, answer);
    const action = decideWaiting({
      verdict,
      attempt: this.#made,
      maxAttempts: settings.maxAttempts,
      series: countSeries(record, request.kind),
      backoffMs: backoffMs(settings.periods, this.#made, host.random),
      retryAfterMs: answer.kind === 'refused' ? answer.retryAfterMs : undefined,
    });
    if (this.#canceled || action.kind === 'tell') this.#tell(answer, verdict.kind);
    else if (action.kind === 'split') this.#split();
    else {
      if (verdict.kind !== 'denied' && verdict.kind !== 'misdirected') condition.missed(answer);
      this.#cancelTimer = host.clock.after(action.afterMs, () => {
        this.#cancelTimer = undefined;
        this.#send();
      });
    }
  }

  /** Each series on its own, one after the other: the sender hears of the first that failed. */
  #split(): void {
    const { waiting } = this.#parts;
    const parts = partsOf(this.#sending);
    let firstFailed: Failed | undefined;
    const next = (): void => {
      const part = parts.shift();
      if (part === undefined) {
        this.#end(firstFailed);
        return;
      }
      const settle = (failed?: Failed): void => {
        firstFailed ??= failed;
        next();
      };
      this.#part = new Direct({ ...this.#parts, waiting: { deadlineAt: waiting.deadlineAt, settle }, onEnd: () => undefined }, part);
      this.#part.start();
      if (this.#canceled) this.#part.cancel();
    };
    next();
  }

  #tell(answer: Answer, verdict: VerdictKind | undefined): void {
    const { settings, host, counts } = this.#parts;
    const { record, request } = this.#sending;
    const reason = answer.kind === 'aborted' ? 'canceled' : 'gave_up';
    counts().dropped(record.profiles, request.rawBytes, reason);
    const facts = { endpoint: settings.name, reason, attempts: this.#made, answer: wordsOf(answer) };
    host.log.debug('a profile was not delivered', facts);
    if (answer.kind === 'taken') throw new Error('unreachable: what was taken has not failed');
    this.#end(failedOf(answer, { endpoint: settings.name, url: settings.url, kind: request.kind, attempts: this.#made, verdict }));
  }

  #end(failed: Failed | undefined): void {
    const { settings, waiting, counts, host, onEnd } = this.#parts;
    this.#ended = true;
    counts().url?.ended(this.#sending.request.kind, host.clock.monotonic() - this.#startedAt);
    settings.release();
    onEnd(this);
    waiting.settle(failed);
  }

  /** It was received just before it began. */
  get #ageMs(): number {
    return this.#parts.host.clock.monotonic() - this.#startedAt;
  }
}

import type { DeadReason } from '../../core/account.ts';
import { type Failed, messageOf } from '../../core/errors.ts';
import { type Cursor, type Lease, type LogRecord, recordSize } from '../../queue/log.ts';
import type { Answer, Judgement } from './answer.ts';
import { AttemptBook } from './attempts.ts';
import type { Books } from './books.ts';
import { longestProbeMs } from './breaker.ts';
import type { Action, Postponement } from './decide.ts';
import type { Endings } from './endings.ts';
import type { Gate, Pass } from './gate.ts';
import { countSeries, type Job, type Load, readRequest, type SendableRequest } from './load.ts';
import type { Outcome } from './outcome.ts';
import { joinParts, type PartOutcome, partsOf, sendParts } from './split.ts';
import { type TrialParts, Trials, type Tried } from './trial.ts';
import { verdictOf } from './verdict.ts';
import type { Waitings } from './waiting.ts';

/** What deliveries at one endpoint need. */
export interface DeliveryParts extends TrialParts {
  readonly name: string;
  /** Without user-info. */
  readonly url: string;
  /** Infinity with `ack: delivered`. */
  readonly maxAgeMs: number;
  readonly gate: Gate;
  readonly books: Books;
  readonly endings: Endings;
  readonly waitings: Waitings;
}

const storeAgainMs = 1000;

/** What an endpoint does with a record that it has taken from the log: one attempt, and what follows from it. */
export class Delivery {
  readonly #parts: DeliveryParts;
  readonly #cursor: Cursor;
  readonly #trials: Trials;
  readonly #attempts = new AttemptBook();

  constructor(parts: DeliveryParts, cursor: Cursor) {
    this.#parts = parts;
    this.#cursor = cursor;
    this.#trials = new Trials(parts, cursor);
  }

  /** Records that are being tried or wait for another attempt. */
  get unfinished(): number {
    return this.#attempts.size;
  }

  /** Resolves when the lease has ended. Rejects for bugs only, and then the lease may still be open. */
  async run(lease: Lease, pass: Pass): Promise<void> {
    try {
      await this.#run(this.#job(lease), pass);
    } finally {
      pass.leave();
    }
  }

  async #run(job: Job, pass: Pass): Promise<void> {
    const untried = this.#endingWithoutAttempt(job);
    if (untried !== undefined) {
      pass.leave();
      await untried();
      return;
    }
    job.attempts.made += 1;
    if (job.attempts.made > 1) this.#parts.books.retried();
    const tried = await this.#try(job, pass);
    const series = tried.judgement.fault === 'none' ? 1 : countSeries(job); // only a failure asks
    const action = this.#trials.decide(job, tried, series);
    // A split goes on sending, in the place and with the bytes of the whole.
    if (action.kind !== 'split') pass.leave();
    await this.#act(action, job, tried);
  }

  /** Too old, whether it was ever tried or not. False when it cannot be buried now and stands in line again. */
  expire(lease: Lease): Promise<boolean> {
    const job = this.#job(lease);
    return this.#bury(job, 'expired', job.attempts.last);
  }

  /** The process ends, and its log with it. */
  async drop(lease: Lease): Promise<boolean> {
    const job = this.#job(lease);
    if (job.waiting !== undefined) this.#giveUp(job, { kind: 'aborted' }, undefined);
    else {
      this.#parts.endings.lost(job);
      this.#end(job, undefined);
    }
    return true;
  }

  #job(lease: Lease): Job {
    const { record } = lease;
    return {
      lease,
      record,
      request: readRequest(record) ?? unreadable,
      attempts: this.#attempts.of(lease, this.#parts.host.clock.monotonic()),
      waiting: this.#parts.waitings.get(record),
    };
  }

  /** What to do with a record that must not be sent now; undefined when it may. */
  #endingWithoutAttempt(job: Job): (() => Promise<unknown>) | undefined {
    const { clock } = this.#parts.host;
    const { lease, record, request, attempts, waiting } = job;
    if (waiting?.signal.aborted) return async () => this.#giveUp(job, { kind: 'aborted' }, undefined);
    if (request === unreadable) return () => this.#bury(job, 'rejected', unreadableAnswer);
    if (clock.now() - record.receivedAt >= this.#parts.maxAgeMs) return () => this.#bury(job, 'expired', attempts.last);
    const earlyMs = attempts.notBefore - clock.monotonic();
    return earlyMs > 0 ? async () => lease.release(earlyMs, waiting?.signal) : undefined;
  }

  /** An attempt of the record as a whole, of which the gate learns at once. */
  async #try(job: Job, pass: Pass): Promise<Tried> {
    const { gate } = this.#parts;
    pass.load(recordSize(job.record));
    const tried = await this.#trials.attempt(job, job.lease.position, job.waiting, () => gate.open);
    pass.tell(outcomeOf(tried));
    return tried;
  }

  async #act(action: Action, job: Job, tried: Tried): Promise<void> {
    switch (action.kind) {
      case 'delivered':
        this.#parts.endings.delivered(job);
        return this.#end(job, undefined);
      case 'bury':
        if (action.reason === 'poison') this.#trials.condemned(job, tried);
        await this.#bury(job, action.reason, tried.answer);
        return;
      case 'give_up':
        return this.#giveUp(job, tried.answer, tried.judgement);
      case 'split':
        return this.#split(job);
      case 'retry':
      case 'hold':
      case 'rest':
        return this.#postpone(action, job, tried);
      default:
        throw new Error(`unreachable: ${action satisfies never}`);
    }
  }

  #postpone(action: Postponement, { lease, attempts, record, waiting }: Job, { answer, judgement }: Tried): void {
    const { gate, condition } = this.#parts;
    if (judgement.fault === 'aborted') attempts.made -= 1;
    this.#pauseOthers(action, record.tenant);
    if (gate.open) condition.down(answer);
    // While the endpoint is down the breaker sets the pace, and whoever is free goes ahead as its probe.
    lease.release(gate.open ? Math.min(action.afterMs, longestProbeMs) : action.afterMs, waiting?.signal);
  }

  #pauseOthers(action: Postponement, tenant: string): void {
    if (action.kind === 'hold') this.#trials.hold(tenant, action.othersAfterMs);
    if (action.kind === 'rest') this.#parts.gate.rest(action.othersAfterMs);
  }

  async #bury(job: Job, reason: DeadReason, answer: Answer | undefined): Promise<boolean> {
    const buried = await this.#buried(job, reason, answer);
    if (buried) this.#end(job, undefined);
    else job.lease.release(storeAgainMs, job.waiting?.signal);
    return buried;
  }

  /** False when the dead letters cannot take it now. */
  async #buried(load: Load, reason: DeadReason, answer: Answer | undefined): Promise<boolean> {
    try {
      await this.#parts.endings.buried(load, reason, answer);
      return true;
    } catch (why) {
      this.#parts.host.log.warn('a dead letter could not be stored and will be tried again', {
        endpoint: this.#parts.name,
        why: messageOf(why),
      });
      return false;
    }
  }

  #giveUp(job: Job, answer: Answer, judgement: Judgement | undefined): void {
    this.#parts.endings.dropped(job, answer);
    this.#end(job, this.#verdict(job, answer, judgement));
  }

  #verdict(load: Load, answer: Answer, judgement: Judgement | undefined): Failed | undefined {
    const { name, url } = this.#parts;
    if (answer.kind === 'taken') return undefined;
    return verdictOf(answer, { endpoint: name, url, kind: load.request.kind, attempts: load.attempts.made, judgement });
  }

  #end({ lease, waiting }: Job, failed: Failed | undefined): void {
    this.#attempts.end(lease.position);
    lease.done();
    waiting?.settle(failed);
  }

  /** Series by series within the lease; what has to wait goes back as one record for this endpoint alone. */
  async #split(job: Job): Promise<void> {
    const { clock } = this.#parts.host;
    const since = clock.monotonic();
    let afterMs = 0;
    const parts = partsOf(job);
    const left = await sendParts(parts, async (part): Promise<PartOutcome> => {
      const tried = await this.#trials.attempt(part, job.lease.position, job.waiting, () => false);
      const action = this.#trials.decide(part, tried, 1);
      switch (action.kind) {
        case 'delivered':
          this.#parts.endings.delivered(part);
          return { kind: 'taken' };
        case 'give_up':
          this.#parts.endings.dropped(part, tried.answer);
          job.waiting?.note(this.#verdict(part, tried.answer, tried.judgement));
          return { kind: 'ended' };
        case 'bury': {
          const condemn = (): Promise<boolean> => this.#buried(part, action.reason, tried.answer);
          const certain = action.reason !== 'poison' || this.#trials.othersTaken(part, job.lease.position, since);
          if (!certain) return { kind: 'unclear', condemn };
          return { kind: (await condemn()) ? 'ended' : 'wait' };
        }
        case 'split':
          throw new Error('unreachable: one series is not split');
        case 'retry':
        case 'hold':
        case 'rest':
          this.#pauseOthers(action, part.record.tenant);
          afterMs = action.afterMs;
          return { kind: 'wait' };
        default:
          throw new Error(`unreachable: ${action satisfies never}`);
      }
    });
    if (left.length === 0) return this.#end(job, undefined);
    if (left.length === parts.length) return job.lease.release(afterMs, job.waiting?.signal);
    job.attempts.notBefore = clock.monotonic() + afterMs;
    await this.#putBack(job, joinParts(left, job, this.#cursor.name));
  }

  async #putBack({ lease, waiting }: Job, rest: LogRecord): Promise<void> {
    const { host, waitings, abandon, name } = this.#parts;
    if (waiting !== undefined) waitings.set(rest, waiting);
    this.#attempts.bequeath(lease.position, rest);
    for (;;) {
      try {
        return await lease.replace(rest);
      } catch (why) {
        host.log.warn('what is left of a push could not be stored and will be tried again', { endpoint: name, why: messageOf(why) });
      }
      try {
        await host.clock.sleep(storeAgainMs, abandon);
      } catch {
        return lease.release(0); // the process ends: the next one sends the whole push again
      }
    }
  }
}

/** Stands for the request of a record whose head cannot be read. */
const unreadable: SendableRequest = {
  kind: 'push',
  path: '',
  query: '',
  contentTypes: [],
  rawBytes: 0,
  trace: undefined,
  receiver: '',
  dead: undefined,
};
const unreadableAnswer: Answer = {
  kind: 'refused',
  status: 0,
  code: 0,
  message: 'the head of the record cannot be read: it is damaged, or another build wrote it',
  webPage: false,
  retryAfterMs: undefined,
};

function outcomeOf({ judgement, suspicion }: Tried): Outcome {
  switch (judgement.fault) {
    case 'none':
      return 'taken';
    case 'record':
    case 'tenant':
      return 'answered';
    case 'limit':
    case 'ambiguous':
      return suspicion.likely ? 'answered' : 'failed';
    case 'later':
      return 'failed';
    case 'endpoint':
      return 'down';
    case 'aborted':
      return 'nothing';
    default:
      throw new Error(`unreachable: ${judgement.fault satisfies never}`);
  }
}

import { messageOf } from '../../../core/errors.ts';
import { type Lease, type LogRecord, recordSize } from '../../../queue/log.ts';
import { type Answer, wordsOf } from '../attempt/answer.ts';
import { Attempt } from '../attempt/attempt.ts';
import type { Verdict } from '../attempt/verdict.ts';
import { backoffMs } from '../pacing/backoff.ts';
import { longestProbeMs } from '../pacing/breaker.ts';
import type { Lane } from '../pacing/gate.ts';
import { groupOf, isUnclear, type Miss } from '../poison/evidence.ts';
import type { History } from '../poison/history.ts';
import { groupKey } from '../poison/neighbours.ts';
import { countSeries, readRequest } from '../request/request.ts';
import { joinParts, type Part, type PartOutcome, partsOf, sendParts } from '../request/split.ts';
import type { Cause } from './dead-letters.ts';
import type { QueuedAction } from './decide.ts';
import { factsOf } from './facts.ts';
import type { Settings } from './settings.ts';
import type { EndpointState } from './state.ts';

/** A record on its way, taken out of the queue. */
interface Job extends Part {
  readonly lease: Lease;
  readonly lane: Lane;
  readonly settings: Settings;
  readonly history: History | undefined;
  readonly bytes: number;
}

/** One that has failed. */
type FailedJob = Job & { readonly history: History };

type Again = QueuedAction & { readonly kind: 'again' };

/** After a bug, and when the dead letters or the queue cannot be written, it is tried again so much later. */
const againMs = 1000;
/** A suspect gets its tries soon: whether it is poison should not take as long as max_backoff_period may say. */
const longestSuspectMs = 5000;
const unreadable: Answer = {
  kind: 'refused',
  status: 0,
  code: 0,
  message: 'the head of the record cannot be read: it is damaged, or another build wrote it',
  webPage: false,
  retryAfterMs: undefined,
};

/** What one endpoint does with a record that it has taken out of its queue: an attempt, and what follows from it. */
export class Handling {
  readonly #state: EndpointState;
  readonly #onDone: (lane: Lane) => void;
  readonly #attempts = new Set<Attempt>();
  #inHand = 0;

  /** `onDone`: a record that came in this lane has ended or gone back in line. */
  constructor(state: EndpointState, onDone: (lane: Lane) => void) {
    this.#state = state;
    this.#onDone = onDone;
  }

  /** Records that are being sent, split or made a dead letter. */
  get inHand(): number {
    return this.#inHand;
  }

  /** Ends the attempts under way; their records go back in line. */
  cancel(): void {
    for (const attempt of [...this.#attempts]) attempt.cancel();
  }

  /** One attempt, or the end of a record that must not be sent. `onDone` is called when that is over, never before this returns. */
  handle(lease: Lease, lane: Lane): void {
    const { gate, evidence, inForce, host } = this.#state;
    const { record, position } = lease;
    // Paused, paced or stopped while it was read.
    if (inForce === undefined || this.#state.stopped || (lane === 'line' && gate.closed)) {
      this.#putBack(lease, lane, 0);
      return;
    }
    const history = evidence.histories.find(position, record);
    const request = readRequest(record);
    const earlyMs = history === undefined || lane !== 'line' ? 0 : history.notBefore - host.clock.monotonic();
    if (request === undefined) this.#endUntried(lease, lane, { reason: 'rejected', attempts: 0, answer: unreadable });
    else if (lease.ageMs() >= inForce.maxAgeMs) {
      this.#endUntried(lease, lane, { reason: 'expired', attempts: history?.made ?? 0, answer: history?.last });
    } else if (earlyMs > 0) this.#putBack(lease, lane, earlyMs);
    else this.#send({ lease, record, request, lane, history, settings: inForce.settings, bytes: recordSize(record) });
  }

  /** It is too old: a dead letter. False when that cannot be stored now and it stands in line again. Never rejects. */
  expire(lease: Lease): Promise<boolean> {
    const history = this.#state.evidence.histories.find(lease.position, lease.record);
    return this.#deadLetter(lease, { reason: 'expired', attempts: history?.made ?? 0, answer: history?.last });
  }

  #send(job: Job): void {
    const { gate, evidence } = this.#state;
    const { record, request, lane, history, settings, bytes } = job;
    const attempt = (history?.made ?? 0) + 1;
    if (attempt > 1) settings.attempts.metrics.retried();
    evidence.tenants.probe(record.tenant);
    gate.begin(lane, bytes);
    this.#inHand += 1;
    settings.use();
    const begun: Attempt = new Attempt(settings.attempts, { record, request, attempt }, (answer, verdict) => {
      this.#attempts.delete(begun);
      try {
        if (verdict.kind === 'taken') this.#taken(job, begun.startedAt);
        else this.#missed(job, { answer, verdict, startedAt: begun.startedAt });
      } catch (why) {
        this.#state.report(why);
        giveBack(job.lease);
        this.#done(job);
      }
    });
    this.#attempts.add(begun);
  }

  #taken(job: Job, startedAt: number): void {
    const { gate, evidence, condition, counts, host } = this.#state;
    const { lease, record, request, lane, history, bytes } = job;
    gate.taken(lane, bytes);
    evidence.taken(record.tenant, startedAt);
    condition.taken(record.tenant);
    counts.delivered(record.profiles, request.rawBytes, lease.ageMs());
    counts.url?.ended(request.kind, host.clock.monotonic() - (history?.since ?? startedAt));
    host.log.debug('profiles are delivered', () => ({
      ...factsOf(job, this.#state.name),
      attempts: (history?.made ?? 0) + 1,
      age_ms: Math.round(lease.ageMs()),
    }));
    this.#end(lease);
    this.#done(job);
  }

  /** Everything but a plain yes. */
  #missed(untried: Job, miss: Miss): void {
    const { gate, evidence, condition, host } = this.#state;
    const { verdict, answer, startedAt } = miss;
    const history = untried.history ?? evidence.histories.begin(untried.lease.position, startedAt);
    const job: FailedJob = { ...untried, history };
    const { lease, lane, record, request, settings } = job;
    const { action, isSuspect } = evidence.judge(job, lease, history, miss, settings, countSeries(record, request.kind), host.random);
    // What an earlier configuration came to says nothing of this one.
    const isCurrent = settings === this.#state.inForce?.settings;
    if (isCurrent) {
      gate.missed(lane, verdict.kind as Exclude<Verdict['kind'], 'taken'>, startedAt, isSuspect); // as: #taken has the others
      if (verdict.kind === 'denied' || (verdict.kind === 'misdirected' && !isSuspect))
        condition.faulty(verdict.kind, record.tenant, answer);
    }
    switch (action.kind) {
      case 'split':
        void this.#split(job, verdict.kind !== 'rejected');
        return;
      case 'dead_letter':
        void this.#deadLetter(lease, { reason: action.reason, attempts: history.made, answer }).then(() => this.#done(job));
        return;
      case 'again':
        if (verdict.kind === 'canceled') history.made -= 1;
        if (isCurrent) this.#again(job, action, miss, isSuspect);
        else {
          evidence.suspects.end(lease.position);
          lease.release(0);
        }
        this.#done(job);
        return;
      default:
        throw new Error(`unreachable: ${action satisfies never}`);
    }
  }

  /** Back in line. What may be poison waits for its turn beside the line (poison/suspects.ts). */
  #again(job: FailedJob, action: Again, { answer, verdict }: Miss, isSuspect: boolean): void {
    const { gate, evidence, condition, host } = this.#state;
    const { lease, record, history } = job;
    this.#pauseOthers(action, record.tenant);
    if (gate.open) condition.down(answer);
    else if (!isSuspect && (isUnclear(verdict) || verdict.kind === 'down' || verdict.kind === 'limited')) condition.missed(answer);
    const standsAside = isUnclear(verdict) && !gate.open && (isSuspect || gate.takesLately);
    // While the endpoint is down the breaker sets the pace.
    const afterMs = Math.min(action.afterMs, standsAside ? longestSuspectMs : gate.open ? longestProbeMs : Number.POSITIVE_INFINITY);
    host.log.debug('profiles are not delivered yet', () => ({
      ...factsOf(job, this.#state.name),
      attempts: history.made,
      answer: wordsOf(answer),
      again_in_ms: Math.round(afterMs),
    }));
    history.notBefore = host.clock.monotonic() + afterMs;
    if (standsAside) lease.release(evidence.suspects.add(lease.position, groupKey(groupOf(job)), afterMs));
    else {
      evidence.suspects.end(lease.position);
      lease.release(afterMs);
    }
  }

  #pauseOthers({ holdMs, restMs }: Again, tenant: string): void {
    const { gate, evidence } = this.#state;
    if (holdMs !== undefined) evidence.tenants.hold(tenant, gate.open ? Math.min(holdMs, longestProbeMs) : holdMs);
    if (restMs !== undefined) gate.rest(restMs);
  }

  /** Series by series within the lease; what has to wait goes back as one record for this endpoint alone. Never rejects. */
  async #split(job: FailedJob, isPoison: boolean): Promise<void> {
    const { host, name } = this.#state;
    const { lease, history, settings } = job;
    try {
      const since = host.clock.monotonic();
      let afterMs = Math.min(backoffMs(settings.periods, history.made, host.random), longestSuspectMs);
      const left = await sendParts(partsOf(job), async (part) => {
        const outcome = await this.#sendPart(job, part, since, isPoison);
        if (outcome.kind === 'wait') afterMs = outcome.afterMs;
        return outcome;
      });
      if (left.length === 0) this.#end(lease);
      else {
        history.notBefore = host.clock.monotonic() + afterMs;
        await this.#putBackRest(lease, joinParts(left, job, name));
      }
    } catch (why) {
      this.#state.report(why);
      giveBack(lease);
    }
    this.#done(job);
  }

  async #sendPart(job: FailedJob, part: Part, since: number, isPoison: boolean): Promise<PartOutcome> {
    const { evidence, counts, host } = this.#state;
    const { history, settings, lease } = job;
    const { record, request } = part;
    const { answer, verdict, startedAt } = await this.#sendAlone(job, part);
    if (verdict.kind === 'taken') {
      evidence.taken(record.tenant, startedAt);
      counts.delivered(record.profiles, request.rawBytes, lease.ageMs());
      return { kind: 'taken' };
    }
    const cause = { attempts: history.made, answer };
    if (verdict.kind === 'rejected') {
      return { kind: (await this.#deadLettered(part, { reason: 'rejected', ...cause })) ? 'ended' : 'wait', afterMs: againMs };
    }
    if (isPoison && isUnclear(verdict)) {
      const condemn = (): Promise<boolean> => {
        evidence.condemned(groupOf(part), answer);
        return this.#deadLettered(part, { reason: 'poison', ...cause });
      };
      if (!evidence.othersTaken(part, since)) return { kind: 'unclear', condemn };
      return { kind: (await condemn()) ? 'ended' : 'wait', afterMs: againMs };
    }
    const action = evidence.decide(part, history.made, { answer, verdict, startedAt }, settings, 1, false, host.random);
    if (action.kind !== 'again') return { kind: 'wait', afterMs: againMs };
    this.#pauseOthers(action, record.tenant);
    return { kind: 'wait', afterMs: action.afterMs };
  }

  #sendAlone({ settings, history }: FailedJob, { record, request }: Part): Promise<Miss> {
    return new Promise((resolve) => {
      const begun: Attempt = new Attempt(settings.attempts, { record, request, attempt: history.made }, (answer, verdict) => {
        this.#attempts.delete(begun);
        resolve({ answer, verdict, startedAt: begun.startedAt });
      });
      this.#attempts.add(begun);
    });
  }

  async #putBackRest(lease: Lease, rest: LogRecord): Promise<void> {
    const { evidence, host, name } = this.#state;
    evidence.histories.bequeath(lease.position, rest);
    evidence.suspects.end(lease.position);
    while (!this.#state.stopped) {
      try {
        return await lease.replace(rest);
      } catch (why) {
        host.log.warn('what is left of a push could not be stored and will be tried again', { endpoint: name, why: messageOf(why) });
      }
      await host.clock.sleep(againMs);
    }
    lease.release(0); // the process ends: the next one sends the whole push again
  }

  #putBack(lease: Lease, lane: Lane, afterMs: number): void {
    if (lane === 'probe') this.#state.gate.withdrawn();
    lease.release(afterMs);
    this.#onDone(lane);
  }

  /** A record that must not be sent. */
  #endUntried(lease: Lease, lane: Lane, cause: Cause): void {
    if (lane === 'probe') this.#state.gate.withdrawn();
    this.#inHand += 1;
    void this.#deadLetter(lease, cause).then(() => {
      this.#inHand -= 1;
      this.#onDone(lane);
    });
  }

  /** Never rejects. False when the dead letters cannot take it now: it stands in line again. */
  async #deadLetter(lease: Lease, cause: Cause): Promise<boolean> {
    const { record, position } = lease;
    const { evidence, counts, host } = this.#state;
    const request = readRequest(record);
    const since = evidence.histories.find(position, record)?.since;
    if (!(await this.#deadLettered({ record, request }, cause))) {
      giveBack(lease);
      return false;
    }
    if (since !== undefined) counts.url?.ended(request?.kind ?? 'push', host.clock.monotonic() - since);
    this.#end(lease);
    return true;
  }

  async #deadLettered(
    { record, request }: Pick<Part, 'record'> & { readonly request: Part['request'] | undefined },
    cause: Cause,
  ): Promise<boolean> {
    const { deadLetters, host, name } = this.#state;
    try {
      await deadLetters.add(name, record, request, cause);
    } catch (why) {
      host.log.warn('a dead letter could not be stored and will be tried again', { endpoint: name, why: messageOf(why) });
      return false;
    }
    this.#state.counts.deadLettered(record.profiles, request?.rawBytes ?? 0, cause.reason);
    return true;
  }

  #end(lease: Lease): void {
    this.#state.evidence.end(lease.position);
    lease.done();
  }

  #done({ settings, lane, bytes }: Job): void {
    this.#inHand -= 1;
    this.#state.gate.leave(lane, bytes);
    settings.release();
    this.#onDone(lane);
  }
}

function giveBack(lease: Lease): void {
  try {
    lease.release(againMs);
  } catch {
    // it has ended after all
  }
}

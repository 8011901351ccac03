import { follow } from '../../core/abort.ts';
import type { Host } from '../../core/component.ts';
import type { Cursor } from '../../queue/log.ts';
import type { Attempted, Attempter } from './attempt.ts';
import { type BackoffPeriods, backoffMs } from './backoff.ts';
import { longestProbeMs } from './breaker.ts';
import { type Condition, wordsOf } from './condition.ts';
import { type Action, decide, type Policy } from './decide.ts';
import type { Load } from './load.ts';
import { type Suspicion, Suspicions } from './suspicion.ts';
import { TenantHolds } from './tenants.ts';
import type { Waiting } from './waiting.ts';

/** An attempt, and what is held against the record after it. */
export interface Tried extends Attempted {
  readonly suspicion: Suspicion;
}

/** What trials at one endpoint need. */
export interface TrialParts {
  readonly host: Host;
  readonly policy: Policy;
  readonly periods: BackoffPeriods;
  readonly attempter: Attempter;
  readonly condition: Condition;
  /** Cuts the attempts under way: the process ends. */
  readonly abandon: AbortSignal;
}

/** Attempts at one endpoint and what they teach: who is suspected, which tenants stand aside, what to do next. */
export class Trials {
  readonly #parts: TrialParts;
  readonly #suspicions: Suspicions;
  readonly #tenants: TenantHolds;

  constructor(parts: TrialParts, cursor: Cursor) {
    this.#parts = parts;
    this.#suspicions = new Suspicions(parts.host.clock);
    this.#tenants = new TenantHolds(cursor);
  }

  /** One attempt. `position`: of the record in the log; `endpointDown`: the endpoint counts as down, so a failure says nothing of a record. */
  async attempt(load: Load, position: number, waiting: Waiting | undefined, endpointDown: () => boolean): Promise<Tried> {
    const { attempter, condition, policy, abandon } = this.#parts;
    const { tenant } = load.record;
    if (!policy.somebodyWaits) this.#tenants.probe(tenant);
    const { controller, release } = follow(waiting?.signal, abandon);
    let attempted: Attempted;
    try {
      attempted = await attempter.make(load, controller.signal, waiting?.deadlineAt);
    } finally {
      release();
    }
    load.attempts.last = attempted.answer;
    const { fault } = attempted.judgement;
    if (fault === 'none') {
      this.#suspicions.taken(load, attempted.startedAt);
      condition.taken(tenant);
    } else if (fault === 'tenant' || fault === 'endpoint') condition.faulty(fault, tenant, attempted.answer);
    return { ...attempted, suspicion: this.#suspicions.weigh(load, position, attempted, endpointDown()) };
  }

  /** What follows from an attempt of a request with so many series. */
  decide({ record, attempts }: Load, { answer, judgement, suspicion }: Tried, series: number): Action {
    const { policy, periods, host } = this.#parts;
    return decide(policy, {
      judgement: { ...judgement, tries: suspicion.tries },
      attempt: attempts.made,
      suspect: suspicion.failures,
      series,
      backoffMs: backoffMs(periods, attempts.made, host.random),
      tenantBackoffMs: policy.somebodyWaits
        ? 0
        : this.#tenantBackoffMs(record.tenant, judgement.fault === 'tenant' || judgement.fault === 'limit'),
      retryAfterMs: answer.kind === 'refused' ? answer.retryAfterMs : undefined,
    });
  }

  /** Whether others than this record were taken since then, monotonic milliseconds. */
  othersTaken(load: Load, position: number, since: number): boolean {
    return this.#suspicions.othersTaken(load, position, since);
  }

  /** It was poison. */
  condemned(load: Load, tried: Attempted): void {
    this.#suspicions.condemned(load, wordsOf(tried.answer));
  }

  /** The tenant stands aside for so long. */
  hold(tenant: string, ms: number): void {
    this.#tenants.hold(tenant, ms);
  }

  #tenantBackoffMs(tenant: string, faulty: boolean): number {
    if (faulty) return Math.min(longestProbeMs, backoffMs(this.#parts.periods, this.#tenants.fault(tenant), this.#parts.host.random));
    this.#tenants.clear(tenant);
    return 0;
  }
}

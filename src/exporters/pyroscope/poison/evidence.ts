import type { Host } from '../../../core/component.ts';
import type { Cursor, Lease } from '../../../queue/log.ts';
import type { Answer } from '../attempt/answer.ts';
import type { Verdict } from '../attempt/verdict.ts';
import { decideQueued, type QueuedAction } from '../delivery/decide.ts';
import { type BackoffPeriods, backoffMs } from '../pacing/backoff.ts';
import { TenantHolds } from '../pacing/tenants.ts';
import { serviceOf } from '../request/request.ts';
import type { Part } from '../request/split.ts';
import { Histories, type History } from './history.ts';
import { type Group, groupKey } from './neighbours.ts';
import { Search } from './search.ts';
import { Suspects } from './suspects.ts';
import { Suspicions } from './suspicion.ts';

/** A tenant that is denied or limited is tried again at least this often: what is mended should be noticed soon. */
const longestHoldMs = 60_000;

/** An attempt that was not taken. */
export interface Miss {
  readonly answer: Answer;
  readonly verdict: Verdict;
  /** Monotonic milliseconds. */
  readonly startedAt: number;
}

/** What counts when an endpoint decides: of its settings. */
export interface Rules {
  readonly maxAttempts: number;
  readonly periods: BackoffPeriods;
}

/** What follows from a miss. */
export interface Judged {
  readonly action: QueuedAction;
  /** It looks like the record's own fault. */
  readonly isSuspect: boolean;
}

/** What one endpoint has learned from its attempts: about records that failed, about their neighbours, about tenants. */
export class Evidence {
  readonly histories = new Histories();
  readonly tenants: TenantHolds;
  readonly search: Search;
  readonly suspects: Suspects;
  readonly #suspicions: Suspicions;
  readonly #cursor: Cursor;

  constructor(cursor: Cursor, host: Host) {
    this.#cursor = cursor;
    this.tenants = new TenantHolds(cursor, host.clock);
    this.search = new Search(cursor, (tenant) => this.tenants.isHeld(tenant));
    this.suspects = new Suspects(host.clock);
    this.#suspicions = new Suspicions(host.clock);
  }

  /** A record of this tenant was taken, by an attempt that began then. */
  taken(tenant: string, startedAt: number): void {
    this.#suspicions.taken(tenant, startedAt);
    this.search.reset();
    this.tenants.clear(tenant);
  }

  /** The record has ended. */
  end(position: number): void {
    this.histories.end(position);
    this.suspects.end(position);
  }

  /** Learns from a miss, and decides what follows. `series`: of the request, asked only where it counts. */
  judge(part: Part, lease: Lease, history: History, miss: Miss, rules: Rules, series: number, random: () => number): Judged {
    const { answer, verdict } = miss;
    const group = groupOf(part);
    history.made += 1;
    history.last = answer;
    const suspicion = this.#suspicions.weigh(history, group, verdict, answer);
    if (isUnclear(verdict)) this.search.failed(lease.position, groupKey(group));
    const action = this.decide(part, history.made, miss, rules, series, suspicion.poison, random);
    if (action.kind === 'dead_letter' && action.reason === 'poison') this.condemned(group, answer);
    return { action, isSuspect: suspicion.likely };
  }

  /** Another configuration: whoever waits may go at once, and what is known of the endpoint is known no more. */
  reset(): void {
    for (const { position, history } of this.histories.all()) {
      history.notBefore = 0;
      this.suspects.end(position);
      this.#cursor.wake(position);
    }
    this.search.reset();
    this.tenants.reset();
  }

  /** What follows from a miss of a record, or of one series of it, by the contract's table alone. */
  decide({ record }: Part, attempt: number, miss: Miss, rules: Rules, series: number, poison: boolean, random: () => number): QueuedAction {
    const { answer, verdict } = miss;
    const backoff = (attempts: number): number => backoffMs(rules.periods, attempts, random);
    const { kind } = verdict;
    const tenantIsAtFault = kind === 'denied' || kind === 'limited';
    if (!tenantIsAtFault && kind !== 'canceled') this.tenants.clear(record.tenant);
    return decideQueued({
      verdict,
      attempt,
      maxAttempts: rules.maxAttempts,
      series,
      poison,
      backoffMs: backoff(attempt),
      tenantBackoffMs: tenantIsAtFault ? Math.min(longestHoldMs, backoff(this.tenants.fault(record.tenant, miss.startedAt))) : 0,
      retryAfterMs: answer.kind === 'refused' ? answer.retryAfterMs : undefined,
    });
  }

  /** Whether others than this record's service were taken since then, monotonic milliseconds. */
  othersTaken(part: Part, since: number): boolean {
    return this.#suspicions.othersTaken(groupOf(part), since);
  }

  /** A record of this service was poison. */
  condemned(group: Group, answer: Answer): void {
    this.#suspicions.condemned(group, answer);
  }
}

/** Whether the record or the endpoint may be at fault. */
export function isUnclear({ kind }: Verdict): boolean {
  return kind === 'unclear' || kind === 'misdirected';
}

/** Whose a record is. */
export function groupOf({ record, request }: Part): Group {
  return { tenant: record.tenant, service: serviceOf(record, request) };
}

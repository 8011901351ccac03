import { codeName } from '../../../core/codes.ts';
import type { EndpointState, Host } from '../../../core/component.ts';
import { type Answer, wordsOf } from '../attempt/answer.ts';
import { remember } from '../pacing/bounded.ts';

/** Senders choose their tenants: the trouble of more than that is not told apart. */
const mostTroubles = 1000;
/** The trouble of the endpoint as a whole; others are named by their tenant. */
const everybody = Symbol('everybody');

/** Overflow is said at most so often, and the endpoint counts as degraded for so long after the last of it. */
const overflowMs = 60_000;

/** How an endpoint is doing, for health and log: one line when a trouble comes, one when all are over, and nothing in between. */
export class Condition {
  #host: Host;
  #name = '';
  #url = '';
  #kept = true;
  readonly #troubles = new Map<string | typeof everybody, Trouble>();
  #paused = false;
  /** A trouble stands in the log, whose end will too. */
  #said = false;
  /** Dropped since the log said so last. */
  #unsaid = 0;
  #sayAt = Number.NEGATIVE_INFINITY;
  /** Undefined while nothing was dropped lately. */
  #overflowUntil: number | undefined;

  constructor(host: Host) {
    this.#host = host;
  }

  /** What a reload says. `url`: without user-info; `kept`: what is not taken stays in the queue, otherwise its sender is told. Another URL
   *  begins without trouble. */
  configure(host: Host, name: string, url: string, kept: boolean): void {
    if (url !== this.#url) {
      this.#troubles.clear();
      this.#said = false;
    }
    this.#host = host;
    this.#name = name;
    this.#url = url;
    this.#kept = kept;
    this.#show();
  }

  /** Nothing is sent because somebody has asked for it, or no longer. */
  pause(paused: boolean): void {
    if (paused === this.#paused) return;
    this.#paused = paused;
    this.#show();
  }

  /** A profile of this tenant was taken. */
  taken(tenant: string): void {
    if (this.#troubles.size === 0) return;
    this.#troubles.delete(everybody);
    this.#troubles.delete(tenant);
    this.#show();
    const isOver = this.#said && ![...this.#troubles.values()].some(({ said }) => said);
    if (!isOver) return;
    this.#said = false;
    this.#host.log.info('the endpoint accepts profiles again', { endpoint: this.#name, url: this.#url });
  }

  /** The endpoint, the tenant or our configuration is at fault: somebody has to change something. */
  faulty(kind: 'denied' | 'misdirected', tenant: string, answer: Answer): void {
    const words = wordsOf(answer);
    const change = adviceFor(answer);
    if (!this.#enter(kind === 'denied' ? tenant : everybody, trouble('refusing', words, change))) return;
    const whose = kind === 'denied' && tenant !== '' ? { tenant } : {};
    this.#host.log.error('the endpoint refuses profiles until the configuration is changed', {
      ...this.#facts(),
      ...whose,
      answer: words,
      ...(change === undefined ? {} : { change }),
    });
  }

  /** Nothing gets through at the moment. */
  down(answer: Answer): void {
    if (!this.#enter(everybody, trouble(isLimit(answer) ? 'limited' : 'down', wordsOf(answer)))) return;
    this.#host.log.warn('the endpoint accepts no profiles at the moment', { ...this.#facts(), answer: wordsOf(answer) });
  }

  /** The last attempt failed and others may not: shown until something is taken, and not worth a line. */
  missed(answer: Answer): void {
    if (this.#troubles.get(everybody)?.said) return;
    const state = isLimit(answer) ? 'limited' : 'backing_off';
    remember(this.#troubles, everybody, { state, reason: wordsOf(answer), said: false }, mostTroubles);
    this.#show();
  }

  /** Asked now and then: so many profiles went since the last time because the queue was full and they were the oldest. */
  overflowed(profiles: number): void {
    const now = this.#host.clock.monotonic();
    this.#unsaid += profiles;
    const before = this.#overflowUntil;
    if (profiles > 0) this.#overflowUntil = now + overflowMs;
    else if (before !== undefined && now >= before) this.#overflowUntil = undefined;
    if ((before === undefined) !== (this.#overflowUntil === undefined)) this.#show();
    if (this.#unsaid === 0 || now < this.#sayAt) return;
    this.#host.log.warn('the queue is full: its oldest profiles were dropped', {
      exporter: this.#host.id,
      endpoint: this.#name,
      profiles: this.#unsaid,
      reason: 'overflow',
    });
    this.#unsaid = 0;
    this.#sayAt = now + overflowMs;
  }

  /** False when that trouble is known. */
  #enter(whose: string | typeof everybody, reason: Trouble): boolean {
    const known = this.#troubles.get(whose)?.said ?? false;
    remember(this.#troubles, whose, reason, mostTroubles);
    this.#said = true;
    this.#show();
    return !known;
  }

  #show(): void {
    const troubles = [...this.#troubles.values()];
    const first = troubles.find(({ said }) => said) ?? troubles[0];
    const others = this.#troubles.size - 1;
    if (this.#paused) this.#host.health({ kind: 'degraded', reason: 'paused by the admin endpoint', endpoint: 'paused' }, this.#name);
    else {
      const reasons = [
        ...(this.#overflowUntil === undefined ? [] : ['the queue is full and drops its oldest profiles']),
        ...(first === undefined ? [] : [others > 0 ? `${first.reason}, and ${others} more` : first.reason]),
      ];
      if (reasons.length === 0) this.#host.health({ kind: 'ok' }, this.#name);
      else this.#host.health({ kind: 'degraded', reason: reasons.join('; '), endpoint: first?.state ?? 'ok' }, this.#name);
    }
  }

  #facts(): Record<string, string> {
    return { endpoint: this.#name, url: this.#url, profiles: this.#kept ? 'kept' : 'refused' };
  }
}

interface Trouble {
  readonly state: EndpointState;
  readonly reason: string;
  /** In the log. */
  readonly said: boolean;
}

function trouble(state: EndpointState, words: string, change?: string): Trouble {
  return { state, reason: change === undefined ? words : `${words} (${change})`, said: true };
}

/** It asks for less. */
function isLimit(answer: Answer): boolean {
  return answer.kind === 'refused' && (answer.status === 429 || codeName(answer.code) === 'resource_exhausted');
}

/** What to change; undefined where the words say it themselves. */
function adviceFor(answer: Answer): string | undefined {
  if (answer.kind !== 'refused') return undefined;
  const name = codeName(answer.code);
  if (answer.status === 401 || name === 'unauthenticated') return "check the endpoint's credentials and the tenant, X-Scope-OrgID";
  if (answer.status === 403 || name === 'permission_denied') return "check what the endpoint's credentials may do, and for which tenant";
  if (answer.status === 404 || answer.status === 405 || name === 'not_found')
    return 'check url: it is the root of a Pyroscope, without the path of its API';
  return undefined;
}

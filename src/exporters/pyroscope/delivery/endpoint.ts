import type { Account } from '../../../core/account.ts';
import type { Host } from '../../../core/component.ts';
import { messageOf } from '../../../core/errors.ts';
import type { Cursor } from '../../../queue/log.ts';
import { turn } from '../../../queue/slices.ts';
import { Gate } from '../pacing/gate.ts';
import { Evidence } from '../poison/evidence.ts';
import { readRequest } from '../request/request.ts';
import type { Part } from '../request/split.ts';
import { Condition } from './condition.ts';
import type { DeadLetterOffice } from './dead-letters.ts';
import { Direct } from './direct.ts';
import { Dispatch } from './dispatch.ts';
import { Expiry } from './expiry.ts';
import { Counts, moveAccount } from './metrics.ts';
import type { EndpointState, InForce } from './state.ts';
import type { Waiting } from './waiting.ts';

/** Each costs some microseconds. */
const droppedPerTurn = 256;

/**
 * One place in the queue and what is delivered from there. Lives as long as the log knows its cursor, over any number of reloads. Without
 * settings (an endpoint that is no longer configured) nothing is sent; what is there stays until it expires.
 */
export class Endpoint implements EndpointState {
  readonly cursor: Cursor;
  readonly deadLetters: DeadLetterOffice;
  readonly gate: Gate;
  readonly evidence: Evidence;
  readonly condition: Condition;
  readonly #dispatch: Dispatch;
  readonly #expiry: Expiry;
  /** The books of the cursor. */
  #account: Account;
  #host: Host;
  #inForce: InForce | undefined;
  #counts: Counts | undefined;
  #stopped = false;
  /** Take the gauges away again. */
  #hide: (() => void)[] = [];
  /** Profiles on their way past the queue, to senders that wait. */
  #direct = 0;

  /** `account`: the one that the cursor was opened with. `onChange`: a record has ended or gone back in line. */
  constructor(cursor: Cursor, account: Account, deadLetters: DeadLetterOffice, host: Host, onChange: () => void) {
    this.cursor = cursor;
    this.#account = account;
    this.deadLetters = deadLetters;
    this.#host = host;
    this.gate = new Gate({ minMs: 0, maxMs: 0 }, host.clock, host.random);
    this.evidence = new Evidence(cursor, host);
    this.condition = new Condition(host);
    this.#dispatch = new Dispatch(this, onChange);
    this.#expiry = new Expiry(cursor, (lease) => this.#dispatch.handling.expire(lease));
    cursor.onFree = () => this.#dispatch.look();
  }

  get name(): string {
    return this.cursor.name;
  }

  get host(): Host {
    return this.#host;
  }

  get inForce(): InForce | undefined {
    return this.#inForce;
  }

  get stopped(): boolean {
    return this.#stopped;
  }

  get counts(): Counts {
    if (this.#counts === undefined) throw new Error(`endpoint ${this.name} has no account yet`);
    return this.#counts;
  }

  /** Records in hand: a stop waits for them. */
  get inHand(): number {
    return this.#dispatch.inHand;
  }

  /** Nothing is left of it, nothing is in hand, and no sender waits for it. */
  get isEmpty(): boolean {
    return this.cursor.stats.records === 0 && this.inHand === 0 && this.#direct === 0;
  }

  /** Something waits for another attempt, or nothing may be sent at all. */
  get inTrouble(): boolean {
    return this.gate.closed || this.evidence.histories.size > 0 || this.cursor.paused;
  }

  /** From now on these settings, this host and the account of that host and name; what is under way ends with the settings it began with. */
  configure(inForce: InForce): void {
    const { host, settings, kept } = inForce;
    const before = this.#inForce?.settings;
    this.#inForce = inForce;
    this.#stopped = false;
    this.#bind(new Counts(host, this.name, settings.attempts.metrics), host);
    this.gate.configure(settings.periods);
    this.condition.configure(host, this.name, settings.url, kept);
    this.condition.pause(this.cursor.paused);
    if (before !== settings) {
      before?.retire();
      this.gate.reset();
      this.evidence.reset();
    }
    this.#gauge('flamegate_endpoint_breaker_open', '1 while the endpoint counts as down.', () => (this.gate.open ? 1 : 0));
    const concurrency = (): number => (kept ? this.gate.concurrency : 0);
    this.#gauge('flamegate_endpoint_concurrency', 'Attempts that may be under way together; 0: no limit.', concurrency);
  }

  /** No longer configured: it sends nothing more; attempts under way go on. */
  retire(host: Host): void {
    const before = this.#inForce?.settings;
    this.#inForce = undefined;
    this.#dispatch.stop();
    this.#bind(new Counts(host, this.name, before?.attempts.metrics), host);
    before?.retire();
  }

  /** Nothing is left of it: it is shown no more. */
  leave(): void {
    this.#inForce?.settings.retire();
    this.#inForce = undefined;
    this.stop();
    this.#hideGauges();
  }

  /** `ack: delivered`: the delivery of one record, with what is in force now. Counts as accepted here; not begun yet. */
  deliver(sending: Part, waiting: Waiting, onEnd: (direct: Direct) => void): Direct {
    const inForce = this.#inForce;
    if (inForce === undefined) throw new Error(`unreachable: endpoint ${this.name} gets nothing new`);
    const { profiles } = sending.record;
    this.counts.account.accepted += profiles;
    this.#direct += profiles;
    const end = (direct: Direct): void => {
      this.#direct -= profiles;
      onEnd(direct);
    };
    const { host, settings } = inForce;
    return new Direct({ host, settings, condition: this.condition, counts: () => this.counts, waiting, onEnd: end }, sending);
  }

  /** Sends what may be sent now; from then on by itself. */
  start(): void {
    this.#dispatch.look();
  }

  /** Takes nothing more. */
  stop(): void {
    this.#stopped = true;
    this.#dispatch.stop();
  }

  /** Ends the attempts under way; their records go back in line. */
  cancel(): void {
    this.#dispatch.handling.cancel();
  }

  /** Makes dead letters of what is older than max_age, wherever it stands in line. Resolves when that is done. */
  expire(maxAgeMs: number): Promise<void> {
    return this.#expiry.run(maxAgeMs);
  }

  /** Resolves when an expiry that is under way has ended. No other begins. */
  stopExpiry(): Promise<void> {
    return this.#expiry.stop();
  }

  /** Drops all that is in line, until `isOver`: it was only in memory, and nobody delivers it any more. */
  async drop(isOver: () => boolean): Promise<void> {
    let dropped = 0;
    for (let lease = await this.cursor.takeExpired(-1); lease !== undefined; lease = await this.cursor.takeExpired(-1)) {
      this.counts.dropped(lease.record.profiles, readRequest(lease.record)?.rawBytes ?? 0, 'shutdown');
      this.evidence.end(lease.position);
      lease.done();
      dropped += 1;
      if (dropped % droppedPerTurn !== 0) continue;
      await turn();
      if (isOver()) return;
    }
  }

  /** Counts what the log has dropped since the last time. */
  catchUp(): void {
    this.condition.overflowed(this.#counts?.catchUp() ?? 0);
  }

  report(why: unknown): void {
    const stack = why instanceof Error ? why.stack : undefined;
    this.#host.log.error('a bug in a delivery; it is tried again', { endpoint: this.name, why: messageOf(why), stack });
  }

  #bind(counts: Counts, host: Host): void {
    if (this.#account !== counts.account) {
      moveAccount(this.#account, counts.account);
      this.cursor.bind(counts.account);
      this.#account = counts.account;
    }
    this.#counts = counts;
    this.#host = host;
    this.#hideGauges();
    const queued = (): number => this.cursor.stats.profiles + this.#direct;
    this.#gauge('flamegate_endpoint_queued_profiles', 'Profiles that wait for delivery, those under way included.', queued);
    const last = 'When the endpoint took a profile last, seconds since 1970; 0: not since the start or the last reload that changed it.';
    this.#gauge('flamegate_endpoint_last_delivery_timestamp_seconds', last, () => (this.#counts?.lastDeliveryAt ?? 0) / 1000);
    const age = (): number => (this.cursor.stats.oldestAgeMs ?? 0) / 1000;
    this.#gauge('flamegate_endpoint_oldest_age_seconds', 'Age of the oldest profile that waits for delivery, 0 when there is none.', age);
  }

  #hideGauges(): void {
    for (const hide of this.#hide.splice(0)) hide();
  }

  #gauge(name: string, help: string, read: () => number): void {
    const { metrics, id } = this.#host;
    this.#hide.push(metrics.gauge(name, help, read, { exporter: id, endpoint: this.name }));
  }
}

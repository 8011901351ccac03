import { emptyAccount } from '../../../core/account.ts';
import type { Call, Host, Shared } from '../../../core/component.ts';
import { type Invalid, messageOf, type Refused } from '../../../core/errors.ts';
import type { LogRecord } from '../../../queue/log.ts';
import { type HeldLog, openLog } from '../../../queue/open.ts';
import type { QueueConfig } from '../../../queue/schema.ts';
import { readRequest } from '../request/request.ts';
import { DeadLetterOffice } from './dead-letters.ts';
import type { Direct } from './direct.ts';
import { Endpoint } from './endpoint.ts';
import { planCursors } from './plan.ts';
import type { Settings } from './settings.ts';
import { Waiting } from './waiting.ts';

/** What a configuration wants delivered. */
export interface Wanted {
  readonly host: Host;
  readonly queue: QueueConfig;
  /** `ack: delivered`. */
  readonly delivered: boolean;
  /** In their order. Whoever made them closes those of a change that is not applied. */
  readonly endpoints: readonly Settings[];
  /** How to see the backlog of an endpoint that is gone, deliver it or be rid of it. */
  readonly advice: string;
}

/** A change that can be put in force at once, or thrown away. */
export interface Change {
  /** The swap. Cannot fail: limits, host, which endpoints get new records, which send, which are retired. */
  apply(): void;
  /** Never applied: everything made for it goes. */
  dispose(): Promise<void>;
}

/** Expired records are gone within 2 s of their time. */
const expiryEveryMs = 1000;

/**
 * Everything that one open queue delivers: its endpoints with their cursors, accounts and dead letters. Shared by the key of the queue, so the
 * instances of an exporter before and after a reload have the same one; it lives as long as the queue is open.
 */
export class Deliveries implements Shared {
  readonly #queue: HeldLog;
  readonly #deadLetters: DeadLetterOffice;
  /** By name, those that are no longer configured included. */
  readonly #endpoints = new Map<string, Endpoint>();
  readonly #directs = new Set<Direct>();
  /** Endpoints that went, of whose backlog the log has said so. */
  readonly #announced = new Set<string>();
  /** Those that get new records, in the order of the configuration. */
  #targets: readonly Endpoint[] = [];
  #host: Host;
  #wanted: Wanted | undefined;
  /** Made for a change that is neither applied nor thrown away. */
  #preparing = 0;
  #cancelExpiry: (() => void) | undefined;
  #expiring: Promise<void> = Promise.resolve();
  #watchers: (() => void)[] = [];

  private constructor(queue: HeldLog, config: QueueConfig, host: Host) {
    this.#queue = queue;
    this.#host = host;
    this.#deadLetters = new DeadLetterOffice(config, host);
  }

  /** Opens the queue and what earlier processes left in it; nothing is sent before the first change. Rejects with DirectoryError. */
  static async open(config: QueueConfig, host: Host): Promise<Deliveries> {
    const queue = await openLog(config, host);
    const deliveries = new Deliveries(queue, config, host);
    try {
      for (const { name, retired } of queue.resource.names()) {
        deliveries.#endpoints.set(name, await deliveries.#open(name, { from: 'oldest', retired }));
      }
    } catch (why) {
      await deliveries.close();
      throw why;
    }
    return deliveries;
  }

  /**
   * Makes what `wanted` needs beside what is in force and changes nothing of that. Rejects with what cannot be made, and then nothing of it is
   * left. One change at a time.
   */
  async prepare(wanted: Wanted): Promise<Change> {
    const existing = [...this.#endpoints.values()].map(({ name, cursor }) => ({ name, retired: cursor.retired }));
    const { inherited } = planCursors(existing, wanted.endpoints);
    const fresh = new Map<string, Endpoint>();
    this.#preparing += 1;
    const dispose = async (): Promise<void> => {
      this.#preparing -= 1;
      for (const endpoint of fresh.values()) await endpoint.cursor.forget();
      await Promise.all(wanted.endpoints.map((settings) => settings.close()));
    };
    try {
      for (const { name } of wanted.endpoints) {
        // With `ack: delivered` nothing becomes a dead letter.
        if (!wanted.delivered) await this.#deadLetters.of(name);
        if (this.#endpoints.has(name) || name === inherited?.to) continue;
        // One that begins at the end gets its first record after the swap.
        fresh.set(name, await this.#open(name, { from: wanted.queue.start, retired: wanted.queue.start === 'end' }));
      }
    } catch (why) {
      await dispose();
      throw why;
    }
    return { dispose, apply: () => this.#apply(wanted, fresh, inherited) };
  }

  /** Why append() would refuse so many bytes now; nothing is stored. Holds until the event loop turns. */
  refusal(sizeBytes: number): Refused | Invalid | undefined {
    return this.#queue.resource.refusal(sizeBytes);
  }

  /** Stores all or none. undefined: stored; a promise: resolves when stored as the queue's `fsync` says, rejects with Refused. */
  append(records: readonly LogRecord[]): Promise<void> | undefined {
    return this.#queue.resource.append(records);
  }

  /**
   * `ack: delivered`: sends every record to every endpoint at once. Resolves when all took all; rejects with the first failure after all have
   * ended, or with call.signal.reason. undefined when there is nobody to send to.
   */
  deliver(records: readonly LogRecord[], call: Call): Promise<void> | undefined {
    const targets = this.#targets;
    if (targets.length === 0) return undefined;
    const waiting = new Waiting(records.length * targets.length, call.signal, call.deadlineAt);
    const directs: Direct[] = [];
    for (const record of records) {
      const request = readRequest(record);
      for (const endpoint of targets) {
        if (request === undefined) throw new Error('unreachable: this process rendered the record');
        directs.push(endpoint.deliver({ record, request }, waiting, this.#onEnd));
      }
    }
    for (const direct of directs) {
      this.#directs.add(direct);
      direct.start();
    }
    waiting.begun(directs);
    return waiting.verdict;
  }

  /** Stored elsewhere, not here: accepted and dropped at every endpoint. */
  discard(profiles: number, rawBytes: number, reason: 'invalid' | 'not_stored'): void {
    for (const { counts } of this.#targets) counts.discarded(profiles, rawBytes, reason);
  }

  /** Stops or goes on with what one endpoint sends from the queue; kept over a restart where the queue is. False when there is no such endpoint. */
  async pause(name: string, paused: boolean): Promise<boolean> {
    const endpoint = this.#endpoints.get(name);
    await endpoint?.cursor.pause(paused);
    endpoint?.condition.pause(paused);
    return endpoint !== undefined;
  }

  /**
   * Of the change that is in force: delivers what can be delivered until `deadline` aborts, then cuts what is under way; what is left stays in
   * the queue where that survives, else it is dropped. Resolves early when another change comes into force.
   */
  async stop(wanted: Wanted, deadline: AbortSignal): Promise<void> {
    const isOver = (): boolean => this.#wanted !== wanted;
    if (isOver()) return;
    const durable = wanted.queue.type === 'disk';
    // Nobody waits for what survives and cannot be delivered now.
    const isDone = (endpoint: Endpoint): boolean => endpoint.isEmpty || (durable && endpoint.inTrouble);
    await this.#until(deadline, () => isOver() || (this.#directs.size === 0 && this.#targets.every(isDone)));
    if (isOver()) return;
    this.#cancelExpiry?.();
    this.#cancelExpiry = undefined;
    const endpoints = [...this.#endpoints.values()];
    for (const endpoint of endpoints) endpoint.stop();
    await this.#until(deadline, () => isOver() || endpoints.every(({ inHand }) => inHand === 0));
    if (isOver()) return;
    for (const direct of this.#directs) direct.cancel();
    for (const endpoint of endpoints) endpoint.cancel();
    await this.#until(undefined, () => isOver() || (this.#directs.size === 0 && endpoints.every(({ inHand }) => inHand === 0)));
    await this.#expiring;
    if (isOver() || durable) return;
    for (const endpoint of endpoints) {
      if (isOver()) return;
      await endpoint.drop(isOver);
    }
  }

  async close(): Promise<void> {
    this.#cancelExpiry?.();
    const endpoints = [...this.#endpoints.values()];
    for (const endpoint of endpoints) endpoint.stop();
    await Promise.all(endpoints.map((endpoint) => endpoint.stopExpiry()));
    for (const { inForce } of this.#targets) await inForce?.settings.close();
    for (const endpoint of endpoints) {
      endpoint.catchUp();
      await endpoint.cursor.close();
    }
    await this.#deadLetters.close();
    await this.#queue.release();
  }

  /** With books of its own, until a change comes into force. */
  async #open(name: string, options: { readonly from: 'end' | 'oldest'; readonly retired: boolean }): Promise<Endpoint> {
    const account = emptyAccount();
    const cursor = await this.#queue.resource.cursor(name, { ...options, account });
    return new Endpoint(cursor, account, this.#deadLetters, this.#host, this.#onChange);
  }

  #apply(
    wanted: Wanted,
    fresh: ReadonlyMap<string, Endpoint>,
    inherited: { readonly from: string; readonly to: string } | undefined,
  ): void {
    const { host, queue, delivered } = wanted;
    const before = this.#wanted;
    this.#preparing -= 1;
    this.#host = host;
    this.#wanted = wanted;
    this.#queue.attach(queue, host);
    this.#deadLetters.configure(queue, host);
    if (inherited !== undefined) this.#rename(inherited.from, inherited.to);
    for (const [name, endpoint] of fresh) this.#endpoints.set(name, endpoint);
    const inForce = { host, maxAgeMs: queue.max_age, newestFirstShare: queue.newest_first_share, kept: !delivered };
    this.#targets = wanted.endpoints.map((settings) => {
      const endpoint = this.#endpoints.get(settings.name);
      if (endpoint === undefined) throw new Error(`unreachable: endpoint ${settings.name} was not prepared`);
      endpoint.configure({ ...inForce, settings });
      this.#store(endpoint.cursor.retire(false), settings.name);
      return endpoint;
    });
    const live = new Set(this.#targets);
    for (const endpoint of this.#endpoints.values()) if (!live.has(endpoint)) this.#retire(endpoint, wanted);
    if (before !== undefined) for (const { name } of before.endpoints) if (!this.#endpoints.has(name)) host.health({ kind: 'ok' }, name);
    for (const endpoint of this.#targets) endpoint.start();
    this.#expireLater();
    this.#onChange();
  }

  /** An endpoint without a name of its own has another URL, and goes on with the backlog of the old one. */
  #rename(from: string, to: string): void {
    const endpoint = this.#endpoints.get(from);
    if (endpoint === undefined) throw new Error(`unreachable: endpoint ${from} is gone`);
    this.#endpoints.delete(from);
    this.#endpoints.set(to, endpoint);
    const renaming = endpoint.cursor.rename(to).catch((why) => {
      // It is called as before, and the next change tries again.
      if (this.#endpoints.get(to) === endpoint) {
        this.#endpoints.delete(to);
        this.#endpoints.set(from, endpoint);
      }
      throw why;
    });
    this.#store(renaming, to);
    this.#host.closeAccount(from);
    this.#host.log.info('an endpoint with a new url goes on with the backlog of the old one', { endpoint: to, before: from });
  }

  #retire(endpoint: Endpoint, { host, advice }: Wanted): void {
    const { name, cursor } = endpoint;
    const wasConfigured = endpoint.inForce !== undefined;
    host.health({ kind: 'ok' }, name);
    this.#store(cursor.retire(true), name);
    if (endpoint.isEmpty && this.#preparing === 0) {
      endpoint.leave();
      this.#forgetIfEmpty(endpoint);
      return;
    }
    endpoint.retire(host);
    const { records, sizeBytes } = cursor.stats;
    if (records > 0 && (wasConfigured || !this.#announced.has(name))) {
      host.log.warn('an endpoint was removed and left profiles in the queue', { endpoint: name, records, bytes: sizeBytes, advice });
      this.#announced.add(name);
    }
  }

  #forgetIfEmpty(endpoint: Endpoint): void {
    const { name } = endpoint;
    if (endpoint.inForce !== undefined || !endpoint.isEmpty || this.#preparing > 0 || this.#endpoints.get(name) !== endpoint) return;
    endpoint.leave();
    this.#endpoints.delete(name);
    this.#announced.delete(name);
    this.#host.closeAccount(name);
    this.#store(endpoint.cursor.forget(), name);
  }

  /** Something of a cursor is stored in the background: what is lost with the process is found out again at the next start. */
  #store(storing: Promise<void>, endpoint: string): void {
    storing.catch((why) => this.#host.log.warn('the place of an endpoint could not be stored', { endpoint, why: messageOf(why) }));
  }

  #expireLater(): void {
    this.#cancelExpiry?.();
    this.#cancelExpiry = this.#host.clock.after(expiryEveryMs, () => {
      this.#expiring = this.#expire()
        .catch((why) => this.#host.log.error('expired profiles could not be taken out of the queue', { why: messageOf(why) }))
        .then(() => {
          if (this.#cancelExpiry !== undefined) this.#expireLater();
        });
    });
  }

  async #expire(): Promise<void> {
    const maxAgeMs = this.#wanted?.queue.max_age ?? Number.POSITIVE_INFINITY;
    for (const endpoint of [...this.#endpoints.values()]) {
      endpoint.catchUp();
      await endpoint.expire(maxAgeMs);
      this.#forgetIfEmpty(endpoint);
    }
  }

  readonly #onEnd = (direct: Direct): void => {
    this.#directs.delete(direct);
    this.#onChange();
  };

  readonly #onChange = (): void => {
    if (this.#watchers.length === 0) return;
    for (const look of [...this.#watchers]) look();
  };

  /** Resolves when it is so, or when the deadline aborts. */
  async #until(deadline: AbortSignal | undefined, isSo: () => boolean): Promise<void> {
    if (deadline?.aborted || isSo()) return;
    const { promise, resolve } = Promise.withResolvers<void>();
    const look = (): void => {
      if (deadline?.aborted || isSo()) resolve();
    };
    this.#watchers.push(look);
    deadline?.addEventListener('abort', look, { once: true });
    await promise;
    deadline?.removeEventListener('abort', look);
    this.#watchers = this.#watchers.filter((other) => other !== look);
  }
}

import type { DeadReason } from '../../../core/account.ts';
import type { Held, Host } from '../../../core/component.ts';
import type { DeadLetters } from '../../../queue/dead-letters.ts';
import { openDeadLetters } from '../../../queue/dead-letters.ts';
import type { LogRecord } from '../../../queue/log.ts';
import type { QueueConfig } from '../../../queue/schema.ts';
import { type Answer, wordsOf } from '../attempt/answer.ts';
import { labelsOf, type SendableRequest } from '../request/request.ts';

const longestMessage = 2048;

/** Why a record is a dead letter. */
export interface Cause {
  readonly reason: DeadReason;
  readonly attempts: number;
  /** What the last attempt brought; undefined when there was none. */
  readonly answer: Answer | undefined;
}

/** The dead letters of all endpoints of one queue, those that are gone included. */
export class DeadLetterOffice {
  #queue: QueueConfig;
  #host: Host;
  readonly #open = new Map<string, Promise<Held<DeadLetters>>>();

  constructor(queue: QueueConfig, host: Host) {
    this.#queue = queue;
    this.#host = host;
  }

  /** A reload's limits and host. */
  configure(queue: QueueConfig, host: Host): void {
    this.#queue = queue;
    this.#host = host;
    // One that could not be opened has told whoever asked for it.
    for (const open of this.#open.values())
      open.then(
        ({ resource }) => resource.attach(queue, host),
        () => undefined,
      );
  }

  /** Those of one endpoint. They are looked after from then on: what is too old goes. Rejects with what cannot be opened; the next to ask
   *  tries again. */
  async of(endpoint: string): Promise<DeadLetters> {
    const opening = this.#open.get(endpoint) ?? openDeadLetters(this.#queue, endpoint, this.#host);
    this.#open.set(endpoint, opening);
    try {
      return (await opening).resource;
    } catch (why) {
      this.#open.delete(endpoint);
      throw why;
    }
  }

  /** Keeps a record. Rejects when that is not possible now. */
  async add(endpoint: string, record: LogRecord, request: SendableRequest | undefined, { reason, attempts, answer }: Cause): Promise<void> {
    const message = answer === undefined ? '' : answer.kind === 'refused' ? answer.message : wordsOf(answer);
    const letters = await this.of(endpoint);
    await letters.add(record, {
      reason,
      at: this.#host.clock.now(),
      attempts,
      status: answer?.kind === 'refused' ? answer.status : 0,
      code: answer?.kind === 'refused' ? answer.code : 0,
      message: message.slice(0, longestMessage),
    });
    const labels = labelsOf(record, request);
    if (labels !== undefined)
      this.#host.deadLettered?.(record.tenant, labels, record.profiles, reason, answer === undefined ? '' : wordsOf(answer));
    this.#host.log.warn('profiles went to the dead letters', {
      endpoint,
      reason,
      profiles: record.profiles,
      labels: labels?.toString() ?? '',
      tenant: record.tenant,
      attempts,
      answer: answer === undefined ? '' : wordsOf(answer),
    });
  }

  async close(): Promise<void> {
    const open = [...this.#open.values()];
    this.#open.clear();
    for (const held of await Promise.allSettled(open)) if (held.status === 'fulfilled') await held.value.release();
  }
}

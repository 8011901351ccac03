import type { DeadReason } from '../../core/account.ts';
import type { Host } from '../../core/component.ts';
import type { LogRecord } from '../../queue/log.ts';
import type { DeadNote } from '../../wire/request.ts';
import type { Answer } from './answer.ts';
import type { Attempts } from './attempts.ts';
import type { Books } from './books.ts';
import { wordsOf } from './condition.ts';
import { type Load, labelsOf, type SendableRequest } from './load.ts';

/** Where dead letters go. Rejects when it cannot keep them now. */
export type Bury = (record: LogRecord, note: DeadNote) => Promise<void>;

const longestMessage = 2048;

/** How records end at one endpoint: in the books, in the log, among the dead letters. */
export class Endings {
  readonly #host: Host;
  readonly #name: string;
  readonly #books: Books;
  readonly #bury: Bury;

  constructor(host: Host, name: string, books: Books, bury: Bury) {
    this.#host = host;
    this.#name = name;
    this.#books = books;
    this.#bury = bury;
  }

  /** The endpoint took it. */
  delivered({ record, request, attempts }: Load): void {
    this.#books.delivered(record, request.rawBytes, this.#host.clock.now() - record.receivedAt);
    this.#ended(request, attempts);
  }

  /** Nobody will try again, and the sender is told or has left. */
  dropped({ record, request, attempts }: Load, answer: Answer): void {
    const reason = answer.kind === 'aborted' ? 'canceled' : 'gave_up';
    this.#books.dropped(record.profiles, request.rawBytes, reason);
    this.#ended(request, attempts);
    this.#host.log.debug('a profile was not delivered', { endpoint: this.#name, reason, attempts: attempts.made, answer: wordsOf(answer) });
  }

  /** It was only in memory when the process ended. */
  lost({ record, request }: Load): void {
    this.#books.dropped(record.profiles, request.rawBytes, 'shutdown');
  }

  /** To the dead letters. Rejects when they cannot take it, and then nothing has ended. */
  async buried(load: Load, reason: DeadReason, answer: Answer | undefined): Promise<void> {
    const { record, request, attempts } = load;
    const message = answer === undefined ? '' : answer.kind === 'refused' ? answer.message : wordsOf(answer);
    await this.#bury(record, {
      reason,
      at: this.#host.clock.now(),
      attempts: attempts.made,
      status: answer?.kind === 'refused' ? answer.status : 0,
      code: answer?.kind === 'refused' ? answer.code : 0,
      message: message.slice(0, longestMessage),
    });
    this.#books.buried(record, request.rawBytes, reason);
    this.#ended(request, attempts);
    this.#host.log.warn('profiles went to the dead letters', {
      endpoint: this.#name,
      reason,
      profiles: record.profiles,
      labels: labelsOf(load)?.toString() ?? '',
      tenant: record.tenant,
      attempts: attempts.made,
      answer: answer === undefined ? '' : wordsOf(answer),
    });
  }

  #ended(request: SendableRequest, attempts: Attempts): void {
    this.#books.ended(request.kind, this.#host.clock.monotonic() - attempts.since);
  }
}

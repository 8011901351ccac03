import { type Account, type DropReason, dropReasons } from '../core/account.ts';
import type { Clock } from '../core/clock.ts';
import type { Logger } from '../core/component.ts';
import { Notices } from '../core/notices.ts';
import type { HealthBoard } from './health.ts';
import type { Book } from './host.ts';

/** What losses are watched with. */
export interface LossOptions {
  readonly clock: Clock;
  readonly health: HealthBoard;
  readonly books: () => readonly Book[];
  logger(exporter: string): Logger;
}

const lookEveryMs = 1_000;
const tellEveryMs = 60_000;
const degradedForMs = 60_000;

/** What was lost though nobody has told its sender: with `ack: delivered` (gave_up, canceled) the sender knows, and `invalid` is his fault. */
const silentLosses: readonly DropReason[] = dropReasons.filter((reason) => !['gave_up', 'canceled', 'invalid'].includes(reason));

interface Loss {
  readonly exporter: string;
  readonly endpoint: string;
  readonly reason: DropReason;
}

/** Says when profiles are lost: a line at once and then one a minute for each endpoint and reason, and for a minute a degraded component. */
export class LossWatch {
  readonly #options: LossOptions;
  readonly #notices: Notices<Loss>;
  /** What was lost by then, by account and reason. */
  readonly #seen = new WeakMap<Account, Record<string, number>>();
  readonly #degraded = new Map<string, { readonly loss: Loss; readonly until: number }>();
  #cancel = (): void => {};

  constructor(options: LossOptions) {
    this.#options = options;
    this.#notices = new Notices<Loss>({
      clock: options.clock,
      everyMs: tellEveryMs,
      mostKeys: 1000,
      tell: ({ exporter, ...facts }, profiles) => options.logger(exporter).error('profiles were lost', { ...facts, profiles }),
    });
    this.#wait();
  }

  /** Looks a last time. */
  stop(): void {
    this.#cancel();
    this.#look();
  }

  #wait(): void {
    this.#cancel = this.#options.clock.after(lookEveryMs, () => {
      this.#look();
      this.#wait();
    });
  }

  #look(): void {
    for (const { exporter, endpoint, account } of this.#options.books()) {
      const seen = this.#seen.get(account) ?? {};
      this.#seen.set(account, seen);
      for (const reason of silentLosses) {
        const lost = account.dropped[reason] - (seen[reason] ?? 0);
        seen[reason] = account.dropped[reason];
        if (lost > 0) this.#lost({ exporter, endpoint, reason }, lost);
      }
    }
    this.#recover();
  }

  #lost(loss: Loss, profiles: number): void {
    const { exporter, endpoint, reason } = loss;
    this.#notices.note([exporter, endpoint, reason].join('\0'), loss, profiles);
    this.#degraded.set(`${exporter}\0${endpoint}`, { loss, until: this.#options.clock.monotonic() + degradedForMs });
    this.#options.health.set(
      exporter,
      { kind: 'degraded', reason: `profiles were lost within the last minute: ${reason}` },
      endpoint,
      'losses',
    );
  }

  #recover(): void {
    const now = this.#options.clock.monotonic();
    for (const [key, { loss, until }] of this.#degraded) {
      if (now < until) continue;
      this.#degraded.delete(key);
      this.#options.health.set(loss.exporter, { kind: 'ok' }, loss.endpoint, 'losses');
    }
  }
}

import type { Host } from '../../core/component.ts';
import { Notices } from '../../core/notices.ts';
import type { Exchange } from '../../net/server/exchange.ts';
import type { RefusalReason } from '../../net/server/reply.ts';

interface Refusal {
  readonly reason: RefusalReason;
  readonly exchange: Exchange;
  readonly message: string;
}

const tellEveryMs = 60_000;
const mostSenders = 200;
const longestText = 200;

/** A line for each sender whose requests are refused and why: at once, and then one a minute with how many there were. */
export class RefusalLines {
  readonly #notices: Notices<Refusal>;

  constructor({ clock, log }: Pick<Host, 'clock' | 'log'>) {
    this.#notices = new Notices<Refusal>({
      clock,
      everyMs: tellEveryMs,
      mostKeys: mostSenders,
      tell: ({ reason, exchange, message }, requests) =>
        log.warn('requests of a sender are refused', {
          reason,
          requests,
          address: exchange.peer.address,
          agent: clip(exchange.headers['user-agent'] ?? ''),
          path: clip(exchange.path),
          why: clip(message),
        }),
    });
  }

  /** Who left is not refused. */
  note(refusal: Refusal): void {
    if (refusal.reason !== 'canceled') this.#notices.note(`${refusal.reason}\0${refusal.exchange.peer.address}`, refusal);
  }
}

function clip(text: string): string {
  return text.length <= longestText ? text : `${text.slice(0, longestText)}…`;
}

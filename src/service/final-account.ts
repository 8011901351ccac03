import type { Account } from '../core/account.ts';
import type { Book } from './host.ts';

/** What became of the profiles of one endpoint, or of all. */
export interface Fate {
  readonly delivered: number;
  /** On disk, for the next start. */
  readonly kept: number;
  /** Acknowledged, and gone. */
  readonly lost: number;
}

/** The account that a gateway prints when it ends, in profiles since its start. */
export interface FinalAccount extends Fate {
  readonly endpoints: readonly (Fate & { readonly exporter: string; readonly endpoint: string })[];
}

/** Adds up the books of a service that has stopped. */
export function finalAccount(books: readonly Book[]): FinalAccount {
  const endpoints = books.map(({ exporter, endpoint, account }) => ({ exporter, endpoint, ...fateOf(account) }));
  const sum = (key: keyof Fate): number => endpoints.reduce((total, fate) => total + fate[key], 0);
  return { delivered: sum('delivered'), kept: sum('kept'), lost: sum('lost'), endpoints };
}

/** Profiles that were acknowledged and existed only in memory when the time was over: the reason for exit code 75. */
export function lostAtShutdown(books: readonly Book[]): number {
  return books.reduce((total, { account }) => total + account.dropped.shutdown, 0);
}

/** One line for people. */
export function formatFinalAccount({ delivered, kept, lost, endpoints }: FinalAccount): string {
  const each = endpoints.map((one) => `${one.exporter} ${one.endpoint}: ${one.delivered} delivered, ${one.kept} kept, ${one.lost} lost`);
  const details = each.length === 0 ? '' : ` (${each.join('; ')})`;
  return `${delivered} profiles delivered, ${kept} kept, ${lost} lost${details}`;
}

/**
 * `kept` is what the books still owe: accepted + recovered - everything that has an end. A sender that waited for `ack: delivered` and heard
 * no 200 was never told that its profile is safe, so what gave up, was canceled, was not stored or was invalid is not lost.
 */
function fateOf({ accepted, recovered, delivered, dropped, deadLettered }: Account): Fate {
  const ended = delivered + total(dropped) + total(deadLettered);
  return { delivered, kept: accepted + recovered - ended, lost: dropped.overflow + dropped.damaged + dropped.shutdown };
}

function total(counts: Readonly<Record<string, number>>): number {
  return Object.values(counts).reduce((sum, count) => sum + count, 0);
}

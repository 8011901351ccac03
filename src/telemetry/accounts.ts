import { type Account, deadReasons, dropReasons, emptyAccount } from '../core/account.ts';
import { registerFamily } from './family.ts';
import type { Sample } from './instruments.ts';
import type { MetricStore } from './metrics.ts';

interface Entry {
  readonly labels: { readonly exporter: string; readonly endpoint: string };
  readonly account: Account;
}

/** The books of every endpoint the process has had, by exporter and endpoint, and how /metrics shows them. */
export class Accounts {
  readonly #entries = new Map<string, Entry>();
  #live: ReadonlySet<string> | undefined;

  constructor(store: MetricStore) {
    for (const book of books) {
      registerFamily(store.registry, {
        name: book.name,
        type: 'counter',
        help: book.help,
        labelNames: ['exporter', 'endpoint', ...(book.reasons ? ['reason'] : [])],
        collect: () => this.#samples(book),
      });
    }
  }

  /** The books of one endpoint: the same object for as long as the process lives, so a reload resets nothing. */
  account(exporter: string, endpoint: string): Account {
    const key = `${exporter}\0${endpoint}`;
    const entry = this.#entries.get(key) ?? { labels: { exporter, endpoint }, account: emptyAccount() };
    this.#entries.set(key, entry);
    return entry.account;
  }

  /** Only these are shown, each named exporter, NUL, endpoint: what no configured endpoint and no cursor has any more disappears. Until it
   *  is first called all are. */
  retain(live: ReadonlySet<string>): void {
    this.#live = live;
  }

  *#samples(book: Book): Iterable<Sample> {
    for (const [key, entry] of this.#entries) if (this.#live?.has(key) !== false) yield* book.read(entry);
  }
}

interface Book {
  readonly name: string;
  readonly help: string;
  readonly reasons: boolean;
  read(entry: Entry): Sample[];
}

const books: readonly Book[] = [
  {
    name: 'flamegate_endpoint_accepted_profiles_total',
    help: 'Profiles offered to the endpoint, replayed dead letters included.',
    reasons: false,
    read: ({ labels, account }) => [{ labels, value: account.accepted }],
  },
  {
    name: 'flamegate_exporter_recovered_profiles_total',
    help: 'Profiles found undelivered for the endpoint when the process opened its queue.',
    reasons: false,
    read: ({ labels, account }) => [{ labels, value: account.recovered }],
  },
  {
    name: 'flamegate_endpoint_delivered_profiles_total',
    help: 'Profiles that the endpoint has taken.',
    reasons: false,
    read: ({ labels, account }) => [{ labels, value: account.delivered }],
  },
  {
    name: 'flamegate_endpoint_dropped_profiles_total',
    help: 'Profiles lost for the endpoint, by reason.',
    reasons: true,
    read: ({ labels, account }) => dropReasons.map((reason) => ({ labels: { ...labels, reason }, value: account.dropped[reason] })),
  },
  {
    name: 'flamegate_endpoint_dead_lettered_profiles_total',
    help: "Profiles put among the endpoint's dead letters, by reason.",
    reasons: true,
    read: ({ labels, account }) => deadReasons.map((reason) => ({ labels: { ...labels, reason }, value: account.deadLettered[reason] })),
  },
];

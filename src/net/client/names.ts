import { lookup, Resolver } from 'node:dns/promises';
import { isIP } from 'node:net';
import type { Clock } from '../../core/clock.ts';
import type { Host, Shared } from '../../core/component.ts';
import { FollowedFile } from './followed-file.ts';

/*
 * Names are looked up by getaddrinfo: it knows /etc/hosts, search domains and whatever else nsswitch.conf names. But it cannot be cancelled,
 * it blocks a thread for 10 s and more when a name server is silent, and libuv gives it two threads of four (nodejs/node#8436: with two dead
 * names a healthy look-up was seen to take 9.8 s). So each name is first asked of DNS by c-ares, which blocks nothing; names that
 * get no answer at all share one lane, the rest another, and each lane has one look-up running. The dead can hold one thread, never both.
 */

/** An address of a host. */
export interface Address {
  readonly address: string;
  readonly family: 4 | 6;
}

/** Where names are looked up; tests bring their own. */
export interface NameSources {
  /** Every address, best first. Rejects with what getaddrinfo says. */
  lookup(name: string): Promise<readonly Address[]>;
  /** Whether a name server says anything about the name, be it that there is none. */
  answered(name: string): Promise<boolean>;
  /** Whether the name is in the hosts file, so that no name server will be asked. */
  listed(name: string): Promise<boolean>;
}

/** A name that waited longer than that among the silent ones is given back: its next look-up finds out anew whether DNS has come back. */
const longestWaitMs = 5000;
const answerWithinMs = 1000;

/** Looks names up for the whole process: one look-up in flight per name, and a silent name server never holds up other names. */
export class NameResolver implements Shared {
  readonly #sources: NameSources;
  readonly #clock: Clock;
  readonly #flights = new Map<string, Promise<readonly Address[]>>();
  readonly #quick = new Lane();
  readonly #silent = new Lane();

  constructor(clock: Clock, sources: NameSources = systemSources(clock)) {
    this.#sources = sources;
    this.#clock = clock;
  }

  /** Resolves to at least one address. */
  resolve(name: string): Promise<readonly Address[]> {
    const family = isIP(name);
    if (family !== 0) return Promise.resolve([{ address: name, family: family === 4 ? 4 : 6 }]);
    const running = this.#flights.get(name);
    if (running !== undefined) return running;
    const flight = this.#look(name).finally(() => this.#flights.delete(name));
    this.#flights.set(name, flight);
    return flight;
  }

  async close(): Promise<void> {
    // A look-up that runs cannot be ended; it ends by itself and nobody waits for it.
  }

  async #look(name: string): Promise<readonly Address[]> {
    // A final dot means something to DNS only; a hosts file has none.
    const bare = name.replace(/\.$/, '');
    if (await this.#sources.listed(bare)) return this.#quick.run(() => this.#sources.lookup(bare));
    if (await this.#sources.answered(name)) return this.#quick.run(() => this.#sources.lookup(name));
    const since = this.#clock.monotonic();
    return this.#silent.run(() => {
      if (this.#clock.monotonic() - since > longestWaitMs) throw new Error('its name could not be looked up: no DNS server answers');
      return this.#sources.lookup(name);
    });
  }
}

/** The process's one resolver, opened by the first that asks. */
export function shareNameResolver(host: Host): ReturnType<typeof host.share<NameResolver>> {
  return host.share('net.names', async () => new NameResolver(host.clock));
}

/** One after the other. */
class Lane {
  #last: Promise<unknown> = Promise.resolve();

  run<T>(task: () => Promise<T>): Promise<T> {
    const result = this.#last.then(task);
    // The next one runs whatever became of this one; its own caller hears of it.
    this.#last = result.catch(() => undefined);
    return result;
  }
}

function systemSources(clock: Clock): NameSources {
  const hosts = new FollowedFile('/etc/hosts');
  return {
    async lookup(name) {
      const found = await lookup(name, { all: true });
      return found.map(({ address, family }) => ({ address, family: family === 6 ? 6 : 4 }));
    },
    answered: (name) => dnsAnswers(name, clock),
    async listed(name) {
      // Where there is no such file (Windows), DNS decides.
      const text = await hosts.read().catch(() => '');
      return hostsNames(text).has(name.toLowerCase());
    },
  };
}

async function dnsAnswers(name: string, clock: Clock): Promise<boolean> {
  // A resolver of its own: it reads resolv.conf as it stands now, and cancel() ends this question only.
  const resolver = new Resolver({ timeout: 400, tries: 2 });
  const cancel = clock.after(answerWithinMs, () => resolver.cancel());
  try {
    await resolver.resolve4(name);
    return true;
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    return code !== 'ETIMEOUT' && code !== 'ECANCELLED';
  } finally {
    cancel();
  }
}

/** The names that a hosts file knows. */
export function hostsNames(text: string): Set<string> {
  const names = new Set<string>();
  for (const line of text.split('\n')) {
    const [, ...aliases] = line.replace(/#.*/, '').trim().toLowerCase().split(/\s+/);
    for (const alias of aliases) names.add(alias);
  }
  return names;
}

// A host that refused a connection is asked last for so long.
const badMs = 30_000;
const maxNames = 64;

/** What is known of one name. */
interface Entry {
  readonly addresses: readonly Address[];
  readonly at: number;
}

/** What an address book is made of. */
export interface AddressBookOptions {
  readonly resolve: (name: string) => Promise<readonly Address[]>;
  readonly clock: Clock;
  /** 0 <= x < 1: where the round begins, so that several gateways do not all begin with the same address. */
  readonly random: () => number;
  /** How long addresses are used before they are looked up again; 0: each time. */
  readonly refreshMs: number;
}

/** The addresses that one endpoint connects to: looked up now and then, used in turn, the ones that failed lately last. */
export class AddressBook {
  readonly #options: AddressBookOptions;
  readonly #entries = new Map<string, Entry>();
  readonly #refreshing = new Map<string, Promise<readonly Address[]>>();
  readonly #failedAt = new Map<string, number>();
  #turn: number;

  constructor(options: AddressBookOptions) {
    this.#options = options;
    this.#turn = Math.floor(options.random() * 2 ** 16);
  }

  /**
   * Addresses of a host in the order in which to try them: families alternate (RFC 8305, section 4), the next address of each comes first.
   * Known ones serve while a look-up runs, and when it fails; rejects when there are none.
   */
  async candidates(host: string): Promise<readonly Address[]> {
    const known = this.#entries.get(host);
    const age = known === undefined ? Number.POSITIVE_INFINITY : this.#options.clock.monotonic() - known.at;
    if (known === undefined || this.#options.refreshMs === 0) return this.#order(await this.#refresh(host));
    // It failed: the addresses in hand go on serving, and the next connection asks again.
    if (age >= this.#options.refreshMs) this.#refresh(host).catch(() => undefined);
    return this.#order(known.addresses);
  }

  /** Nothing answered there: others come first for a while. */
  failed(address: Address): void {
    if (this.#failedAt.size >= maxNames) this.#failedAt.clear();
    this.#failedAt.set(address.address, this.#options.clock.monotonic());
  }

  /** It answered. */
  worked(address: Address): void {
    this.#failedAt.delete(address.address);
  }

  #refresh(host: string): Promise<readonly Address[]> {
    const running = this.#refreshing.get(host);
    if (running !== undefined) return running;
    const flight = this.#options
      .resolve(host)
      .then((addresses) => {
        if (this.#entries.size >= maxNames) this.#entries.clear();
        this.#entries.set(host, { addresses, at: this.#options.clock.monotonic() });
        return addresses;
      })
      .finally(() => this.#refreshing.delete(host));
    this.#refreshing.set(host, flight);
    return flight;
  }

  #order(addresses: readonly Address[]): readonly Address[] {
    const turn = this.#turn++;
    const first = addresses[0]?.family;
    const one = rotate(
      addresses.filter(({ family }) => family === first),
      turn,
    );
    const other = rotate(
      addresses.filter(({ family }) => family !== first),
      turn,
    );
    const mixed = Array.from({ length: Math.max(one.length, other.length) }, (_, i) => [one[i], other[i]])
      .flat()
      .filter((address) => address !== undefined);
    return [...mixed.filter((address) => !this.#isBad(address)), ...mixed.filter((address) => this.#isBad(address))];
  }

  #isBad({ address }: Address): boolean {
    const at = this.#failedAt.get(address);
    return at !== undefined && this.#options.clock.monotonic() - at < badMs;
  }
}

function rotate<T>(items: readonly T[], by: number): T[] {
  const start = items.length === 0 ? 0 : by % items.length;
  return [...items.slice(start), ...items.slice(0, start)];
}

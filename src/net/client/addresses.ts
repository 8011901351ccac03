import type { Clock } from '../../core/clock.ts';
import type { Address } from './names.ts';

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

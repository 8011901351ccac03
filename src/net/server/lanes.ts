/** Who waits: one name and address. */
export interface Lane {
  readonly user: string;
  readonly address: string;
}

/** How many may wait. */
export interface LaneLimits {
  readonly perLane: number;
  readonly perUser: number;
}

/** Things that wait, taken in turn: users first, then the addresses of a user, so that who waits with many delays nobody but himself. */
export class Lanes<T> {
  readonly #limits: LaneLimits;
  /** By user, then by address; whose turn it is stands first. */
  readonly #users = new Map<string, Map<string, T[]>>();

  constructor(limits: LaneLimits) {
    this.#limits = limits;
  }

  /** Whether there was room. */
  add({ user, address }: Lane, item: T): boolean {
    const addresses = this.#users.get(user) ?? new Map<string, T[]>();
    const waiting = addresses.get(address) ?? [];
    const ofUser = [...addresses.values()].reduce((sum, { length }) => sum + length, 0);
    if (waiting.length >= this.#limits.perLane || ofUser >= this.#limits.perUser) return false;
    waiting.push(item);
    addresses.set(address, waiting);
    this.#users.set(user, addresses);
    return true;
  }

  /** undefined: nobody waits. */
  next(): T | undefined {
    const [turn] = this.#users;
    if (turn === undefined) return undefined;
    const [user, addresses] = turn;
    this.#users.delete(user);
    const [lane] = addresses;
    if (lane === undefined) return undefined;
    const [address, waiting] = lane;
    addresses.delete(address);
    const item = waiting.shift();
    if (waiting.length > 0) addresses.set(address, waiting);
    if (addresses.size > 0) this.#users.set(user, addresses);
    return item;
  }
}

/** One label. */
export interface Label {
  readonly name: string;
  readonly value: string;
}

/**
 * An immutable set of labels, sorted by name in code-point order of UTF-16, each name at most once. The receiver hands out one object per
 * distinct label block while its cache holds it, so that caches of pure functions can key on identity.
 */
export class Labels implements Iterable<Label> {
  /** No labels at all. */
  static readonly empty: Labels = new Labels([]);

  readonly #pairs: readonly Label[];

  private constructor(sorted: readonly Label[]) {
    this.#pairs = sorted;
  }

  /** The pairs in any order; of a name that stands more than once the last one counts. Empty values are kept: they are what was sent. */
  static from(pairs: Iterable<Label>): Labels {
    const inOrder = [...pairs];
    // Most senders write them in order.
    if (inOrder.every((pair, at) => at === 0 || (inOrder[at - 1]?.name ?? '') < pair.name)) return new Labels(inOrder);
    const byName = new Map<string, Label>();
    for (const pair of inOrder) byName.set(pair.name, pair);
    return new Labels([...byName.values()].sort(byNameOrder));
  }

  /** { job: "api" } as labels. */
  static of(record: Readonly<Record<string, string>>): Labels {
    return Labels.from(Object.entries(record).map(([name, value]) => ({ name, value })));
  }

  /** The pairs, sorted by name in code-point order of UTF-16 and each name once: the caller's promise, nothing is checked. */
  static sorted(pairs: readonly Label[]): Labels {
    return pairs.length === 0 ? Labels.empty : new Labels(pairs);
  }

  get size(): number {
    return this.#pairs.length;
  }

  /** The value, or undefined when there is no such label. */
  get(name: string): string | undefined {
    for (const pair of this.#pairs) if (pair.name === name) return pair.value;
    return undefined;
  }

  /** With this label set; as in Prometheus an empty value removes it. Itself when nothing changes. */
  with(name: string, value: string): Labels {
    if (value === '') return this.without((other) => other === name);
    if (this.get(name) === value) return this;
    const others = this.#pairs.filter((pair) => pair.name !== name);
    return new Labels([...others, { name, value }].sort(byNameOrder));
  }

  /** Without the labels whose name the predicate picks. Itself when there are none. */
  without(picks: (name: string) => boolean): Labels {
    const kept = this.#pairs.filter((pair) => !picks(pair.name));
    return kept.length === this.#pairs.length ? this : new Labels(kept);
  }

  /** Same names and values. */
  equals(other: Labels): boolean {
    if (this === other) return true;
    if (this.size !== other.size) return false;
    return this.#pairs.every((pair, at) => {
      const twin = other.#pairs[at];
      return pair.name === twin?.name && pair.value === twin.value;
    });
  }

  [Symbol.iterator](): Iterator<Label> {
    return this.#pairs[Symbol.iterator]();
  }

  /** {job="api", region="eu"}: for logs and messages. */
  toString(): string {
    return `{${this.#pairs.map((pair) => `${pair.name}=${JSON.stringify(pair.value)}`).join(', ')}}`;
  }

  /** { job: "api" }. */
  toJSON(): Record<string, string> {
    return Object.fromEntries(this.#pairs.map((pair) => [pair.name, pair.value]));
  }
}

/** Remembers a pure function of labels by their identity, for as long as somebody else holds them. */
export function memoByLabels<T>(compute: (labels: Labels) => T): (labels: Labels) => T {
  const known = new WeakMap<Labels, { readonly result: T }>();
  return (labels) => {
    const hit = known.get(labels);
    if (hit !== undefined) return hit.result;
    const result = compute(labels);
    known.set(labels, { result });
    return result;
  };
}

function byNameOrder(a: Label, b: Label): number {
  return a.name < b.name ? -1 : a.name > b.name ? 1 : 0;
}

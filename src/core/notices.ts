import type { Clock } from './clock.ts';

/** How notices are told. */
export interface NoticeRules<F> {
  readonly clock: Clock;
  /** Of one key at most one is told in so many milliseconds. */
  readonly everyMs: number;
  /** Keys that are told apart at once; all others are told together, under the key of the first of them. */
  readonly mostKeys: number;
  /** `count`: how much came since it was told last; `facts`: of the newest. */
  readonly tell: (facts: F, count: number) => void;
}

interface Pending<F> {
  facts: F;
  count: number;
}

/** What comes again and again is told at once, and then once a period with how much there was. */
export class Notices<F> {
  readonly #rules: NoticeRules<F>;
  readonly #pending = new Map<string, Pending<F>>();

  constructor(rules: NoticeRules<F>) {
    this.#rules = rules;
  }

  note(wanted: string, facts: F, count = 1): void {
    const { tell, mostKeys } = this.#rules;
    const key = this.#pending.has(wanted) || this.#pending.size < mostKeys ? wanted : others;
    const pending = this.#pending.get(key);
    if (pending !== undefined) {
      pending.facts = facts;
      pending.count += count;
      return;
    }
    this.#pending.set(key, { facts, count: 0 });
    this.#wait(key);
    tell(facts, count);
  }

  #wait(key: string): void {
    const { clock, everyMs, tell } = this.#rules;
    clock.after(everyMs, () => {
      const pending = this.#pending.get(key);
      if (pending === undefined || pending.count === 0) return void this.#pending.delete(key);
      const { facts, count } = pending;
      pending.count = 0;
      this.#wait(key);
      tell(facts, count);
    });
  }
}

const others = '\0others';

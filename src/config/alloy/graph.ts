/** What each thing refers to. */
export type Edges<T> = ReadonlyMap<T, ReadonlySet<T>>;

/** Everything that the seeds refer to, over any number of steps, and the seeds themselves. */
export function reachable<T>(seeds: Iterable<T>, edges: Edges<T>): ReadonlySet<T> {
  const found = new Set(seeds);
  // A set that grows while it is walked is walked to its end.
  for (const one of found) for (const next of edges.get(one) ?? []) found.add(next);
  return found;
}

/** Things in the order they can be evaluated in, and those that refer to themselves in the end. */
export interface Order<T> {
  /** What is referred to comes first. */
  readonly order: readonly T[];
  readonly cycles: readonly (readonly T[])[];
}

/** Depth first, without recursion: a chain may be as long as a file. */
export function orderOf<T>(things: readonly T[], edges: Edges<T>): Order<T> {
  const order: T[] = [];
  const cycles: T[][] = [];
  const state = new Map<T, 'open' | 'done'>();
  const wanted = new Set(things);
  for (const start of things) {
    if (state.has(start)) continue;
    const path: { readonly thing: T; readonly rest: Iterator<T> }[] = [];
    const open = (thing: T): void => {
      state.set(thing, 'open');
      path.push({ thing, rest: [...(edges.get(thing) ?? [])].filter((one) => wanted.has(one)).values() });
    };
    open(start);
    for (let top = path.at(-1); top !== undefined; top = path.at(-1)) {
      const next = top.rest.next();
      if (next.done === true) {
        state.set(top.thing, 'done');
        order.push(top.thing);
        path.pop();
      } else if (!state.has(next.value)) open(next.value);
      else if (state.get(next.value) === 'open')
        cycles.push(path.slice(path.findIndex(({ thing }) => thing === next.value)).map(({ thing }) => thing));
    }
  }
  return { order, cycles };
}

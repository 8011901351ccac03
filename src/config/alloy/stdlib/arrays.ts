import { areEqual, BadArgument, NativeFunction, type ObjectValue, type Value } from '../value.ts';
import { takeBool, takeList, takeObjects, takeText, takeTexts, ternary, variadic } from './native.ts';

// Components feed each other, so a few that double a list would fill the memory.
const longest = 100_000;

/** The functions of `array.*`. */
export const arrayFunctions: Readonly<Record<string, Value>> = {
  concat: variadic(takeList, (lists) => bounded(lists.flat())),
  combine_maps: new NativeFunction((args) => {
    if (args.length !== 3 && args.length !== 4) throw new Error(`expected 3 or 4 args, got ${args.length}`);
    const [left, right, keys, keepLeft] = args;
    return combineMaps(
      takeObjects(left ?? null, 0),
      takeObjects(right ?? null, 1),
      takeTexts(keys ?? null, 2),
      keepLeft === undefined ? false : takeBool(keepLeft, 3),
    );
  }),
  group_by: ternary(takeObjects, takeText, takeBool, groupBy),
};

/** Joins what has equal values under all keys; of a field that both have the right one counts. */
function combineMaps(left: readonly ObjectValue[], right: readonly ObjectValue[], keys: readonly string[], keepLeft: boolean): Value {
  if (keys.length === 0) throw new BadArgument(2, 'must not be empty');
  const combined = left.flatMap((one): Value[] => {
    const joined = right.filter((other) =>
      keys.every((key) => one.has(key) && other.has(key) && areEqual(one.get(key) ?? null, other.get(key) ?? null)),
    );
    if (joined.length === 0) return keepLeft ? [one] : [];
    return joined.map((other) => new Map([...one, ...other]));
  });
  return bounded(combined);
}

function groupBy(elements: readonly ObjectValue[], key: string, dropMissing: boolean): Value {
  const groups = new Map<string, Value[]>();
  for (const element of elements) {
    const value = element.get(key);
    if (value === undefined && dropMissing) continue;
    const group = value === undefined ? '' : takeText(value, 0);
    const items = groups.get(group) ?? [];
    items.push(element);
    groups.set(group, items);
  }
  return [...groups].map(
    ([group, items]) =>
      new Map<string, Value>([
        [key, group],
        ['items', items],
      ]),
  );
}

function bounded(list: readonly Value[]): Value {
  if (list.length > longest) throw new Error(`the list is longer than ${longest} elements`);
  return list;
}

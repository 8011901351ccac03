import type { Labels } from './labels.ts';

/** A string that two lists of values share only when they are the same: of some labels, in this order; one that is missing is empty. */
export function valuesKey(labels: Labels, names: readonly string[]): string {
  let key = '';
  for (const name of names) {
    const value = labels.get(name) ?? '';
    key += `${value.length},${value}`;
  }
  return key;
}

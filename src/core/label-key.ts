import type { Labels } from './labels.ts';

/** A string that two label sets share only when they have the same names and values: for maps and hashes. */
export function labelKey(labels: Labels): string {
  let key = '';
  for (const { name, value } of labels) key += `${name.length},${value.length},${name}${value}`;
  return key;
}

/** The same of the values of some labels, in this order; one that is missing is empty. */
export function valuesKey(labels: Labels, names: readonly string[]): string {
  let key = '';
  for (const name of names) {
    const value = labels.get(name) ?? '';
    key += `${value.length},${value}`;
  }
  return key;
}

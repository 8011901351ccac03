import type { Labels } from './labels.ts';

/** A string that two label sets share only when they have the same names and values: for maps and hashes. */
export function labelKey(labels: Labels): string {
  let key = '';
  for (const { name, value } of labels) key += `${name.length},${value.length},${name}${value}`;
  return key;
}

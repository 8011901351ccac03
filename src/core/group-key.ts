import { valuesKey } from './label-key.ts';
import type { Series } from './profile.ts';

/** What series are counted together by: `tenant` is the tenant that a series is stored under, anything else a label. The text is for maps. */
export function groupKey(series: Series, by: readonly string[]): string {
  const [only] = by;
  if (by.length === 1 && only === 'tenant') return series.tenant;
  return by.map((name) => (name === 'tenant' ? `${series.tenant.length},${series.tenant}` : valuesKey(series.labels, [name]))).join('');
}

/** The same for a reader: tenant "a", team "b". */
export function groupWords(series: Series, by: readonly string[]): string {
  return by
    .map((name) => `${name} ${JSON.stringify((name === 'tenant' ? series.tenant : (series.labels.get(name) ?? '')).slice(0, 100))}`)
    .join(', ');
}

/** Of the names that groupKey() takes those of labels. */
export function groupLabels(by: readonly string[]): string[] {
  return by.filter((name) => name !== 'tenant');
}

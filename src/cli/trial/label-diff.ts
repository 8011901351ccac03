import type { Labels } from '../../core/labels.ts';

/** A label that one set has and the other has not, or has otherwise. Undefined: it is not there. */
export interface LabelChange {
  readonly name: string;
  readonly before: string | undefined;
  readonly after: string | undefined;
}

/** What tells two label sets apart, by name. */
export function labelChanges(before: Labels, after: Labels): LabelChange[] {
  const names = new Set([...before, ...after].map(({ name }) => name));
  return [...names]
    .sort()
    .map((name) => ({ name, before: before.get(name), after: after.get(name) }))
    .filter((change) => change.before !== change.after);
}

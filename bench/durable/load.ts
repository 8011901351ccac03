import { join } from 'node:path';
import type { LoadOrder, LoadResult } from '../load.ts';
import { run } from '../processes.ts';

/** Runs the load generator in a process of its own. Rejects when a push was not answered 200. */
export async function load(order: LoadOrder): Promise<LoadResult> {
  const said = await run(process.execPath, [join(import.meta.dirname, '../load.ts'), JSON.stringify(order)], 'around');
  // Its own output: what LoadResult says.
  const result = JSON.parse(said) as LoadResult;
  if (Object.keys(result.refused).length > 0) throw new Error(`pushes were refused: ${JSON.stringify(result.refused)}`);
  return result;
}

/** The middle one; NaN of none. */
export function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[values.length >> 1] ?? Number.NaN;
}

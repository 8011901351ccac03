import { isDefaultName } from './names.ts';

/** An endpoint as far as its place in the log goes. */
export interface Wanted {
  readonly name: string;
  /** Whether somebody gave it that name; otherwise it follows from the URL. */
  readonly named: boolean;
}

/** A cursor that the log has. */
export interface Existing {
  readonly name: string;
  readonly retired: boolean;
}

/** Which cursors of a log belong to whom. */
export interface CursorPlan {
  /** The endpoint of this name goes on with the cursor that had another one. */
  readonly inherited: { readonly from: string; readonly to: string } | undefined;
  /** Nobody's: what they have stays until it is delivered elsewhere, expires or is purged. */
  readonly orphans: readonly string[];
}

/**
 * An endpoint's cursor has its name. An unnamed endpoint is called after its URL, so with a new URL it would leave its backlog behind: where
 * exactly one unnamed endpoint went and one came, the new one inherits.
 */
export function planCursors(existing: readonly Existing[], wanted: readonly Wanted[]): CursorPlan {
  const names = new Set(wanted.map(({ name }) => name));
  const known = new Set(existing.map(({ name }) => name));
  const gone = existing.filter(({ name }) => !names.has(name));
  const went = gone.filter(({ name, retired }) => !retired && isDefaultName(name));
  const came = wanted.filter(({ name, named }) => !named && !known.has(name));
  const [from, to] = [went[0], came[0]];
  const inherited =
    from !== undefined && to !== undefined && went.length === 1 && came.length === 1 ? { from: from.name, to: to.name } : undefined;
  return { inherited, orphans: gone.map(({ name }) => name).filter((name) => name !== inherited?.from) };
}

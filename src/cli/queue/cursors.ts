import { emptyAccount } from '../../core/account.ts';
import type { CursorOptions, Log } from '../../queue/log.ts';

/** A cursor that is opened by somebody who changes nothing about it. */
export function asItIs(log: Log, name: string): CursorOptions {
  return { from: 'end', retired: log.names().some((known) => known.name === name && known.retired), account: emptyAccount() };
}

/** Makes a cursor where there is none of this name. */
export async function ensureCursor(log: Log, name: string, retired: boolean): Promise<void> {
  if (log.names().some((known) => known.name === name)) return;
  await (await log.cursor(name, { from: 'end', retired, account: emptyAccount() })).close();
}

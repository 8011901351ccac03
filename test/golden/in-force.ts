import type { Case } from './case.ts';

/** What is played with a process of its own even in the short form: how it starts, ends, and reloads, one of each. */
const asProcesses: ReadonlySet<string> = new Set(['C02-strings', 'C06-two-errors', 'R10-grpc-h2c', 'W74-reload-syntax-error']);

/** Whether the case needs a process: its environment is the process's own. */
export function needsProcess({ id, env }: Case): boolean {
  return env !== undefined || asProcesses.has(id);
}

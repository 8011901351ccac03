import type { Case } from './case.ts';

/** Why rows are not demanded of this build, by the beginnings of their ids. */
const notYet: readonly (readonly [pattern: RegExp, why: string])[] = [
  [/^S(?!06)/, 'needs pyroscope.scrape, which this build can check and not run'],
];
/** Undefined when the case is demanded of this build, else why it is not. */
export function whyNot({ id }: Case): string | undefined {
  return notYet.find(([pattern]) => pattern.test(id))?.[1];
}

/** What is played with a process of its own even in the short form: how it starts, ends, and reloads, one of each. */
const asProcesses: ReadonlySet<string> = new Set(['C02-strings', 'C06-two-errors', 'R10-grpc-h2c', 'W74-reload-syntax-error']);

/** Whether the case needs a process: its environment is the process's own. */
export function needsProcess({ id, env }: Case): boolean {
  return env !== undefined || asProcesses.has(id);
}

/** Records that a walk over many looks at before it lets others run: some milliseconds of work. */
export const workPerTurn = 4096;

/** Resolves when the event loop has turned: what was waiting has run. */
export function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

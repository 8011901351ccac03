/** A severity of the log, least severe first. */
export const levels = ['debug', 'info', 'warn', 'error'] as const;
/** One of them. */
export type Level = (typeof levels)[number];

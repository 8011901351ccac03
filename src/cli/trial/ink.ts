import type { Io, Writer } from '../io.ts';

/** Colours, where somebody reads on a terminal and has not said that they are not wanted (no-color.org). */
export interface Ink {
  red(text: string): string;
  green(text: string): string;
  dim(text: string): string;
}

/** For one stream. */
export function inkFor(writer: Writer, env: Io['env']): Ink {
  const colours = writer.isTty && (env['NO_COLOR'] ?? '') === '';
  const paint = (code: number) => (text: string) => (colours ? `\x1b[${code}m${text}\x1b[0m` : text);
  return { red: paint(31), green: paint(32), dim: paint(2) };
}

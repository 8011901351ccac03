import { suggest } from '../config/suggest.ts';

/**
 * The line of a file that a problem is about, with a caret below the column. What stands behind a key that may name a secret is left out,
 * misspelt keys included: terminals are copied into tickets.
 */
export function excerptOf(text: string, line: number, column: number): string | undefined {
  const whole = text.split('\n', line)[line - 1];
  if (whole === undefined || line < 1) return undefined;
  const { shown, caret } = cut(hideSecrets(whole.replace(/\r$/, '').replaceAll('\t', ' ')), column - 1);
  const number = String(line);
  return `  ${number} | ${shown}\n  ${' '.repeat(number.length)} | ${' '.repeat(caret)}^\n`;
}

const widest = 120;

/** A long line is shown around the caret. */
function cut(line: string, column: number): { shown: string; caret: number } {
  const caret = Math.max(0, Math.min(column, line.length));
  const from = line.length <= widest ? 0 : Math.max(0, caret - widest / 2);
  return { shown: line.slice(from, from + widest).trimEnd(), caret: caret - from };
}

function hideSecrets(line: string): string {
  for (const match of line.matchAll(/([\w-]+)["']?\s*[:=]\s*(?=\S)/g)) {
    if (mayNameSecret(match[1] ?? '')) return `${line.slice(0, match.index + match[0].length)}<secret>`;
  }
  return line.replaceAll(/\/\/[^/\s@]+@/g, '//<secret>@');
}

const secretWords = ['password', 'passwd', 'secret', 'token', 'authorization', 'auth', 'credentials', 'cookie', 'bearer', 'key', 'pem'];

function mayNameSecret(key: string): boolean {
  return key.split(/[_-]|(?<=[a-z])(?=[A-Z])/).some((word) => suggest(word, secretWords) !== undefined);
}

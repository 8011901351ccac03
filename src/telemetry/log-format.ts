import { styleText } from 'node:util';
import type { Level } from '../core/levels.ts';

/** How a line of the log looks. */
export type LineFormat = 'json' | 'logfmt' | 'pretty';

/** One line, as pino wrote it. */
interface Line {
  readonly level: Level;
  readonly time: string;
  readonly message: string;
  readonly component?: string;
  readonly [fact: string]: unknown;
}

const colours = { debug: 'gray', info: 'green', warn: 'yellow', error: 'red' } as const;

/** 1700000000000 -> "2023-11-14T22:13:20.000Z". */
export function isoTime(ms: number): string {
  // biome-ignore lint/style/noRestrictedGlobals: words for a time that the clock gave; none is read here
  return new Date(ms).toISOString();
}

/** pino's JSON line in another form, line feed included. Nothing a sender wrote can start a line of its own or steer a terminal. */
export function formatLine(json: string, format: LineFormat, colour: boolean): string {
  if (format === 'json') return json;
  const { level, time, message, component, ...facts } = JSON.parse(json) as Line; // written by pino a moment ago, with these keys
  if (format === 'logfmt') return `${pairs({ time, level, component, message, ...facts })}\n`;
  const name = level.toUpperCase().padEnd(5);
  const head = `${time.slice(11, 23)} ${colour ? styleText(colours[level], name, { validateStream: false }) : name}`;
  return `${[head, component, quoteControls(message), pairs(facts)].filter((part) => part !== undefined && part !== '').join(' ')}\n`;
}

function pairs(facts: Readonly<Record<string, unknown>>): string {
  return Object.entries(facts)
    .filter(([, value]) => value !== undefined)
    .map(([key, value]) => `${key}=${quoteWhereNeeded(typeof value === 'string' ? value : JSON.stringify(value))}`)
    .join(' ');
}

function quoteWhereNeeded(text: string): string {
  return /^[\w./:@+%,-]+$/.test(text) ? text : quoteControls(JSON.stringify(text));
}

/** JSON escapes what stands below U+0020 only: DEL, the C1 controls and the line separators move a cursor or break a line as well. */
function quoteControls(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: controls are what must not get through
  return text.replace(/[\u0000-\u001f\u007f-\u009f\u2028\u2029]/g, (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

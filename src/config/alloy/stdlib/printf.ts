import { Secret } from '../../../core/secret.ts';
import { BadArgument, formatNumber, NativeFunction, toPlain, typeOf, type Value } from '../value.ts';
import { takeText } from './native.ts';

const directive = /%([-+# 0]*)(\d*)(?:\.(\d*))?(.)?/gsu;
// Wider than any line of a configuration.
const widest = 1000;

interface Directive {
  readonly flags: string;
  readonly width: number;
  /** Undefined when none is given. */
  readonly precision: number | undefined;
}

/** string.format: Go's Sprintf with its verbs for text, numbers, booleans and %v. What does not fit shows in the text, as in Go. */
export const format = new NativeFunction((args) => {
  if (args.length === 0) throw new Error('expected at least 1 args, got 0');
  const template = takeText(args[0] ?? null, 0);
  let next = 1;
  const text = template.replace(directive, (_, flags: string, width: string, precision: string | undefined, verb: string | undefined) => {
    if (verb === undefined) return '%!(NOVERB)';
    if (verb === '%') return '%';
    if (next >= args.length) return `%!${verb}(MISSING)`;
    const value = args[next] ?? null;
    if (value instanceof Secret) throw new BadArgument(next, 'is a secret, which may not be converted into a string');
    next += 1;
    const how: Directive = {
      flags,
      width: Math.min(Number(width), widest),
      precision: precision === undefined ? undefined : Math.min(Number(precision), 100),
    };
    return formatOne(verb, value, how) ?? `%!${verb}(${typeOf(value)}=${show(value)})`;
  });
  const extra = args.slice(next).map((value) => `${typeOf(value)}=${show(value)}`);
  return extra.length === 0 ? text : `${text}%!(EXTRA ${extra.join(', ')})`;
});

/** Undefined when the verb does not take such a value. */
function formatOne(verb: string, value: Value, how: Directive): string | undefined {
  if (verb === 'v')
    return typeof value === 'number' || typeof value === 'bigint' ? pad(signed(show(value), how), how) : pad(show(value), how);
  if (verb === 't') return typeof value === 'boolean' ? pad(String(value), how) : undefined;
  if (typeof value === 'string') return formatText(verb, value, how);
  if (typeof value === 'bigint') return formatInteger(verb, value, how);
  if (typeof value === 'number') return formatFloat(verb, value, how);
  return undefined;
}

function formatText(verb: string, value: string, how: Directive): string | undefined {
  const cut = how.precision === undefined ? value : [...value].slice(0, how.precision).join('');
  if (verb === 's') return pad(cut, how);
  if (verb === 'q') return pad(JSON.stringify(cut), how);
  if (verb === 'x' || verb === 'X') {
    const hex = Buffer.from(value).toString('hex');
    return pad(verb === 'x' ? hex : hex.toUpperCase(), how);
  }
  return undefined;
}

const bases: Readonly<Record<string, number>> = { d: 10, b: 2, o: 8, x: 16, X: 16 };
const basePrefixes: Readonly<Record<string, string>> = { b: '0b', o: '0', x: '0x', X: '0X' };

function formatInteger(verb: string, value: bigint, how: Directive): string | undefined {
  const base = bases[verb];
  if (verb === 'c') return pad(value >= 0n && value <= 0x10ffffn ? String.fromCodePoint(Number(value)) : '\uFFFD', how);
  if (base === undefined) return undefined;
  const digits = (value < 0n ? -value : value).toString(base).padStart(how.precision ?? 0, '0');
  const prefix = how.flags.includes('#') ? (basePrefixes[verb] ?? '') : '';
  return pad(signed(`${value < 0n ? '-' : ''}${prefix}${verb === 'X' ? digits.toUpperCase() : digits}`, how), how);
}

function formatFloat(verb: string, value: number, how: Directive): string | undefined {
  if (verb === 'f' || verb === 'F') return pad(signed(value.toFixed(how.precision ?? 6), how), how);
  if (verb === 'e' || verb === 'E') {
    // Go writes at least two digits of exponent.
    const text = value.toExponential(how.precision ?? 6).replace(/e([+-])(\d)$/, 'e$10$2');
    return pad(signed(verb === 'e' ? text : text.toUpperCase(), how), how);
  }
  if (verb === 'g' || verb === 'G')
    return pad(signed(how.precision ? String(Number(value.toPrecision(how.precision))) : show(value), how), how);
  return undefined;
}

function show(value: Value): string {
  if (value === null) return '<nil>';
  if (typeof value === 'string') return value;
  if (typeof value === 'number' || typeof value === 'bigint') return formatNumber(value);
  return typeOf(value) === 'array' || typeOf(value) === 'object' || typeof value === 'boolean'
    ? JSON.stringify(toPlain(value))
    : typeOf(value);
}

function signed(text: string, { flags }: Directive): string {
  if (text.startsWith('-')) return text;
  return flags.includes('+') ? `+${text}` : flags.includes(' ') ? ` ${text}` : text;
}

function pad(text: string, { flags, width }: Directive): string {
  if (flags.includes('-')) return text.padEnd(width);
  if (!flags.includes('0')) return text.padStart(width);
  const sign = /^[+-]?/.exec(text)?.[0] ?? '';
  return sign + text.slice(sign.length).padStart(width - sign.length, '0');
}

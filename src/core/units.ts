import { z } from 'zod';

const durationUnitMs: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 };
const sizeUnitBytes: Readonly<Record<string, number>> = {
  B: 1,
  KB: 1e3,
  MB: 1e6,
  GB: 1e9,
  TB: 1e12,
  KiB: 2 ** 10,
  MiB: 2 ** 20,
  GiB: 2 ** 30,
  TiB: 2 ** 40,
};

/** "1m30s" -> 90000; undefined when it is no duration. Sums are allowed, a bare number is not, but for 0. */
export function parseDuration(text: string): number | undefined {
  if (text === '0') return 0;
  if (!/^(\d+(\.\d+)?(ms|s|m|h))+$/.test(text)) return undefined;
  let ms = 0;
  for (const [, amount, , unit] of text.matchAll(/(\d+(\.\d+)?)(ms|s|m|h)/g))
    ms += Number(amount) * (durationUnitMs[unit as string] ?? Number.NaN);
  return ms;
}

/** 90000 -> "1m30s". */
export function formatDuration(ms: number): string {
  if (ms === 0) return '0s';
  let left = ms;
  let text = '';
  for (const [unit, unitMs] of Object.entries(durationUnitMs).reverse()) {
    const amount = unit === 'ms' ? left : Math.floor(left / unitMs);
    if (amount <= 0) continue;
    text += `${amount}${unit}`;
    left -= amount * unitMs;
  }
  return text;
}

/** "64MiB" -> 67108864; a plain number is bytes; undefined when it is no size. */
export function parseSize(text: string): number | undefined {
  const parts = /^(\d+(?:\.\d+)?)\s*([A-Za-z]*)$/.exec(text);
  if (parts === null) return undefined;
  const unit = parts[2] === '' ? 1 : sizeUnitBytes[parts[2] as string];
  return unit === undefined ? undefined : Math.round(Number(parts[1]) * unit);
}

/** 67108864 -> "64MiB". */
export function formatSize(bytes: number): string {
  for (const unit of ['TiB', 'GiB', 'MiB', 'KiB']) {
    const unitBytes = sizeUnitBytes[unit] as number;
    if (bytes >= unitBytes && bytes % unitBytes === 0) return `${bytes / unitBytes}${unit}`;
  }
  return String(bytes);
}

/** Other spellings of a unit, in lower case: how it is written here. */
const durationSpellings: readonly (readonly [spelling: RegExp, unit: string])[] = [
  [/^(?:ms|msecs?|millis|milliseconds?)$/, 'ms'],
  [/^(?:s|secs?|seconds?)$/, 's'],
  [/^(?:m|mins?|minutes?)$/, 'm'],
  [/^(?:h|hrs?|hours?)$/, 'h'],
];

/** `: write 10s` for `10sec`; empty when it cannot be told what was meant. */
function durationAdvice(text: string): string {
  const parts = [...text.toLowerCase().matchAll(/(\d+(?:\.\d+)?)\s*([a-z]*)\s*/g)];
  if (parts.length === 0 || parts.map(([whole]) => whole).join('') !== text.toLowerCase().trimStart()) return '';
  const meant = parts.map(([, amount = '', unit = '']) => {
    if (/^(?:d|days?)$/.test(unit)) return `${Number(amount) * 24}h`;
    const known = durationSpellings.find(([spelling]) => spelling.test(unit));
    return known === undefined ? undefined : `${amount}${known[1]}`;
  });
  if (parts.length === 1 && parts[0]?.[2] === '') return `: it has no unit, write ${text.trim()}s for seconds`;
  return meant.includes(undefined) ? '' : `: write ${meant.join('')}`;
}

/** `: write 10GiB` for `10G`; empty when it cannot be told what was meant. */
function sizeAdvice(text: string): string {
  const [, amount, letter, rest] = /^\s*(\d+(?:\.\d+)?)\s*([kmgt])(i?b?|bytes?)\s*$/i.exec(text) ?? [];
  if (amount === undefined || letter === undefined) return '';
  const decimal = /^b/i.test(rest ?? '');
  return `: write ${amount}${letter.toUpperCase()}${decimal ? 'B' : 'iB'}`;
}

/** A duration as the user writes it; milliseconds after parsing. Give the default in milliseconds. */
export const DurationSchema = z
  .union([z.string(), z.number()])
  .transform((value, context) => {
    const ms = parseDuration(String(value));
    if (ms !== undefined) return ms;
    const message = `expected a duration such as 300ms, 30s or 1m30s, found ${JSON.stringify(value)}${durationAdvice(String(value))}`;
    context.addIssue({ code: 'custom', message });
    return z.NEVER;
  })
  .meta({ unit: 'duration' });

/** A size as the user writes it; bytes after parsing. Give the default in bytes. */
export const SizeSchema = z
  .union([z.string(), z.number()])
  .transform((value, context) => {
    const bytes = parseSize(String(value));
    if (bytes !== undefined) return bytes;
    context.addIssue({
      code: 'custom',
      message: `expected a size such as 512KiB, 64MiB or a number of bytes, found ${JSON.stringify(value)}${sizeAdvice(String(value))}`,
    });
    return z.NEVER;
  })
  .meta({ unit: 'size' });

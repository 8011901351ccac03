import type { Value } from '../value.ts';
import { binary, takeText, takeTexts, ternary, unary } from './native.ts';
import { format } from './printf.ts';

/** The functions of `string.*`. Lengths and cut sets are in code points, as in Go. */
export const stringFunctions: Readonly<Record<string, Value>> = {
  format,
  join: binary(takeTexts, takeText, (parts, separator) => parts.join(separator)),
  replace: ternary(takeText, takeText, takeText, (text, old, other) => text.replaceAll(old, () => other)),
  split: binary(takeText, takeText, (text, separator) => (separator === '' ? [...text] : text.split(separator))),
  to_lower: unary(takeText, (text) => text.toLowerCase()),
  to_upper: unary(takeText, (text) => text.toUpperCase()),
  trim: binary(takeText, takeText, trim),
  trim_prefix: binary(takeText, takeText, (text, prefix) => (text.startsWith(prefix) ? text.slice(prefix.length) : text)),
  trim_suffix: binary(takeText, takeText, (text, suffix) =>
    suffix !== '' && text.endsWith(suffix) ? text.slice(0, -suffix.length) : text,
  ),
  trim_space: unary(takeText, (text) => text.trim()),
};

function trim(text: string, cutset: string): string {
  const cut = new Set(cutset);
  const chars = [...text];
  let start = 0;
  let end = chars.length;
  while (start < end && cut.has(chars[start] ?? '')) start += 1;
  while (end > start && cut.has(chars[end - 1] ?? '')) end -= 1;
  return chars.slice(start, end).join('');
}

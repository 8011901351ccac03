import { formatDuration } from '../../core/units.ts';

/** 1536 -> "1.5 KiB". */
export function sizeText(bytes: number): string {
  let [amount, unit] = [bytes, 'B'];
  for (const larger of ['KiB', 'MiB', 'GiB', 'TiB']) {
    if (amount < 1024) break;
    [amount, unit] = [amount / 1024, larger];
  }
  return unit === 'B' ? `${amount} B` : `${amount >= 100 ? Math.round(amount) : amount.toFixed(1)} ${unit}`;
}

/** An age to the second; "-" for none. */
export function ageText(ageMs: number | undefined): string {
  if (ageMs === undefined) return '-';
  return formatDuration(Math.max(0, Math.round(ageMs / 1000)) * 1000);
}

/** Columns as wide as their widest cell; those whose heading begins with a space are numbers and stand on the right. */
export function table(headings: readonly string[], rows: readonly (readonly string[])[]): string {
  const titles = headings.map((heading) => heading.trim());
  const widths = titles.map((title, column) => Math.max(title.length, ...rows.map((row) => (row[column] ?? '').length)));
  const line = (cells: readonly string[]): string =>
    cells
      .map((cell, column) => (headings[column]?.startsWith(' ') ? cell.padStart(widths[column] ?? 0) : cell.padEnd(widths[column] ?? 0)))
      .join('  ')
      .trimEnd();
  return [titles, ...rows].map((cells) => `${line(cells)}\n`).join('');
}

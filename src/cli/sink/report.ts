import type { SeriesTotal, Totals } from './totals.ts';

/** What has arrived so far: one JSON object on a line, or a table for people. */
export function formatTotals(totals: Totals, json: boolean): string {
  const { requests, refused, rows } = totals;
  if (json) return `${JSON.stringify({ requests, refused, series: rows })}\n`;
  const head = `${requests} requests taken, ${refused} refused\n`;
  const problems = rows
    .filter(({ problem }) => problem !== undefined)
    .map(({ service, type, problem }) => `  bad: ${service} ${type}: ${problem}\n`);
  return rows.length === 0 ? head : `${head}${table(rows)}${problems.join('')}`;
}

function table(rows: readonly SeriesTotal[]): string {
  const cells = rows.map(({ service, type, profiles, samples, sizeBytes, bad }) => [
    service,
    type,
    String(profiles),
    String(samples),
    String(sizeBytes),
    String(bad),
  ]);
  const all = [['service', 'type', 'profiles', 'samples', 'bytes', 'bad'], ...cells];
  const widths = [0, 1, 2, 3, 4, 5].map((column) => Math.max(...all.map((row) => row[column]?.length ?? 0)));
  const line = (row: readonly string[]): string =>
    row.map((cell, column) => (column < 2 ? cell.padEnd(widths[column] ?? 0) : cell.padStart(widths[column] ?? 0))).join('  ');
  return all.map((row) => `  ${line(row)}\n`).join('');
}

import type { Labels } from '../../core/labels.ts';
import type { PprofSummary } from '../../wire/pprof.ts';

/** One profile that has come to the end of its way. */
export interface Shown {
  readonly service: string;
  /** As the program sent them; undefined when nobody saw. */
  readonly sent: Labels | undefined;
  /** As Pyroscope gets them. */
  readonly arrived: Labels;
  readonly sizeBytes: number;
  readonly summary: PprofSummary;
}

/** What one arrival looks like on the screen: the whole story the first time, later one line. */
export function formatArrival(arrival: Shown, count: number): string {
  const { service, sizeBytes, summary } = arrival;
  const types = summary.types.map((type) => `${type.type} ${formatAmount(type.total, type.unit)}`).join(', ');
  const line = `${service.padEnd(12)} ${types}: ${summary.samples} samples, ${formatAmount(sizeBytes, 'bytes')}`;
  if (count > 1) return `${line} (no. ${count})\n`;
  return [
    `\n${line}`,
    `  labels sent     ${arrival.sent ?? 'unknown'}`,
    `  labels arrived  ${arrival.arrived}`,
    ...summary.top.map((top, rank) => `  ${rank === 0 ? 'top by self' : '           '}     ${formatTop(top, summary)}`),
    '',
  ].join('\n');
}

function formatTop(top: PprofSummary['top'][number], summary: PprofSummary): string {
  const total = summary.types.findLast(({ unit }) => unit === top.unit)?.total ?? 0;
  const share = total > 0 ? `${((100 * top.self) / total).toFixed(0)}%` : '';
  return `${share.padStart(4)}  ${formatAmount(top.self, top.unit).padStart(9)}  ${top.name}`;
}

/** 1500000000 nanoseconds -> "1.5 s". */
export function formatAmount(amount: number, unit: string): string {
  if (unit === 'nanoseconds') return amount >= 1e9 ? `${trim(amount / 1e9)} s` : `${trim(amount / 1e6)} ms`;
  if (unit === 'bytes') return amount >= 2 ** 20 ? `${trim(amount / 2 ** 20)} MiB` : `${trim(amount / 2 ** 10)} KiB`;
  return String(amount);
}

function trim(value: number): string {
  return value >= 100 ? value.toFixed(0) : value.toFixed(1);
}

import { formatSize } from '../src/core/units.ts';
import type { Cell } from './cell.ts';

/** A table of Markdown: a line for each program and size, with how many times the floor it costs. */
export function formatCells(cells: readonly Cell[]): string {
  const rows = cells.map((cell) => {
    const floor = cells.find(({ program, profileBytes }) => program === 'floor' && profileBytes === cell.profileBytes);
    const ratio = (cell.cpuSecondsPer1000 ?? Number.NaN) / (floor?.cpuSecondsPer1000 ?? Number.NaN);
    return [
      formatSize(cell.profileBytes),
      cell.program,
      fixed(cell.cpuSecondsPer1000, 4),
      fixed(ratio, 1),
      cell.pushesPerSecond.toFixed(0),
      cell.p50Ms.toFixed(2),
      cell.p99Ms.toFixed(2),
      fixed((cell.peakBytes ?? Number.NaN) / 2 ** 20, 0),
      fixed(cell.cores, 2),
    ];
  });
  const head = ['push', 'program', 'CPU-s / 1,000', '× floor', 'pushes/s', 'p50 ms', 'p99 ms', 'peak MiB', 'cores'];
  const ruler = head.map((_, column) => (column < 2 ? '---' : '---:'));
  return [head, ruler, ...rows].map((row) => `| ${row.join(' | ')} |\n`).join('');
}

function fixed(value: number | undefined, digits: number): string {
  return value === undefined || Number.isNaN(value) ? '-' : value.toFixed(digits);
}

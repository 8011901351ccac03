import type { Backlog, Drain } from './backlog.ts';
import type { Cost } from './cost.ts';

const mib = (bytes: number, digits = 0): string => (bytes / 2 ** 20).toFixed(digits);

/** Durable beside memory: a line for each size and number in flight. */
export function formatCosts(costs: readonly Cost[]): string {
  const head = [
    'push KiB',
    'in flight',
    'CPU-s / 1,000: memory',
    'disk',
    'ratio',
    'ack p50 ms: memory',
    'disk',
    'ack p99 ms: memory',
    'disk',
    'pushes/s: memory',
    'disk',
    'fsyncs / push',
  ];
  const rows = costs.flatMap((disk) => {
    const memory = costs.find((c) => c.queue === 'memory' && c.profileBytes === disk.profileBytes && c.inFlight === disk.inFlight);
    if (disk.queue !== 'disk' || memory === undefined) return [];
    return [
      [
        (disk.profileBytes / 1024).toFixed(0),
        disk.inFlight.toFixed(0),
        memory.cpuSecondsPer1000.toFixed(3),
        disk.cpuSecondsPer1000.toFixed(3),
        (disk.cpuSecondsPer1000 / memory.cpuSecondsPer1000).toFixed(2),
        memory.p50Ms.toFixed(1),
        disk.p50Ms.toFixed(1),
        memory.p99Ms.toFixed(1),
        disk.p99Ms.toFixed(1),
        memory.pushesPerSecond.toFixed(0),
        disk.pushesPerSecond.toFixed(0),
        disk.fsyncsPerPush.toFixed(3),
      ],
    ];
  });
  return table(head, rows);
}

/** A line for each backlog, in the order in which it grew. */
export function formatBacklogs(backlogs: readonly Backlog[]): string {
  const first = backlogs[0]?.residentBytes ?? Number.NaN;
  const head = ['record KiB', 'records', 'backlog MiB', 'ready s', 'of them CPU', 'RSS MiB', 'more than the first', 'peak MiB'];
  const rows = backlogs.map((backlog) => [
    (backlog.profileBytes / 1024).toFixed(0),
    backlog.records.toFixed(0),
    mib(backlog.bytes),
    backlog.readySeconds.toFixed(2),
    backlog.readyCpuSeconds.toFixed(2),
    mib(backlog.residentBytes),
    mib(backlog.residentBytes - first),
    mib(backlog.peakBytes),
  ]);
  return table(head, rows);
}

/** One line for the delivery of the last backlog. */
export function formatDrain({ records, bytes, seconds, cpuSeconds }: Drain): string {
  const head = ['records', 'MiB', 'seconds', 'MiB/s', 'records/s', 'CPU-s / 1,000'];
  const row = [
    records.toFixed(0),
    mib(bytes),
    seconds.toFixed(1),
    mib(bytes / seconds),
    (records / seconds).toFixed(0),
    ((cpuSeconds / records) * 1000).toFixed(3),
  ];
  return table(head, [row]);
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  return [head, head.map(() => '---:'), ...rows].map((row) => `| ${row.join(' | ')} |\n`).join('');
}

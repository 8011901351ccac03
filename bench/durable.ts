import { mkdtempSync, rmSync, statfsSync } from 'node:fs';
import { loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { type BacklogEffort, measureBacklogs } from './durable/backlog.ts';
import { type CostEffort, measureCosts } from './durable/cost.ts';
import { formatBacklogs, formatCosts, formatDrain } from './durable/report.ts';
import { compile, hasCompiler, startSink } from './targets.ts';

/*
 * What durability costs: pushes that are answered once they are on disk beside pushes that are answered from memory, and what a backlog on
 * disk does to a start, to memory and to delivery. One run on one machine: only ratios and differences mean something elsewhere. The queue
 * lies in --dir, which should be on the disk in question, and not in memory.
 */

const { values: flags } = parseArgs({
  options: {
    dir: { type: 'string', default: tmpdir() },
    only: { type: 'string', default: '' },
    full: { type: 'boolean', default: false },
    json: { type: 'boolean', default: false },
  },
});

// A start is to show what the queue adds to it, not how long it takes to compile.
process.env['NODE_COMPILE_CACHE'] ??= join(import.meta.dirname, '../node_modules/.cache/node');

const kib = 1024;
const gib = 2 ** 30;
const dir = mkdtempSync(join(flags.dir, 'flamegate-bench-'));
// Gigabytes are not left behind by whoever has no patience.
process.once('exit', () => rmSync(dir, { recursive: true, force: true }));
for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => process.exit(1));
const { bavail, bsize } = statfsSync(dir);
const freeBytes = bavail * bsize;

const costEffort: CostEffort = {
  sizes: [2 * kib, 32 * kib, 256 * kib],
  inFlight: [16, 64],
  rounds: flags.full ? 9 : 3,
  windows: flags.full ? 8 : 3,
  windowMs: 250,
};
const recoveryBytes = Math.min(gib, freeBytes / 4);
const largeBytes = freeBytes >= 8 * gib ? 2e9 : Math.max(recoveryBytes, Math.min(1e9, freeBytes / 4));
const backlogEfforts: BacklogEffort[] = [{ profileBytes: 32 * kib, stages: [20e6, recoveryBytes, largeBytes] }];
if (flags.full) {
  backlogEfforts.push({ profileBytes: 2 * kib, stages: [20e6, recoveryBytes, largeBytes] });
  if (freeBytes >= 30 * gib) backlogEfforts.push({ profileBytes: 32 * kib, stages: [20e6, 10 * gib] });
}

if (hasCompiler) compile(dir);
const sink = await startSink(dir);
try {
  say(
    `load average at the start: ${loadavg()
      .map((load) => load.toFixed(1))
      .join(' ')}\n\n`,
  );
  const costs = flags.only === 'backlog' ? [] : await measureCosts(dir, sink, costEffort);
  if (costs.length > 0) say(`${formatCosts(costs)}\n`);
  const results = [];
  for (const effort of flags.only === 'cost' ? [] : backlogEfforts) {
    const result = await measureBacklogs(dir, sink, effort);
    results.push(result);
    say(`${formatBacklogs(result.backlogs)}\n${formatDrain(result.drain)}\n`);
  }
  if (flags.json) process.stdout.write(`${JSON.stringify({ costs, backlogs: results })}\n`);
} finally {
  await sink.running.stop();
}

/** Tables appear as they are ready; with --json all comes at the end. */
function say(text: string): void {
  if (!flags.json) process.stdout.write(text);
}

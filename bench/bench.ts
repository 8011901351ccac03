import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { parseSize } from '../src/core/units.ts';
import { type Cell, type Effort, measure, type Program } from './cell.ts';
import { pushBody } from './payload.ts';
import { formatCells } from './report.ts';
import { compile, hasCompiler, startFloor, startGateway, startSink, type Target } from './targets.ts';

/*
 * What a push costs: CPU-seconds per 1,000 pushes of the gateway beside those of a C program that does the least a gateway can do, in one
 * run on one machine, because only their ratio means something elsewhere. Each cell has a fresh process; windows are short and the
 * quarter that was disturbed least counts, because the machine has other work as well.
 */

const { values: flags } = parseArgs({
  options: {
    sizes: { type: 'string', default: '2KiB,32KiB,256KiB,1MiB' },
    connections: { type: 'string', default: '16' },
    windows: { type: 'string', default: '12' },
    'window-ms': { type: 'string', default: '250' },
    'node-args': { type: 'string', default: '' },
    only: { type: 'string', default: '' },
    json: { type: 'boolean', default: false },
  },
});

const effort: Effort = {
  connections: Number(flags.connections),
  warmupMs: 500,
  windows: Number(flags.windows),
  windowMs: Number(flags['window-ms']),
};
const nodeArgs = flags['node-args'].split(' ').filter((arg) => arg !== '');
const programs: Program[] = hasCompiler ? ['floor', 'flamegate'] : ['flamegate'];
const chosen = programs.filter((program) => flags.only === '' || flags.only === program);

const sizes = flags.sizes.split(',').map((text) => {
  const profileBytes = parseSize(text);
  if (profileBytes === undefined) throw new Error(`--sizes: expected sizes such as 32KiB, found ${text}`);
  return profileBytes;
});

const dir = mkdtempSync(join(tmpdir(), 'flamegate-bench-'));
const warmFile = join(dir, 'warm');
const warmProfileBytes = 2048;
try {
  if (hasCompiler) compile(dir);
  else process.stderr.write('no gcc here: nothing to compare with\n');
  const cells = await measureAll();
  process.stdout.write(flags.json ? `${JSON.stringify(cells)}\n` : formatCells(cells));
} finally {
  rmSync(dir, { recursive: true });
}

async function measureAll(): Promise<Cell[]> {
  const sink = await startSink(dir);
  writeFileSync(warmFile, pushBody(warmProfileBytes));
  try {
    const cells: Cell[] = [];
    for (const profileBytes of sizes) {
      const file = join(dir, 'body');
      writeFileSync(file, pushBody(profileBytes));
      for (const program of chosen) cells.push(await measureFresh(program, sink, { file, profileBytes }));
    }
    return cells;
  } finally {
    await sink.running.stop();
  }
}

async function measureFresh(program: Program, sink: Target, body: { file: string; profileBytes: number }): Promise<Cell> {
  const target = program === 'floor' ? await startFloor(dir, sink.port) : await startGateway(dir, sink.port, nodeArgs);
  try {
    return await measure({ program, target, sink, body, warmFile, effort });
  } finally {
    await target.running.stop();
  }
}

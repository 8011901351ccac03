import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { loadCases } from './case.ts';
import { needsProcess } from './in-force.ts';
import { play } from './play.ts';
import { startHere } from './start-here.ts';
import { startProcess } from './start-process.ts';

// The long form is GOLDEN_PROCESS=1: every case with a process of its own. GOLDEN=W37,R10 plays those only, GOLDEN_JOBS so many at once.
const only = process.env['GOLDEN']?.split(',');
const concurrency = Number(process.env['GOLDEN_JOBS'] ?? 2);
const processes = process.env['GOLDEN_PROCESS'] === '1';

suite('an .alloy file does here what it does in Alloy', { concurrency }, () => {
  for (const spec of loadCases()) {
    if (only !== undefined && !only.some((beginning) => spec.id.startsWith(beginning))) continue;
    const start = processes || needsProcess(spec) ? startProcess : startHere;
    test(`${spec.id}: ${spec.title}`, { timeout: 110_000 }, async () => {
      assert.equal(await play(spec, start), undefined);
    });
  }
});

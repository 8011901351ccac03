import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import fc from 'fast-check';
import { directory, loadFiles } from './fakes.ts';
import { mutated } from './mutated.ts';

/** How many configurations; a campaign sets more. */
const runs = Number(process.env['FLAMEGATE_RUNS'] ?? 200);

test('a broken configuration never crashes, hangs or complains without a place', (t) => {
  const file = join(directory(t), 'c.yaml');
  fc.assert(
    fc.property(mutated, (bytes) => {
      writeFileSync(file, bytes);
      const before = process.cpuUsage(); // the machine may be busy with something else
      const { config, problems } = loadFiles([file], { env: { URL: 'http://b' } });
      assert.ok(process.cpuUsage(before).user < 1_000_000, 'took over a second');
      assert.equal(
        config === undefined,
        problems.some(({ severity }) => severity === 'error'),
      );
      for (const { place, message } of problems) {
        assert.equal(place.source, file);
        assert.ok(place.line >= 1 && place.column >= 1, message);
        assert.ok(message.length > 0 && !/undefined|\[object/.test(message), message);
      }
    }),
    { numRuns: runs },
  );
});

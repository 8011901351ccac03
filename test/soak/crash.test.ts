import assert from 'node:assert/strict';
import { test } from 'node:test';
import { crashAgainAndAgain } from './crash.ts';

test('thirty crashes under load lose nothing that was acknowledged, and repeat little', { timeout: 280_000 }, async () => {
  const report = await crashAgainAndAgain({ kills: 30, seed: 1 });
  assert.ok(report.acknowledged > 300, `${report.acknowledged} pushes were acknowledged`);
  assert.deepEqual(report.lost, [[], []]);
  assert.ok(report.duplicates <= report.kills * 2 * 200, `${report.duplicates} arrived again`);
});

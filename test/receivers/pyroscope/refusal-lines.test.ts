import assert from 'node:assert/strict';
import { test } from 'node:test';
import { RefusalLines } from '../../../src/receivers/pyroscope/refusal-lines.ts';
import { FakeClock } from '../../support/fake-clock.ts';
import { createTestHost } from '../../support/host.ts';

/** As far as a line needs it. */
function exchange(address: string) {
  return { path: '/ingest', headers: { 'user-agent': 'pyroscope-go' }, peer: { address } } as unknown as Parameters<
    RefusalLines['note']
  >[0]['exchange'];
}

test('each refused sender is told with who, why and how many, at once and then once a minute', async () => {
  const clock = new FakeClock();
  const host = createTestHost({ clock });
  const lines = new RefusalLines(host);
  for (let n = 0; n < 100; n++) lines.note({ reason: 'labels', exchange: exchange('10.0.0.1'), message: 'an empty name' });
  lines.note({ reason: 'labels', exchange: exchange('10.0.0.2'), message: 'x'.repeat(5000) });
  lines.note({ reason: 'canceled', exchange: exchange('10.0.0.3'), message: 'gone' });
  const facts = { reason: 'labels', agent: 'pyroscope-go', path: '/ingest', why: 'an empty name' };
  assert.deepEqual(
    host.lines.map((line) => line.facts['address']),
    ['10.0.0.1', '10.0.0.2'],
  );
  assert.deepEqual(host.lines[0], {
    level: 'warn',
    message: 'requests of a sender are refused',
    facts: { ...facts, requests: 1, address: '10.0.0.1' },
  });
  assert.ok(String(host.lines[1]?.facts['why']).length < 250);
  await clock.advance(60_000);
  assert.deepEqual(
    host.lines.slice(2).map((line) => [line.facts['address'], line.facts['requests']]),
    [['10.0.0.1', 99]],
  );
  await clock.advance(600_000);
  assert.equal(host.lines.length, 3);
});

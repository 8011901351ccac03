import assert from 'node:assert/strict';
import { test } from 'node:test';
import { emptyAccount } from '../../src/core/account.ts';
import { HealthBoard } from '../../src/service/health.ts';
import { LossWatch } from '../../src/service/losses.ts';
import { FakeClock } from '../support/fake-clock.ts';
import { createTestLogger, type LogLine } from '../support/host.ts';

test('profiles that are lost are told at once and then once a minute with how many, and the component is degraded meanwhile', async () => {
  const clock = new FakeClock();
  const health = new HealthBoard();
  const account = emptyAccount();
  const lines: LogLine[] = [];
  const books = () => [{ exporter: 'pyroscope', endpoint: 'eu', account }];
  const watch = new LossWatch({ clock, health, books, logger: () => createTestLogger(lines) });
  const told = () => lines.map(({ level, message, facts }) => [level, message, facts]);
  await clock.advance(5_000);
  assert.deepEqual([told(), health.degraded()], [[], []]);
  account.dropped.overflow += 14;
  await clock.advance(1_000);
  const line = (profiles: number) => ['error', 'profiles were lost', { endpoint: 'eu', reason: 'overflow', profiles }];
  assert.deepEqual(told(), [line(14)]);
  assert.deepEqual(health.degraded(), ['pyroscope eu: profiles were lost within the last minute: overflow']);
  assert.deepEqual(
    health.unready().filter((reason) => reason !== 'starting'),
    [],
  );
  for (let n = 0; n < 30; n++) {
    account.dropped.overflow += 1;
    await clock.advance(1_000);
  }
  assert.deepEqual(told(), [line(14)]);
  await clock.advance(30_000);
  assert.deepEqual(told(), [line(14), line(30)]);
  await clock.advance(90_000);
  assert.deepEqual(health.degraded(), []);
  account.dropped.gave_up += 3; // its sender was told
  account.dropped.shutdown += 2;
  watch.stop();
  assert.deepEqual(told().at(-1), ['error', 'profiles were lost', { endpoint: 'eu', reason: 'shutdown', profiles: 2 }]);
  assert.equal(told().length, 3);
});

test('what a component says of itself and what is lost there are told apart', async () => {
  const health = new HealthBoard();
  health.set('pyroscope', { kind: 'degraded', reason: '401' }, 'eu');
  health.set('pyroscope', { kind: 'degraded', reason: 'lost' }, 'eu', 'losses');
  health.set('pyroscope', { kind: 'ok' }, 'eu', 'losses');
  assert.deepEqual(health.degraded(), ['pyroscope eu: 401']);
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Labels } from '../../src/core/labels.ts';
import type { ProfileBatch } from '../../src/core/profile.ts';
import { Senders } from '../../src/service/senders.ts';
import { FakeClock } from '../support/fake-clock.ts';

const labelSets = new Map<string, Labels>();

/** One series of this service, its labels the same object each time, as the receiver's cache gives them. */
function batch(service: string, tenant = ''): ProfileBatch {
  const labels = labelSets.get(service) ?? Labels.of({ service_name: service, __name__: 'process_cpu' });
  labelSets.set(service, labels);
  const origin = {
    receiver: 'pyroscope',
    protocol: 'connect',
    address: '10.0.0.7',
    agent: 'pyroscope-go',
    tenant,
    trace: undefined,
  } as const;
  return { origin, receivedAt: 0, series: [{ tenant, labels, payload: { kind: 'push', fields: [], profiles: 2, rawBytes: 100 } }] };
}

test('a sender has its tenant, service and profile type, what it sent and how often, and what it was told', async () => {
  const clock = new FakeClock();
  const senders = new Senders(clock);
  for (let n = 0; n < 4; n++) {
    senders.arrived(batch('shop', 'team-a'));
    await clock.advance(15_000);
  }
  senders.refused(batch('shop', 'team-a'), 'labels', 'an empty name');
  senders.deadLettered('team-a', Labels.of({ service_name: 'shop', __name__: 'process_cpu' }), 5, 'rejected', 'HTTP 400: no');
  const [row] = senders.rows();
  assert.deepEqual(
    { ...row, lastSeen: 0, lastError: { ...row?.lastError, at: 0 } },
    {
      tenant: 'team-a',
      service: 'shop',
      type: 'process_cpu',
      agent: 'pyroscope-go',
      address: '10.0.0.7',
      receiver: 'pyroscope',
      profiles: 8,
      bytes: 400,
      lastSeen: 0,
      intervalSeconds: 15,
      silent: false,
      refused: { labels: 2 },
      deadLettered: { rejected: 5 },
      lastError: { at: 0, reason: 'rejected', message: 'HTTP 400: no' },
    },
  );
});

test('who sends nothing for more than five of its own intervals is silent, and forgotten after a day', async () => {
  const clock = new FakeClock();
  const senders = new Senders(clock);
  for (let n = 0; n < 5; n++) {
    senders.arrived(batch('slow'));
    for (let m = 0; m < 6; m++) {
      senders.arrived(batch('fast'));
      await clock.advance(10_000);
    }
  }
  await clock.advance(60_000);
  const silent = (): string[] => senders.rows().flatMap((row) => (row.silent ? [row.service] : []));
  assert.deepEqual(silent(), ['fast']);
  assert.equal(senders.silent, 1);
  await clock.advance(300_000);
  assert.deepEqual(silent().sort(), ['fast', 'slow']);
  senders.arrived(batch('fast'));
  assert.deepEqual(silent(), ['slow']);
  await clock.advance(25 * 3_600_000);
  assert.deepEqual([senders.rows(), senders.silent], [[], 0]);
});

test('ten pods that send one after the other every 15 s are not silent in between', async () => {
  const clock = new FakeClock();
  const senders = new Senders(clock);
  let wrong = 0;
  for (let round = 0; round < 20; round++) {
    for (let pod = 0; pod < 10; pod++) {
      senders.arrived(batch('pods'));
      await clock.advance(20);
    }
    for (let second = 0; second < 15; second++) {
      await clock.advance(1_000);
      if (round > 2) wrong += senders.silent;
    }
  }
  assert.equal(wrong, 0);
});

test('100,000 senders that come once push out none of those that come again and again, and take no more than their room', async () => {
  const clock = new FakeClock();
  const senders = new Senders(clock);
  const regular = Array.from({ length: 50 }, (_, n) => `regular-${n}`);
  for (let round = 0; round < 10; round++) for (const service of regular) senders.arrived(batch(service));
  for (let n = 0; n < 100_000; n++) {
    const one = batch(`once-${n}`);
    labelSets.delete(`once-${n}`);
    senders.arrived(one);
    if (n % 100 === 0) senders.arrived(batch(regular[(n / 100) % 50] ?? ''));
  }
  assert.equal(senders.known, 10_000);
  const kept = new Set(senders.rows().map(({ service }) => service));
  assert.deepEqual(
    regular.filter((service) => !kept.has(service)),
    [],
  );
});

test('2,000 services are seen at once in well under 100 ms', async () => {
  const clock = new FakeClock();
  const senders = new Senders(clock);
  for (let n = 0; n < 2_000; n++) senders.arrived(batch(`service-${n}`));
  const bestMs = Math.min(
    ...Array.from({ length: 5 }, () => {
      const startedAt = performance.now();
      assert.equal(JSON.stringify(senders.rows()).includes('service-1999'), true);
      return performance.now() - startedAt;
    }),
  );
  assert.ok(bestMs < 100, `${bestMs} ms`);
});

test('a sender that becomes forty times as fast is known to be so after a while', async () => {
  const clock = new FakeClock();
  const senders = new Senders(clock);
  for (let n = 0; n < 4; n++) {
    senders.arrived(batch('faster'));
    await clock.advance(600_000);
  }
  for (let n = 0; n < 120; n++) {
    senders.arrived(batch('faster'));
    await clock.advance(15_000);
  }
  assert.ok(Math.abs((senders.rows()[0]?.intervalSeconds ?? 0) - 15) < 1, `${senders.rows()[0]?.intervalSeconds} s`);
});

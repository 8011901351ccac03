import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Labels } from '../../src/core/labels.ts';
import type { ProfileBatch } from '../../src/core/profile.ts';
import { LoopGuard } from '../../src/service/own-profiles.ts';

function batch(agent: string, labels: Record<string, string>): ProfileBatch {
  const origin = { receiver: 'pyroscope', protocol: 'ingest', address: '127.0.0.1', agent, tenant: '', trace: undefined } as const;
  const payload = { kind: 'push', fields: [], profiles: 1, rawBytes: 1 } as const;
  return { origin, receivedAt: 0, series: [{ tenant: '', labels: Labels.of(labels), payload }] };
}

test('own profiles go in once, and not when an endpoint of ours brings them back', () => {
  const guard = new LoopGuard('flamegate_instance', 'me');
  const own = { service_name: 'flamegate', flamegate_instance: 'me' };
  guard.check(batch('node-fetch', own));
  guard.check(batch('Flamegate/0.1.0 (linux; node)', { ...own, flamegate_instance: 'another' }));
  guard.check(batch('Flamegate/0.1.0 (linux; node)', { service_name: 'shop' }));
  assert.throws(() => guard.check(batch('Flamegate/0.1.0 (linux; node)', own)), { name: 'Invalid', message: /come back/ });
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { deadReasons, dropReasons } from '../../src/core/account.ts';
import { Accounts } from '../../src/telemetry/accounts.ts';
import { MetricStore } from '../../src/telemetry/metrics.ts';

test('every reason is there from the start, at 0', async () => {
  const store = new MetricStore();
  new Accounts(store).account('pyroscope/eu', 'main');
  const { body } = await store.exposition('');
  for (const reason of dropReasons)
    assert.ok(
      body.includes(`\nflamegate_endpoint_dropped_profiles_total{exporter="pyroscope/eu",endpoint="main",reason="${reason}"} 0\n`),
      reason,
    );
  for (const reason of deadReasons)
    assert.ok(
      body.includes(`\nflamegate_endpoint_dead_lettered_profiles_total{exporter="pyroscope/eu",endpoint="main",reason="${reason}"} 0\n`),
      reason,
    );
});

test('the books of an endpoint are one object, and /metrics shows what stands in them', async () => {
  const store = new MetricStore();
  const accounts = new Accounts(store);
  const account = accounts.account('e', 'a');
  assert.equal(accounts.account('e', 'a'), account);
  assert.notEqual(accounts.account('e', 'b'), account);
  account.accepted = 10;
  account.recovered = 4;
  account.delivered = 7;
  account.dropped.overflow = 2;
  account.deadLettered.expired = 1;
  const { body } = await store.exposition('');
  for (const line of [
    'flamegate_endpoint_accepted_profiles_total{exporter="e",endpoint="a"} 10',
    'flamegate_exporter_recovered_profiles_total{exporter="e",endpoint="a"} 4',
    'flamegate_endpoint_delivered_profiles_total{exporter="e",endpoint="a"} 7',
    'flamegate_endpoint_dropped_profiles_total{exporter="e",endpoint="a",reason="overflow"} 2',
    'flamegate_endpoint_dead_lettered_profiles_total{exporter="e",endpoint="a",reason="expired"} 1',
  ])
    assert.ok(body.includes(`\n${line}\n`), line);
});

test('what is no longer configured disappears, and its books go on when it comes back', async () => {
  const store = new MetricStore();
  const accounts = new Accounts(store);
  accounts.account('e', 'a').accepted = 1;
  accounts.account('e', 'b').accepted = 20;
  accounts.retain(new Set(['e\0a']));
  assert.doesNotMatch((await store.exposition('')).body, /endpoint="b"/);
  accounts.retain(new Set(['e\0a', 'e\0b']));
  assert.match((await store.exposition('')).body, /accepted_profiles_total\{exporter="e",endpoint="b"\} 20\n/);
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Series } from '../../src/core/profile.ts';
import { tenant } from '../../src/processors/tenant.ts';
import { batchOf, pushSeries } from '../support/batches.ts';
import { createProcessor } from '../support/processors.ts';

function tenants(settings: object, ...series: readonly Series[]): readonly string[] {
  return createProcessor(tenant, settings)
    .run(...series)
    .batch.series.map((one) => one.tenant);
}

const labelled = (team: string, came = ''): Series => pushSeries({ team }, 1, came);

test('what the label says is the tenant; without it the default, or as it came', () => {
  assert.deepEqual(tenants({ from_label: 'team', default: 'rest' }, labelled('a'), labelled(''), pushSeries({}, 1, 'came')), [
    'a',
    'rest',
    'rest',
  ]);
  assert.deepEqual(tenants({ from_label: 'team' }, labelled('a', 'came'), pushSeries({}, 1, 'came'), pushSeries({})), ['a', 'came', '']);
});

test('with a map only what is in it counts', () => {
  assert.deepEqual(
    tenants({ from_label: 'team', map: { a: 'tenant-a' }, default: 'rest' }, labelled('a'), labelled('b'), labelled('toString')),
    ['tenant-a', 'rest', 'rest'],
  );
});

test('a rule goes before the label, the first that matches', () => {
  const rules = [
    { match: '{team="a"}', tenant: 'one' },
    { match: '{team=~"a|b"}', tenant: 'two' },
  ];
  assert.deepEqual(tenants({ rules, from_label: 'team' }, labelled('a'), labelled('b'), labelled('c')), ['one', 'two', 'c']);
});

test('who the sender is names the tenant when nothing else does', () => {
  const { processor } = createProcessor(tenant, { from_label: 'team', from_identity: true, map: { ci: 'builds', a: 'tenant-a' } });
  const batch = batchOf(labelled('a'), pushSeries({}));
  const result = processor.process({ ...batch, origin: { ...batch.origin, tenant: 'ci' } }, () => assert.fail('nothing is dropped'));
  assert.ok(!(result instanceof Promise));
  assert.deepEqual(
    result.series.map((one) => one.tenant),
    ['tenant-a', 'builds'],
  );
});

test('a label that is no tenant id counts as nothing said: it would reach a header', () => {
  const { run, host } = createProcessor(tenant, { from_label: 'team', default: 'rest' });
  const said = ['a/b', '..', 'a|b', 'a\r\nX-Evil: 1', 'ü', 'x'.repeat(151)];
  assert.deepEqual(
    run(...said.map((team) => labelled(team))).batch.series.map((one) => one.tenant),
    said.map(() => 'rest'),
  );
  assert.equal(host.lines.length, said.length);
});

test('a series whose tenant stays is the same one, and a bad tenant in the settings is refused', () => {
  const { run } = createProcessor(tenant, { from_label: 'team' });
  const { batch } = run(labelled('a', 'a'));
  assert.equal(run(...batch.series).batch.series[0], batch.series[0]);
  for (const settings of [{ default: 'a/b' }, { map: { x: '..' } }, { rules: [{ match: '{}', tenant: 'a b' }] }])
    assert.ok(!tenant.schema.safeParse(settings).success, JSON.stringify(settings));
});

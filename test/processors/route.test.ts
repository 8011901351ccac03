import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Series } from '../../src/core/profile.ts';
import { route } from '../../src/processors/route.ts';
import { batchOf, labelsOf, pushSeries } from '../support/batches.ts';
import { createTestHost } from '../support/host.ts';

function send(settings: object, ...series: readonly Series[]) {
  const router = route.create(route.schema.parse(settings), createTestHost());
  const dropped: string[] = [];
  const sent = router.route(batchOf(...series), (_, reason) => void dropped.push(reason));
  return { sent: Object.fromEntries([...sent].map(([output, batch]) => [output, labelsOf(batch)])), dropped, batches: sent };
}

const series = [pushSeries({ env: 'prod' }), pushSeries({ env: 'prod', team: 'a' }), pushSeries({ env: 'dev' })];
const routes = [
  { match: '{team="a"}', to: ['audit', 'a'], continue: true },
  { match: '{env="prod"}', to: ['prod'] },
  { match: '{env=~"prod|test"}', to: ['test'] },
];

test('the first match decides, unless it says continue; the default gets the rest', () => {
  const { sent, dropped } = send({ routes, default: ['other'] }, ...series);
  assert.deepEqual(sent, {
    audit: [{ env: 'prod', team: 'a' }],
    a: [{ env: 'prod', team: 'a' }],
    prod: [{ env: 'prod' }, { env: 'prod', team: 'a' }],
    other: [{ env: 'dev' }],
  });
  assert.deepEqual(dropped, []);
});

test('without a default what no route matches is dropped as unmatched', () => {
  assert.deepEqual(send({ routes }, ...series).dropped, ['unmatched']);
});

test('an output that two routes name gets a series once', () => {
  const twice = [
    { match: '{}', to: ['x'], continue: true },
    { match: '{}', to: ['x'] },
  ];
  assert.deepEqual(send({ routes: twice }, pushSeries({ a: '1' })).sent, { x: [{ a: '1' }] });
});

test('a batch that goes to one output as a whole is handed on itself', () => {
  const batch = batchOf(pushSeries({ a: '1' }), pushSeries({ a: '2' }));
  const router = route.create(route.schema.parse({ default: ['x'] }), createTestHost());
  assert.equal(router.route(batch, () => assert.fail('nothing to drop')).get('x'), batch);
});

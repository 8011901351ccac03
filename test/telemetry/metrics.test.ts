import assert from 'node:assert/strict';
import { test } from 'node:test';
import { MetricStore } from '../../src/telemetry/metrics.ts';

async function seriesOf(store: MetricStore): Promise<string[]> {
  const { body } = await store.exposition('');
  return body.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
}

test('a counter is a plain field that is read when somebody asks', async () => {
  const store = new MetricStore();
  const counter = store.scope().counter('a_total', 'Help.', { endpoint: 'x' });
  assert.deepEqual(await seriesOf(store), ['a_total{endpoint="x"} 0']);
  counter.value += 3;
  assert.equal((await store.exposition('')).body, '# HELP a_total Help.\n# TYPE a_total counter\na_total{endpoint="x"} 3\n');
});

test('the same name and labels, in any order, give the same object to everybody', () => {
  const store = new MetricStore();
  const first = store.scope().counter('a_total', 'Help.', { a: '1', b: '2' });
  assert.equal(store.scope().counter('a_total', 'Help.', { b: '2', a: '1' }), first);
});

test('a histogram counts each bucket with those below it', async () => {
  const store = new MetricStore();
  const histogram = store.scope().histogram('h_seconds', 'Help.', [0.1, 1], { endpoint: 'x' });
  for (const value of [0.05, 0.1, 0.5, 7]) histogram.observe(value);
  assert.equal(
    (await store.exposition('')).body,
    `# HELP h_seconds Help.
# TYPE h_seconds histogram
h_seconds_bucket{endpoint="x",le="0.1"} 2
h_seconds_bucket{endpoint="x",le="1"} 3
h_seconds_bucket{endpoint="x",le="+Inf"} 4
h_seconds_sum{endpoint="x"} 7.65
h_seconds_count{endpoint="x"} 4
`,
  );
});

test('a gauge is read at scrape, by whoever registered last', async () => {
  const store = new MetricStore();
  store.scope().gauge('g', 'Help.', () => 1);
  store.scope().gauge('g', 'Help.', () => 2);
  assert.deepEqual(await seriesOf(store), ['g 2']);
});

test('a gauge of a part that was given up goes back to the part that still runs', async () => {
  const store = new MetricStore();
  store.scope().gauge('g', 'Help.', () => 1);
  const refused = store.scope();
  refused.gauge('g', 'Help.', () => 2);
  refused.close();
  assert.deepEqual(await seriesOf(store), ['g 1']);
});

test('a gauge that reads NaN or fails is left out, and the rest is there', async () => {
  const store = new MetricStore();
  const scope = store.scope();
  scope.gauge('nothing', 'Help.', () => Number.NaN);
  scope.gauge('broken', 'Help.', () => {
    throw new Error('closed');
  });
  scope.counter('spoilt_total', 'Help.').value = Number.NaN;
  scope.gauge('there', 'Help.', () => 1);
  assert.deepEqual(await seriesOf(store), ['there 1']);
});

test('what only a closed scope asked for disappears, and counts on when it is asked for again', async () => {
  const store = new MetricStore();
  const gone = store.scope();
  gone.counter('a_total', 'Help.', { endpoint: 'b' }).value += 20;
  gone.histogram('h', 'Help.', [1]).observe(1);
  gone.gauge('g', 'Help.', () => 1);
  const stays = store.scope();
  stays.counter('a_total', 'Help.', { endpoint: 'a' }).value += 5;
  gone.close();
  assert.deepEqual(await seriesOf(store), ['a_total{endpoint="a"} 5']);
  store.scope().counter('a_total', 'Help.', { endpoint: 'b' }).value += 1;
  assert.deepEqual(await seriesOf(store), ['a_total{endpoint="b"} 21', 'a_total{endpoint="a"} 5']);
});

test('one name with other labels, another type or no help is a mistake that is told at once', () => {
  const scope = new MetricStore().scope();
  scope.counter('a_total', 'Help.', { a: '1' });
  assert.throws(() => scope.counter('a_total', 'Help.', { b: '1' }), /a_total has labels \[a\]/);
  assert.throws(() => scope.counter('a_total', 'Other help.', { a: '1' }), /help "Help."/);
  assert.throws(() => scope.gauge('a_total', 'Help.', () => 1, { a: '1' }), /already been registered/);
  assert.throws(() => scope.counter('b_total', ''), /help/);
});

test('a label value cannot break out of its quotes', async () => {
  const store = new MetricStore();
  store.scope().gauge('g', 'Help.', () => 1, { version: 'a"\n\\b' });
  assert.deepEqual(await seriesOf(store), ['g{version="a\\"\\n\\\\b"} 1']);
});

test('OpenMetrics by Accept, and the Prometheus text is unchanged after it', async () => {
  const store = new MetricStore();
  store.scope().counter('a_total', 'Help.', { x: 'a_total' }).value = 1;
  const before = await store.exposition('text/plain');
  const open = await store.exposition('application/openmetrics-text;version=1.0.0,text/plain;q=0.5');
  assert.equal(open.contentType, 'application/openmetrics-text; version=1.0.0; charset=utf-8');
  assert.equal(open.body, '# HELP a Help.\n# TYPE a counter\na_total{x="a_total"} 1\n# EOF\n');
  assert.deepEqual(await store.exposition('*/*'), before);
});

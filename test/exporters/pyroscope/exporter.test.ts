import assert from 'node:assert/strict';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'node:test';
import { Failed, Invalid, Refused } from '../../../src/core/errors.ts';
import { describePush } from '../../../src/wire/push.ts';
import { batchOf, ingestSeries, pushSeries } from '../../support/batches.ts';
import { startPyroscopeServer } from '../../support/pyroscope-server.ts';
import { eventually, hostOf, quick, rig, server } from './rig.ts';

test('a push goes out as one request per tenant, with the series of that tenant in order and the tenant in the header', async () => {
  const up = await server();
  const { push } = await rig({ endpoints: [{ url: up.url }] });
  await push(
    pushSeries({ service_name: 'a' }, 1, 't1'),
    pushSeries({ service_name: 'b' }, 1, 't2'),
    pushSeries({ service_name: 'c' }, 2, 't1'),
  );
  await up.received(2);
  const sent = up.arrivals.map(({ headers, body }) => [
    headers['x-scope-orgid'],
    describePush(body).map(({ labels }) => labels.get('service_name')),
  ]);
  assert.deepEqual(sent.sort(), [
    ['t1', ['a', 'c']],
    ['t2', ['b']],
  ]);
});

test('an /ingest body goes out as it came, with the labels in its name and every content type it had', async () => {
  const up = await server();
  const { push } = await rig({ endpoints: [{ url: `${up.url}/below/`, headers: { 'X-Plain': '1' } }] });
  await push(ingestSeries({ __name__: 'app.cpu', region: 'eu' }, 'main;work 7'));
  await up.received(1);
  const [arrival] = up.arrivals;
  assert.equal(arrival?.path, '/below/ingest');
  assert.deepEqual(new URLSearchParams(arrival.query).get('name'), 'app.cpu{region=eu}');
  assert.deepEqual(new URLSearchParams(arrival.query).get('format'), 'folded');
  assert.equal(arrival.headers['content-type'], 'text/plain');
  assert.equal(arrival.headers['x-plain'], '1');
  assert.equal(arrival.headers['x-alloy-id'], undefined);
  assert.equal(arrival.body.toString(), 'main;work 7');
});

test('an endpoint that sets the tenant header itself gets no other, not even where it is empty', async () => {
  const up = await server();
  const { push } = await rig({
    endpoints: [
      { url: `${up.url}/own`, headers: { 'x-scope-orgid': 'mine' } },
      { url: `${up.url}/none`, headers: { 'X-Scope-OrgID': '' } },
      { url: `${up.url}/theirs` },
    ],
  });
  await push(pushSeries({ service_name: 'a' }, 1, 'sender'));
  await up.received(3);
  const tenants = Object.fromEntries(up.arrivals.map(({ path, headers }) => [path.split('/')[1], headers['x-scope-orgid']]));
  assert.deepEqual(tenants, { own: 'mine', none: '', theirs: 'sender' });
});

test('a push without any sample is refused where 200 would come before the verdict, and else sent on for it', async () => {
  const up = await server([{ status: 400, body: '{"code":"invalid_argument","message":"no profiles received"}' }]);
  const empty = pushSeries({ service_name: 'a' }, 0);
  for (const ack of ['queued', 'durable'] as const) {
    const queue = ack === 'durable' ? { type: 'disk' as const, dir: mkdtempSync(join(tmpdir(), 'flamegate-empty-')) } : undefined;
    const { exporter } = await rig({ ack, ...(queue && { queue }), endpoints: [{ url: up.url }] });
    assert.throws(
      () => exporter.prepare(batchOf(empty)),
      (why) => why instanceof Invalid && why.reason === 'no_series',
    );
    assert.doesNotThrow(() => exporter.prepare(batchOf(empty, pushSeries({ service_name: 'b' }, 1))));
  }
  assert.equal(up.arrivals.length, 0);
  const { push } = await rig({ ack: 'delivered', endpoints: [{ url: up.url }] });
  await assert.rejects(push(empty), Failed);
  assert.equal(up.arrivals.length, 1);
});

test('labels that no Pyroscope takes are refused before anything is stored', async () => {
  const up = await server();
  const { exporter, host } = await rig({ endpoints: [{ url: up.url }] });
  assert.throws(
    () => exporter.prepare(batchOf(pushSeries({}))),
    (why) => why instanceof Invalid && why.reason === 'labels',
  );
  assert.throws(
    () => exporter.prepare(batchOf(ingestSeries({ region: 'eu' }))),
    (why) => why instanceof Invalid && why.reason === 'name',
  );
  assert.equal(host.account(hostOf(up.url)).accepted, 0);
});

test('with an .alloy file labels are not checked here, and every request carries one X-Alloy-Id', async () => {
  const up = await server();
  const { push } = await rig({ endpoints: [{ url: up.url, headers: { 'X-Alloy-Id': 'mine' } }], ack: 'delivered', compatibility: 'alloy' });
  await push(pushSeries({}));
  await push(ingestSeries({ __name__: 'app' }));
  const ids = new Set(up.arrivals.map(({ headers }) => headers['x-alloy-id']));
  assert.equal(ids.size, 1);
  assert.match(String([...ids][0]), /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
});

test('every endpoint gets every profile, and one that stalls delays neither the others nor the sender', async () => {
  const [good, stalled] = [await server(), await server(() => ({ do: 'stall' }))];
  const { push, account } = await rig({ endpoints: [{ url: stalled.url }, { url: good.url }] });
  for (let n = 0; n < 50; n++) await push(pushSeries({ service_name: 'a' }));
  await good.received(50);
  await eventually(() => account(hostOf(good.url)).delivered === 50);
  assert.equal(account(hostOf(stalled.url)).delivered, 0);
  assert.equal(account(hostOf(stalled.url)).accepted, 50);
});

test('what may work later is tried again until it does, and the account balances', async () => {
  const up = await server([{ status: 503 }, { code: 'internal', status: 500 }, { do: 'reset' }, {}]);
  const { push, account, host } = await rig({ endpoints: [{ url: up.url, ...quick }] });
  await push(pushSeries({ service_name: 'a' }, 3));
  const name = hostOf(up.url);
  await eventually(() => account(name).delivered === 3);
  assert.equal(up.arrivals.length, 4);
  assert.equal(account(name).accepted, 3);
  const labels = { endpoint: up.url };
  assert.equal(host.metric('pyroscope_write_retries_total', labels), 3);
  assert.equal(host.metric('pyroscope_write_sent_profiles_total', labels), 3);
  assert.equal(host.metric('pyroscope_write_sent_bytes_total', labels), 15);
  assert.equal(host.metric('pyroscope_write_dropped_profiles_total', labels), 0);
  assert.equal(host.metric('flamegate_endpoint_queued_profiles', { exporter: 'pyroscope/test', endpoint: name }), 0);
  assert.equal(host.observed('pyroscope_write_latency', { endpoint: up.url, type: 'push_downstream' }).length, 4);
  assert.equal(host.observed('pyroscope_write_latency', { endpoint: up.url, type: 'push_endpoint' }).length, 1);
  assert.equal(host.observed('pyroscope_write_latency', { endpoint: '-', type: 'push_total' }).length, 1);
});

test('a refused profile is buried with the words of the backend in one log line', async () => {
  const up = await server(() => ({ code: 'invalid_argument', status: 400, message: 'labels are bad' }));
  const { push, account, host } = await rig({ endpoints: [{ url: up.url, name: 'eu' }] });
  await push(pushSeries({ service_name: 'shop' }));
  await eventually(() => account('eu').deadLettered.rejected === 1);
  assert.equal(up.arrivals.length, 1);
  const [line, ...others] = host.lines.filter(({ message }) => message.includes('dead letters'));
  assert.equal(others.length, 0);
  assert.deepEqual([line?.facts['reason'], line?.facts['answer']], ['rejected', 'HTTP 400: labels are bad']);
  assert.match(String(line?.facts['labels']), /shop/);
  assert.equal(host.metric('pyroscope_write_dropped_profiles_total', { endpoint: up.url }), 1);
});

test('with ack delivered the sender is told when every endpoint has it', async () => {
  const [first, second] = [await server(), await server([{ status: 503 }, {}])];
  const { push, account } = await rig({ endpoints: [first, second].map(({ url }) => ({ url, ...quick })), ack: 'delivered' });
  await push(pushSeries({ service_name: 'a' }));
  assert.equal(account(hostOf(first.url)).delivered, 1);
  assert.equal(account(hostOf(second.url)).delivered, 1);
});

test('with ack delivered the first failure is told after all have ended, and the others are delivered all the same', async () => {
  const [bad, good] = [await server(() => ({ code: 'invalid_argument', status: 400, message: 'no' })), await server([{ status: 503 }, {}])];
  const { push, account } = await rig({ endpoints: [bad, good].map(({ url }) => ({ url, ...quick })), ack: 'delivered' });
  await assert.rejects(push(pushSeries({ service_name: 'a' })), (why) => {
    assert.ok(why instanceof Failed);
    assert.deepEqual([why.status, why.code, why.endpoint], [400, 3, hostOf(bad.url)]);
    assert.match(why.message, /^failed to push to endpoint http:\S+ \(0 retries\): invalid_argument: no$/);
    return true;
  });
  assert.equal(account(hostOf(good.url)).delivered, 1);
  assert.equal(account(hostOf(bad.url)).dropped.gave_up, 1);
});

test('with ack delivered the number of attempts is max_backoff_retries', async () => {
  const up = await server(() => ({ status: 503 }));
  const { push, host } = await rig({ endpoints: [{ url: up.url, ...quick, max_backoff_retries: 3 }], ack: 'delivered' });
  await assert.rejects(
    push(ingestSeries({ __name__: 'app' })),
    (why) => why instanceof Failed && why.status === 503 && /2 retries/.test(why.message),
  );
  assert.equal(up.arrivals.length, 3);
  assert.equal(host.metric('pyroscope_write_retries_total', { endpoint: up.url }), 2);
  assert.equal(host.metric('pyroscope_write_dropped_bytes_total', { endpoint: up.url }), 8);
});

test('with ack delivered an endpoint that cannot be reached is 503, and one that does not answer in time 504', async () => {
  const gone = await startPyroscopeServer();
  await gone.close();
  const stalled = await server(() => ({ do: 'stall' }));
  const waits = { ...quick, max_backoff_retries: 1, remote_timeout: '50ms' };
  for (const [url, status] of [
    [gone.url, 503],
    [stalled.url, 504],
  ] as const) {
    const { push } = await rig({ endpoints: [{ url, ...waits }], ack: 'delivered' });
    await assert.rejects(push(pushSeries({ service_name: 'a' })), (why) => why instanceof Failed && why.status === status);
  }
});

test('with ack delivered a sender that leaves ends its delivery: under way, and between two attempts', async () => {
  const up = await server([{ do: 'stall' }, { status: 503 }]);
  const { pushWith, account, host } = await rig({
    endpoints: [{ url: up.url, min_backoff_period: '1h', max_backoff_period: '1h' }],
    ack: 'delivered',
  });
  const name = hostOf(up.url);
  for (const count of [1, 2]) {
    const sender = new AbortController();
    const told = pushWith(sender.signal, pushSeries({ service_name: 'a' }));
    await up.received(count);
    await eventually(
      () => count === 1 || host.observed('pyroscope_write_latency', { endpoint: up.url, type: 'push_downstream' }).length === 2,
    );
    sender.abort(new Error('gone'));
    await assert.rejects(told, { message: 'gone' });
    await eventually(() => account(name).dropped.canceled === count);
  }
  assert.equal(up.arrivals.length, 2);
  assert.equal(host.metric('pyroscope_write_dropped_profiles_total', { endpoint: up.url }), 2);
});

test('with ack queued a sender that leaves changes nothing', async () => {
  const up = await server();
  const { pushWith, account } = await rig({ endpoints: [{ url: up.url }] });
  await pushWith(AbortSignal.abort(), pushSeries({ service_name: 'a' }));
  await eventually(() => account(hostOf(up.url)).delivered === 1);
});

test('without endpoints every profile is taken', async () => {
  for (const ack of ['queued', 'delivered'] as const) {
    const { push, host } = await rig({ endpoints: [], ack });
    await push(pushSeries({ service_name: 'a' }, 2));
    assert.equal(host.metric('flamegate_exporter_accepted_profiles_total', { exporter: 'pyroscope/test' }), 2);
  }
});

test('a full queue that refuses says so before anything is stored', async () => {
  const up = await server(() => ({ do: 'stall' }));
  const { push } = await rig({ endpoints: [{ url: up.url }], queue: { max_size: 250, overflow: 'refuse' } });
  await push(pushSeries({ service_name: 'a' }));
  await push(pushSeries({ service_name: 'a' }));
  await assert.rejects(
    async () => push(pushSeries({ service_name: 'a' })),
    (why) => why instanceof Refused && why.reason === 'queue_full',
  );
});

test('what another exporter took counts as accepted and dropped', async () => {
  const up = await server();
  const { exporter, account, host } = await rig({ endpoints: [{ url: up.url }] });
  exporter.discard(batchOf(pushSeries({ service_name: 'a' }, 2)), 'invalid');
  exporter.discard(batchOf(ingestSeries({ __name__: 'a' })), 'not_stored');
  const { accepted, dropped } = account(hostOf(up.url));
  assert.deepEqual([accepted, dropped.invalid, dropped.not_stored], [3, 2, 1]);
  assert.equal(host.metric('flamegate_exporter_accepted_profiles_total', { exporter: 'pyroscope/test' }), 3);
  assert.equal(host.metric('pyroscope_write_dropped_bytes_total', { endpoint: up.url }), 18);
});

import assert from 'node:assert/strict';
import test from 'node:test';
import { Failed } from '../../../src/core/errors.ts';
import { pushSeries } from '../../support/batches.ts';
import { createTestHost } from '../../support/host.ts';
import { eventually, hostOf, quick, rig, server } from './rig.ts';

const series = pushSeries({ service_name: 'a' });
const never = new AbortController().signal;
const now = AbortSignal.abort(new Error('deadline'));
const slow = { min_backoff_period: '1h', max_backoff_period: '1h' };

test('a replaced exporter hands its backlog over at once, also while its endpoint hangs', async () => {
  const up = await server(() => ({ do: 'stall' }));
  const host = createTestHost({ id: 'pyroscope/x' });
  const old = await rig({ endpoints: [{ url: up.url, ...slow, remote_timeout: '50ms' }] }, { host });
  for (let n = 0; n < 20; n++) await old.push(series);
  await up.received(1);
  const fresh = await rig({ endpoints: [{ url: up.url, ...quick }] }, { host });
  up.script([{}]);
  await old.exporter.stop(never);
  await fresh.push(series);
  const account = host.account(hostOf(up.url));
  await eventually(
    () => account.delivered === 21,
    () => account,
  );
  assert.equal(account.accepted, 21);
  assert.equal(account.dropped.shutdown, 0);
});

test('what is under way at a reload goes on, and is counted once', async () => {
  const { promise, resolve } = Promise.withResolvers<void>();
  const up = await server([{ after: promise }, {}]);
  const host = createTestHost({ id: 'pyroscope/x' });
  const old = await rig({ endpoints: [{ url: up.url }] }, { host });
  await old.push(series);
  await up.received(1);
  await rig({ endpoints: [{ url: up.url }] }, { host });
  await old.exporter.stop(never);
  resolve();
  await eventually(() => host.account(hostOf(up.url)).delivered === 1);
  assert.equal(up.arrivals.length, 1);
});

test('an unnamed endpoint whose url changes takes the backlog of the old url along, and a log line says so', async () => {
  const [down, up] = [await server(() => ({ status: 503 })), await server()];
  const host = createTestHost({ id: 'pyroscope/x' });
  const old = await rig({ endpoints: [{ url: down.url, ...slow }] }, { host });
  for (let n = 0; n < 5; n++) await old.push(series);
  await down.received(5);
  await rig({ endpoints: [{ url: up.url }] }, { host });
  await old.exporter.stop(never);
  const account = host.account(hostOf(up.url));
  await eventually(() => account.delivered === 5);
  assert.ok(host.lines.some(({ level, facts }) => level === 'info' && facts['before'] === hostOf(down.url)));
  assert.equal(account.accepted + account.recovered, 5);
});

test('an endpoint that goes leaves an orphan, which is named with what it has and is delivered when it comes back', async () => {
  const [good, down] = [await server(), await server(() => ({ status: 503 }))];
  const both = [
    { url: good.url, name: 'good' },
    { url: down.url, name: 'down', ...slow },
  ];
  const host = createTestHost({ id: 'pyroscope/x' });
  const first = await rig({ endpoints: both }, { host });
  await first.push(series);
  await down.received(1);
  const second = await rig({ endpoints: [{ url: good.url, name: 'good' }] }, { host });
  await first.exporter.stop(never);
  await eventually(() => host.lines.some(({ message }) => message.includes('left profiles')));
  assert.equal(host.lines.find(({ message }) => message.includes('left profiles'))?.facts['records'], 1);
  assert.equal(host.metric('flamegate_endpoint_queued_profiles', { exporter: 'pyroscope/x', endpoint: 'down' }), 1);
  await second.push(series);
  down.script([{}]);
  const third = await rig({ endpoints: both }, { host });
  await second.exporter.stop(never);
  await eventually(() => host.account('down').delivered === 1);
  await third.push(series);
  await eventually(() => host.account('down').delivered === 2);
  assert.equal(host.account('good').delivered, 3);
});

test('an orphan without a backlog is forgotten', async () => {
  const [stays, goes] = [await server(), await server()];
  const host = createTestHost({ id: 'pyroscope/x' });
  const first = await rig({ endpoints: [{ url: stays.url }, { url: goes.url, name: 'goes' }] }, { host });
  await first.push(series);
  await eventually(() => host.account('goes').delivered === 1);
  await rig({ endpoints: [{ url: stays.url }] }, { host });
  await first.exporter.stop(never);
  assert.equal(host.lines.filter(({ level }) => level === 'warn').length, 0);
});

test('a reload that came to nothing leaves the old side as it was, and no cursor behind', async () => {
  const [a, b] = [await server(), await server()];
  const host = createTestHost({ id: 'pyroscope/x' });
  const old = await rig({ endpoints: [{ url: a.url, name: 'a' }], queue: { max_size: 1000, overflow: 'refuse' } }, { host });
  const failed = await rig(
    {
      endpoints: [
        { url: a.url, name: 'a' },
        { url: b.url, name: 'b' },
      ],
      queue: { max_size: 500, overflow: 'refuse' },
    },
    { host, activate: false },
  );
  await old.push(series);
  await eventually(() => host.account('a').delivered === 1);
  await failed.exporter.stop(never);
  // Were there a cursor of b, the queue would be full soon.
  for (let n = 2; n <= 30; n++) {
    await old.push(series);
    await eventually(() => host.account('a').delivered === n);
  }
  assert.equal(b.arrivals.length, 0);
  assert.deepEqual([...host.accounts.keys()], ['a']);
  assert.equal(host.metric('flamegate_queue_capacity_bytes', { exporter: 'pyroscope/x' }), 1000);
});

test('two reloads while the first side still delivers keep every backlog, and no side waits for a later one', async () => {
  const [hung, down] = [await server(() => ({ do: 'stall' })), await server(() => ({ status: 503 }))];
  const host = createTestHost({ id: 'pyroscope/x' });
  const [a, z] = [
    { url: hung.url, name: 'a' },
    { url: down.url, name: 'z', ...slow },
  ];
  const one = await rig({ endpoints: [a] }, { host });
  await one.push(series);
  await hung.received(1);
  const two = await rig({ endpoints: [a, z] }, { host });
  const deadline = new AbortController();
  const oneStopped = one.exporter.stop(deadline.signal);
  for (let n = 0; n < 5; n++) await two.push(series);
  const three = await rig({ endpoints: [{ ...a, remote_timeout: '5s' }, z] }, { host });
  await two.exporter.stop(now);
  deadline.abort(new Error('deadline'));
  await oneStopped;
  await rig({ endpoints: [{ ...a, remote_timeout: '6s' }, z] }, { host });
  await three.exporter.stop(now);
  down.script(() => ({}));
  const queued = (): unknown => host.metric('flamegate_endpoint_queued_profiles', { exporter: 'pyroscope/x', endpoint: 'z' });
  await eventually(() => queued() === 5, queued);
  assert.equal(host.account('z').accepted, 5);
});

test('a reload that came to nothing takes no backlog along, though the old side stops later', async () => {
  const [a, b] = [await server(() => ({ status: 503 })), await server()];
  const host = createTestHost({ id: 'pyroscope/x' });
  const old = await rig({ endpoints: [{ url: a.url, ...slow }] }, { host });
  for (let n = 0; n < 5; n++) await old.push(series);
  await a.received(1);
  const failed = await rig({ endpoints: [{ url: b.url }] }, { host, activate: false });
  await failed.exporter.stop(now);
  a.script(() => ({}));
  const good = await rig({ endpoints: [{ url: a.url, ...quick, remote_timeout: '3s' }] }, { host });
  await old.exporter.stop(never);
  await good.push(series);
  const account = host.account(hostOf(a.url));
  await eventually(
    () => account.delivered === 6,
    () => account,
  );
  assert.equal(b.arrivals.length, 0);
  assert.deepEqual(
    host.lines.filter(({ level }) => level === 'error'),
    [],
  );
});

test('the url of an endpoint may change twice while the first side still delivers', async () => {
  const [a, b, c] = [await server(() => ({ do: 'stall' })), await server(), await server()];
  const host = createTestHost({ id: 'pyroscope/x' });
  const one = await rig({ endpoints: [{ url: a.url }] }, { host });
  await one.push(series);
  await a.received(1);
  const two = await rig({ endpoints: [{ url: b.url }] }, { host });
  const deadline = new AbortController();
  const oneStopped = one.exporter.stop(deadline.signal);
  const three = await rig({ endpoints: [{ url: c.url, ...quick }] }, { host });
  const twoStopped = two.exporter.stop(never);
  deadline.abort(new Error('deadline'));
  await Promise.all([oneStopped, twoStopped]);
  await three.push(series);
  await eventually(
    () => host.account(hostOf(c.url)).delivered === 2,
    () => host.account(hostOf(c.url)),
  );
  assert.equal(b.arrivals.length, 0);
});

test('the url may change once more when the backlog has its second name, and back', async () => {
  const [a, b] = [await server(() => ({ status: 503 })), await server(() => ({ status: 503 }))];
  const host = createTestHost({ id: 'pyroscope/x' });
  const one = await rig({ endpoints: [{ url: a.url, ...slow }] }, { host });
  for (let n = 0; n < 10; n++) await one.push(series);
  await a.received(1);
  const two = await rig({ endpoints: [{ url: b.url, ...slow }] }, { host });
  await one.exporter.stop(now);
  await b.received(1);
  const three = await rig({ endpoints: [{ url: a.url, ...slow }] }, { host });
  await two.exporter.stop(now);
  const [first, second] = [host.account(hostOf(a.url)), host.account(hostOf(b.url))];
  assert.deepEqual([first.accepted, second.accepted], [10, 0]);
  a.script(() => ({}));
  const four = await rig({ endpoints: [{ url: a.url, ...quick }] }, { host });
  await three.exporter.stop(now);
  await eventually(() => first.delivered === 10);
  await four.stop();
});

test('a reload does not end pushes that wait with ack delivered, nor do they wait for those', async () => {
  const up = await server([{ do: 'stall' }, {}]);
  const host = createTestHost({ id: 'pyroscope/x' });
  const config: Parameters<typeof rig>[0] = { endpoints: [{ url: up.url, ...quick, remote_timeout: '200ms' }], ack: 'delivered' };
  const old = await rig(config, { host });
  const told = old.push(series);
  await up.received(1);
  const fresh = await rig(config, { host });
  const stopped = old.exporter.stop(never);
  await fresh.push(series);
  assert.equal(up.arrivals.length, 2);
  await told;
  await stopped;
  assert.equal(host.account(hostOf(up.url)).delivered, 2);
});

test('at the end a memory queue is drained, and what is left at the deadline is counted', async () => {
  const up = await server([{ status: 503 }, {}]);
  const draining = await rig({ endpoints: [{ url: up.url, ...quick }] });
  for (let n = 0; n < 20; n++) await draining.push(series);
  await draining.exporter.stop(never);
  assert.equal(draining.account(hostOf(up.url)).delivered, 20);
  const down = await server(() => ({ status: 503 }));
  const losing = await rig({ endpoints: [{ url: down.url, name: 'down', ...slow }] });
  for (let n = 0; n < 3; n++) await losing.push(pushSeries({ service_name: 'a' }, 2));
  await losing.exporter.stop(now);
  assert.deepEqual([losing.account('down').dropped.shutdown, losing.account('down').accepted], [6, 6]);
  assert.equal(losing.host.metric('flamegate_endpoint_queued_profiles', { exporter: 'pyroscope/test', endpoint: 'down' }), 0);
});

test('a sender that still waits at the end is told 503, and its profile was never accepted for good', async () => {
  const up = await server(() => ({ status: 503 }));
  const { push, exporter, account } = await rig({ endpoints: [{ url: up.url, name: 'up', ...slow }], ack: 'delivered' });
  const told = push(series);
  await up.received(1);
  await Promise.all([assert.rejects(told, (why) => why instanceof Failed && why.status === 503), exporter.stop(now)]);
  assert.deepEqual([account('up').dropped.canceled, account('up').dropped.shutdown], [1, 0]);
});

test('stop() may come twice, and before start()', async () => {
  const { exporter } = await rig({ endpoints: [{ url: 'http://127.0.0.1:1' }] });
  await Promise.all([exporter.stop(now), exporter.stop(now)]);
  const { pyroscopeExporter } = await import('../../../src/exporters/pyroscope/factory.ts');
  await pyroscopeExporter
    .create(pyroscopeExporter.schema.parse({ endpoints: [{ url: 'http://127.0.0.1:1' }] }), createTestHost())
    .stop(now);
});

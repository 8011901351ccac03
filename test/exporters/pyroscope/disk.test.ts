import assert from 'node:assert/strict';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { after, test } from 'node:test';
import { pyroscopeExporter } from '../../../src/exporters/pyroscope/factory.ts';
import { type DeadLetter, openDeadLetters } from '../../../src/queue/dead-letters.ts';
import { encodeName } from '../../../src/queue/disk/cursor-file.ts';
import { describePush } from '../../../src/wire/push.ts';
import { ingestSeries, pushSeries } from '../../support/batches.ts';
import { FakeClock } from '../../support/fake-clock.ts';
import { createTestHost, type TestHost } from '../../support/host.ts';
import type { PyroscopeServer } from '../../support/pyroscope-server.ts';
import { eventually, hostOf, pump, quick, type Rig, rig, server, serviceOf } from './rig.ts';

const root = await mkdtemp(path.join(os.tmpdir(), 'flamegate-exporter-'));
after(() => rm(root, { recursive: true }));
const series = pushSeries({ service_name: 'a' });
const never = new AbortController().signal;
const now = AbortSignal.abort(new Error('the end'));

type Config = Parameters<typeof rig>[0];

async function queueDir(): Promise<{ type: 'disk'; dir: string }> {
  return { type: 'disk', dir: await mkdtemp(path.join(root, 'queue-')) };
}

/** The same exporter in another process, as far as it can tell. */
function restarted(config: Config): Promise<Rig> {
  return rig(config, { host: createTestHost({ id: 'pyroscope/test' }) });
}

async function deadLettersOf(config: Config, endpoint: string, host: TestHost) {
  const { queue } = pyroscopeExporter.schema.parse(config);
  const held = await openDeadLetters(queue, endpoint, host);
  const letters: DeadLetter[] = [];
  for await (const letter of held.resource.list()) letters.push(letter);
  await held.release();
  return letters;
}

function services(up: PyroscopeServer): string[] {
  return up.arrivals.map(serviceOf);
}

test('what was acknowledged durably is delivered after a restart, and the account says what was found', async () => {
  const up = await server(() => ({ status: 503 }));
  const config: Config = { endpoints: [{ url: up.url, name: 'up', ...quick }], queue: await queueDir() };
  const first = await rig(config);
  for (let n = 0; n < 20; n++) await first.push(pushSeries({ service_name: `s${n}` }, 2));
  await first.exporter.stop(now);
  assert.equal(first.account('up').dropped.shutdown, 0);
  up.script([{}]);
  const second = await restarted(config);
  await eventually(() => second.account('up').delivered === 40);
  assert.deepEqual([second.account('up').recovered, second.account('up').accepted], [40, 0]);
});

test('endless redirects keep the profiles, name the target, and after a restart everything arrives once', async () => {
  const up = await server(() => ({ status: 307, headers: { Location: '/push.v1.PusherService/Push' } }));
  const config: Config = { endpoints: [{ url: up.url, name: 'up' }], queue: await queueDir() };
  const first = await rig(config);
  for (let n = 0; n < 20; n++) await first.push(pushSeries({ service_name: `s${n}` }));
  await eventually(() => first.host.lines.some(({ level }) => level === 'error'));
  const line = first.host.lines.find(({ level }) => level === 'error');
  assert.match(String(line?.facts['answer']), /\/push\.v1\.PusherService\/Push.*set url/);
  await first.exporter.stop(never);
  const before = up.arrivals.length;
  up.script([{}]);
  const second = await restarted(config);
  await eventually(() => second.account('up').delivered === 20);
  assert.equal(new Set(services(up).slice(before)).size, 20);
  assert.equal(up.arrivals.length - before, 20);
});

test('stopping does not wait for an endpoint that is down when the queue keeps its profiles', async () => {
  const up = await server(() => ({ status: 503 }));
  const { push, exporter } = await rig({
    endpoints: [{ url: up.url, min_backoff_period: '1h', max_backoff_period: '1h' }],
    queue: await queueDir(),
  });
  for (let n = 0; n < 5; n++) await push(series);
  await up.received(5);
  await exporter.stop(never);
});

test('stopping delivers what can be delivered', async () => {
  const { promise, resolve } = Promise.withResolvers<void>();
  const up = await server(() => ({ after: promise }));
  const { push, exporter, account } = await rig({ endpoints: [{ url: up.url, name: 'up' }], queue: await queueDir() });
  for (let n = 0; n < 50; n++) await push(series);
  const stopped = exporter.stop(never);
  resolve();
  await stopped;
  assert.equal(account('up').delivered, 50);
});

test('a pause survives a restart', async () => {
  const up = await server();
  const config: Config = { endpoints: [{ url: up.url, name: 'up' }], queue: await queueDir() };
  const first = await rig(config);
  await first.exporter.pause('up', true);
  await first.push(series);
  await first.exporter.stop(never);
  const second = await restarted(config);
  await second.push(series);
  assert.equal(second.host.metric('flamegate_endpoint_queued_profiles', { exporter: 'pyroscope/test', endpoint: 'up' }), 2);
  await second.exporter.pause('up', false);
  await eventually(() => second.account('up').delivered === 2);
  assert.equal(up.arrivals.length, 2);
});

test('an unnamed endpoint takes its backlog along when its url changes over a restart', async () => {
  const [down, up] = [await server(() => ({ status: 503 })), await server()];
  const queue = await queueDir();
  const first = await rig({ endpoints: [{ url: down.url, ...quick }], queue });
  for (let n = 0; n < 5; n++) await first.push(series);
  await first.exporter.stop(now);
  const second = await restarted({ endpoints: [{ url: up.url }], queue });
  const account = second.account(hostOf(up.url));
  await eventually(() => account.delivered === 5);
  assert.deepEqual([account.recovered, account.accepted], [5, 0]);
});

test('an endpoint that went leaves its backlog until it expires, in dead letters under its name', async () => {
  const clock = new FakeClock();
  const [gone, up] = [await server(() => ({ status: 503 })), await server()];
  const queue = { ...(await queueDir()), max_age: '10m' };
  const stays = { url: up.url, name: 'stays' };
  const first = await rig({ endpoints: [stays, { url: gone.url, name: 'gone' }], queue }, { host: createTestHost({ clock }) });
  await first.push(series);
  await pump(clock, 100, () => first.account('stays').delivered === 1);
  await first.exporter.stop(now);
  const config: Config = { endpoints: [stays], queue };
  const host = createTestHost({ id: 'pyroscope/test', clock });
  await rig(config, { host });
  const line = host.lines.find(({ message }) => message.includes('left profiles'));
  assert.equal(line?.facts['endpoint'], 'gone');
  assert.equal(line?.facts['records'], 1);
  assert.equal(line?.facts['advice'], `flamegate queue ls ${queue.dir}`);
  await pump(clock, 10_000, () => host.account('gone').deadLettered.expired === 1);
  const letters = await deadLettersOf(config, 'gone', host);
  assert.deepEqual(
    letters.map(({ note, record }) => [note.reason, record.profiles]),
    [['expired', 1]],
  );
});

test('dead letters hold the request as it was, with reason, answer and attempts', async () => {
  const up = await server((arrival) => {
    if (arrival.path === '/ingest') return { code: 'unknown', status: 422, message: 'parsing IngestInput-pprof failed unexpected EOF' };
    return serviceOf(arrival) === 'bad' ? { code: 'invalid_argument', status: 400, message: 'label peer-id is bad' } : { status: 503 };
  });
  const config: Config = { endpoints: [{ url: up.url, name: 'up', ...quick, max_backoff_retries: 3 }], queue: await queueDir() };
  const { push, account, host } = await rig(config);
  await push(pushSeries({ service_name: 'bad' }, 2));
  await push(ingestSeries({ __name__: 'app' }));
  await push(pushSeries({ service_name: 'slow' }));
  await eventually(() => account('up').deadLettered.rejected === 3 && account('up').deadLettered.exhausted === 1);
  const letters = await deadLettersOf(config, 'up', host);
  const notes = letters.map(({ note: { reason, status, code, attempts, message } }) => [reason, status, code, attempts, message]);
  assert.deepEqual(notes.sort(), [
    ['exhausted', 503, 0, 3, 'HTTP 503 without a word'],
    ['rejected', 400, 3, 1, 'label peer-id is bad'],
    ['rejected', 422, 2, 2, 'parsing IngestInput-pprof failed unexpected EOF'],
  ]);
  const bad = letters.find(({ note }) => note.status === 400);
  assert.deepEqual(
    describePush(bad?.record.body ?? new Uint8Array()).map(({ labels, profiles }) => [labels.get('service_name'), profiles]),
    [['bad', 2]],
  );
});

test('a reload of a queue on disk under load loses nothing and sends nothing twice', async () => {
  const up = await server(() => ({ status: 503 }));
  const queue = await queueDir();
  const host = createTestHost({ id: 'pyroscope/test' });
  let current = await rig({ endpoints: [{ url: up.url, name: 'up' }], queue }, { host });
  let pushed = 0;
  const push = async (): Promise<void> => {
    pushed += 1;
    await current.push(pushSeries({ service_name: `s${pushed}` }));
  };
  for (let n = 0; n < 30; n++) await push();
  for (const remote_timeout of ['5s', '6s', '7s']) {
    const next = await rig({ endpoints: [{ url: up.url, name: 'up', remote_timeout }], queue }, { host });
    const old = current;
    current = next;
    const stopped = old.exporter.stop(never);
    for (let n = 0; n < 10; n++) await push();
    await stopped;
  }
  const before = up.arrivals.length;
  up.script([{}]);
  await eventually(
    () => host.account('up').delivered === pushed,
    () => host.account('up'),
    15_000,
  );
  assert.equal(host.account('up').accepted, pushed);
  assert.equal(new Set(services(up).slice(before)).size, pushed);
  assert.equal(up.arrivals.length - before, pushed);
});

test('an exporter that stops while it buries what is too old counts and keeps every record once', async () => {
  const up = await server(() => ({ status: 503 }));
  const waits = { min_backoff_period: '1h', max_backoff_period: '1h' };
  const config: Config = { endpoints: [{ url: up.url, name: 'up', ...waits }], queue: { ...(await queueDir()), max_age: '1m' } };
  const clock = new FakeClock();
  const first = await rig(config, { clock });
  await Promise.all(Array.from({ length: 150 }, () => first.push(series)));
  await up.received(1);
  const expiring = clock.advance(62_000);
  await eventually(() => first.account('up').deadLettered.expired > 0);
  await first.exporter.stop(now);
  await expiring;
  const { expired } = first.account('up').deadLettered;
  const second = await rig(config, { host: createTestHost({ id: 'pyroscope/test', clock: new FakeClock() }) });
  assert.equal(expired + second.account('up').recovered, 150);
  assert.equal((await deadLettersOf(config, 'up', second.host)).length, expired);
  assert.deepEqual(
    first.host.lines.filter(({ level }) => level === 'error'),
    [],
  );
});

test('a new url whose place in the queue cannot be stored takes the backlog along at the next reload', async () => {
  const [down, up] = [await server(() => ({ status: 503 })), await server()];
  const queue = await queueDir();
  const first = await rig({ endpoints: [{ url: down.url }], queue });
  await first.push(series);
  await down.received(1);
  const { host } = first;
  await mkdir(path.join(queue.dir, 'cursors', `${encodeName(hostOf(up.url))}.cur`));
  await rig({ endpoints: [{ url: up.url }], queue }, { host });
  await eventually(() => host.lines.some(({ message }) => message === 'the place of an endpoint could not be stored'));
  await rig({ endpoints: [{ url: up.url, remote_timeout: '9s' }], queue }, { host });
  await eventually(() => host.account(hostOf(up.url)).delivered === 1);
  assert.equal(host.account(hostOf(up.url)).accepted, 1);
});

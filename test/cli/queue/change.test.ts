import assert from 'node:assert/strict';
import { open, readdir } from 'node:fs/promises';
import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import { test } from 'node:test';
import { runQueueAdopt } from '../../../src/cli/queue/adopt.ts';
import { describe } from '../../../src/cli/queue/describe.ts';
import { runQueuePurge } from '../../../src/cli/queue/purge.ts';
import { runQueueRepair } from '../../../src/cli/queue/repair.ts';
import { runQueueReplay } from '../../../src/cli/queue/replay.ts';
import { runQueueVerify } from '../../../src/cli/queue/verify.ts';
import { systemClock } from '../../../src/core/clock.ts';
import { parseMatcher } from '../../../src/core/matcher.ts';
import { deadDir } from '../../../src/queue/dead-letters.ts';
import { options } from '../../queue/contract.ts';
import { everything, ingestRecord, listen, makeDead, makeQueue, newDir, pushRecord, rejected, withLog } from './scene.ts';

const hour = 3_600_000;
const fast = { to: undefined, headers: [], as: undefined, rate: 10_000, json: false };

/** Services that each endpoint has not passed. */
async function contents(dir: string): Promise<Record<string, string[]>> {
  return withLog(dir, async (log) => {
    const found: Record<string, string[]> = Object.fromEntries(log.names().map(({ name }) => [name, []]));
    for await (const { record, cursors } of log.records()) {
      const [labels] = describe(record).labels;
      for (const cursor of cursors) found[cursor]?.push(labels?.get('service_name') ?? labels?.get('__name__') ?? '?');
    }
    return found;
  });
}

test('purge forgets what matches, for the endpoint that was named, and nothing else', async () => {
  const dir = newDir();
  await makeQueue(
    dir,
    ['a', 'b'],
    ['api', 'web', 'api'].map((service) => pushRecord(service)),
  );
  const options = { ...everything, dir, all: false, json: false };
  const said = listen();
  assert.equal(await runQueuePurge({ ...options, match: parseMatcher('{service_name="api"}'), endpoint: 'a', dryRun: true }, said.io), 0);
  assert.equal(said.out(), 'would purge 2 records with 2 profiles\n');
  await runQueuePurge({ ...options, match: parseMatcher('{service_name="api"}'), endpoint: 'a', dryRun: false }, said.io);
  assert.deepEqual(await contents(dir), { a: ['web'], b: ['api', 'web', 'api'] });
  await runQueuePurge({ ...options, all: true, dryRun: false }, said.io);
  assert.deepEqual(await contents(dir), { a: [], b: [] });
});

test('purge goes by age and among dead letters, and must be told what is to go', async () => {
  const dir = newDir();
  const old = systemClock.now() - 2 * hour;
  await makeQueue(dir, ['a'], [pushRecord('old', { receivedAt: old }), pushRecord('young')]);
  await makeDead(dir, 'a', [pushRecord('dead', { receivedAt: old }, rejected)]);
  const options = { ...everything, dir, all: false, dryRun: false, json: true };
  await assert.rejects(runQueuePurge(options, listen().io), {
    name: 'UsageError',
    exitCode: 64,
    message: /--match .*--older-than .*--all/,
  });
  await runQueuePurge({ ...options, olderThanMs: hour }, listen().io);
  assert.deepEqual(await contents(dir), { a: ['young'] });
  const said = listen();
  await runQueuePurge({ ...options, dead: true, all: true }, said.io);
  assert.deepEqual(JSON.parse(said.out()), { records: 1, profiles: 1, dryRun: false });
  assert.deepEqual(await contents(deadDir(dir, 'a')), { dead: [] });
});

test('replay puts dead letters back into the queue of their endpoint, as received now', async () => {
  const dir = newDir();
  await makeQueue(dir, ['a', 'b'], []);
  await makeDead(
    dir,
    'a',
    ['api', 'web'].map((service) => pushRecord(service, { receivedAt: 1000 }, rejected)),
  );
  const said = listen();
  assert.equal(await runQueueReplay({ ...everything, ...fast, dir, dead: true }, said.io), 0);
  assert.equal(said.out(), 'replayed 2 records, 0 were refused and stay\n');
  assert.deepEqual(await contents(dir), { a: ['api', 'web'], b: [] });
  assert.deepEqual(await contents(deadDir(dir, 'a')), { dead: [] });
  await withLog(dir, async (log) => {
    const cursor = await log.cursor('a', options());
    assert.ok((cursor.stats.oldestAgeMs ?? Number.POSITIVE_INFINITY) < 3_600_000);
  });
});

test('replay of an endpoint that is gone needs to be told another one', async () => {
  const dir = newDir();
  await makeQueue(dir, ['new'], []);
  await makeDead(dir, 'old', [pushRecord('api', {}, rejected)]);
  await assert.rejects(runQueueReplay({ ...everything, ...fast, dir, dead: true }, listen().io), {
    exitCode: 64,
    message: /no endpoint old: choose one with --as; there is: new/,
  });
  await runQueueReplay({ ...everything, ...fast, dir, dead: true, as: 'new' }, listen().io);
  assert.deepEqual(await contents(dir), { new: ['api'] });
  await assert.rejects(runQueueReplay({ ...everything, ...fast, dir }, listen().io), { exitCode: 64, message: /--to URL/ });
});

/** A Pyroscope that answers as told. */
async function startBackend(statusOf: (path: string, number: number) => number) {
  const requests: { readonly path: string; readonly headers: IncomingHttpHeaders }[] = [];
  const server = createServer((request, response) => {
    const path = request.url ?? '';
    request.resume().on('end', () => {
      requests.push({ path, headers: request.headers });
      response.writeHead(statusOf(path, requests.length), {
        'content-type': path.startsWith('/push') ? 'application/proto' : 'text/plain',
        connection: 'close',
      });
      response.end();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo; // of a server that listens on a port
  return { requests, url: `http://127.0.0.1:${port}`, close: () => new Promise((resolve) => server.close(resolve)) };
}

test('replay sends records to a URL with tenant and headers; what is taken leaves the queue', async () => {
  const backend = await startBackend(() => 200);
  const dir = newDir();
  await makeQueue(dir, ['a'], [pushRecord('api'), ingestRecord('shop')]);
  const said = listen();
  assert.equal(await runQueueReplay({ ...everything, ...fast, dir, to: backend.url, headers: ['X-Who: me'] }, said.io), 0);
  assert.deepEqual(
    backend.requests.map(({ path, headers }) => [path, headers['x-scope-orgid'], headers['x-who']]),
    [
      ['/push.v1.PusherService/Push', 'squad-1', 'me'],
      ['/ingest?name=shop&format=folded', 'squad-1', 'me'],
    ],
  );
  assert.deepEqual(await contents(dir), { a: [] });
  await backend.close();
});

test('replay keeps what is refused, says why, and goes on', async () => {
  const backend = await startBackend((_, number) => (number === 1 ? 400 : 200));
  const dir = newDir();
  await makeQueue(dir, ['a'], [pushRecord('bad'), pushRecord('good')]);
  const said = listen();
  assert.equal(await runQueueReplay({ ...everything, ...fast, dir, to: backend.url }, said.io), 0);
  assert.equal(said.out(), 'replayed 1 records, 1 were refused and stay\n');
  assert.match(said.err(), /record 0 is refused/);
  assert.deepEqual(await contents(dir), { a: ['bad'] });
  await backend.close();
});

test('replay stops at a backend that takes nothing, and keeps the rest', async () => {
  const backend = await startBackend(() => 404);
  const dir = newDir();
  await makeQueue(dir, ['a'], [pushRecord('api'), pushRecord('web')]);
  const said = listen();
  assert.equal(await runQueueReplay({ ...everything, ...fast, dir, to: backend.url }, said.io), 69);
  assert.match(said.out(), /^replayed 0 records, .*; stopped: /);
  assert.deepEqual(await contents(dir), { a: ['api', 'web'] });
  assert.equal(backend.requests.length, 1);
  await backend.close();
});

test('replay goes no faster than it was told', async () => {
  const dir = newDir();
  await makeQueue(dir, ['a'], []);
  await makeDead(
    dir,
    'a',
    Array.from({ length: 6 }, () => pushRecord('api', {}, rejected)),
  );
  const startMs = systemClock.monotonic();
  await runQueueReplay({ ...everything, ...fast, dir, dead: true, rate: 50 }, listen().io);
  assert.ok(systemClock.monotonic() - startMs >= 100, 'six records at fifty a second take a tenth of a second');
});

test('adopt moves everything into another directory: endpoints by name, dead letters, ages', async () => {
  const [dir, from] = [newDir(), newDir()];
  await makeQueue(dir, ['a', 'new'], [pushRecord('mine')]);
  await makeQueue(from, ['a', 'old'], [pushRecord('both', { receivedAt: 5000 }), pushRecord('one', { only: 'old' })]);
  await makeDead(from, 'old', [pushRecord('dead', {}, rejected)]);
  const said = listen();
  assert.equal(await runQueueAdopt({ dir, from, names: new Map([['old', 'new']]), json: false }, said.io), 0);
  assert.match(said.out(), /^adopted 2 records and 1 dead letters of /);
  assert.deepEqual(await contents(dir), { a: ['mine', 'both'], new: ['mine', 'both', 'one'] });
  assert.deepEqual(await contents(deadDir(dir, 'new')), { dead: ['dead'] });
  assert.deepEqual(await contents(from), { a: [], old: [] });
  await withLog(dir, async (log) => {
    const { oldestAgeMs = 0 } = (await log.cursor('a', options())).stats;
    assert.ok(Math.abs(systemClock.now() - 5000 - oldestAgeMs) < 60_000, `${oldestAgeMs} ms old`);
    assert.equal(log.stats.records, 3, 'a record for all is stored once');
  });
});

test('adopt makes the directory, keeps endpoints that are not known there, and can be run again', async () => {
  const [dir, from] = [newDir(), newDir()];
  await makeQueue(from, ['a', 'b'], [pushRecord('api'), pushRecord('web', { only: 'a' })]);
  for (const expected of ['adopted 2 records', 'adopted 0 records']) {
    const said = listen();
    await runQueueAdopt({ dir, from, names: new Map(), json: false }, said.io);
    assert.ok(said.out().startsWith(expected), said.out());
  }
  assert.deepEqual(await contents(dir), { a: ['api', 'web'], b: ['api'] });
});

async function flipByte(path: string, at: number): Promise<void> {
  const file = await open(path, 'r+');
  const byte = Buffer.alloc(1);
  await file.read(byte, 0, 1, at);
  await file.write(Buffer.from([(byte[0] ?? 0) ^ 0xff]), 0, 1, at);
  await file.close();
}

test('verify finds no damage where there is none', async () => {
  const dir = newDir();
  await makeQueue(dir, ['a'], [pushRecord('api'), pushRecord('web')]);
  await makeDead(dir, 'a', [pushRecord('bad', {}, rejected)]);
  const said = listen();
  assert.equal(await runQueueVerify({ dir, json: false }, said.io), 0);
  assert.match(said.out(), /2 segments, .*, 3 records still to be delivered or kept as dead letters\nno damage\n$/);
});

test('verify finds damage, repair drops what is damaged and nothing else, and verify is content', async () => {
  const dir = newDir();
  await makeQueue(
    dir,
    ['a'],
    ['one', 'two', 'three'].map((service) => pushRecord(service)),
  );
  await makeDead(dir, 'a', [pushRecord('bad', {}, rejected), pushRecord('good', {}, rejected)]);
  await flipByte(`${dir}/0000000000000000.seg`, 64 + 40);
  await flipByte(`${deadDir(dir, 'a')}/0000000000000000.seg`, 20);
  const before = listen();
  assert.equal(await runQueueVerify({ dir, json: true }, before.io), 65);
  const verdict = JSON.parse(before.out());
  assert.deepEqual([verdict.damaged, verdict.damagedRecords, verdict.neededRecords, verdict.segments[1].headerDamaged], [true, 1, 4, true]);
  const repaired = listen();
  assert.equal(await runQueueRepair({ dir, json: false }, repaired.io), 0);
  assert.equal(repaired.out(), '1 records were lost, 2 segments were written anew\n');
  const after = listen();
  assert.equal(await runQueueVerify({ dir, json: false }, after.io), 0, after.out());
  assert.deepEqual(await contents(dir), { a: ['two', 'three'] });
  assert.deepEqual(await contents(deadDir(dir, 'a')), { dead: ['bad', 'good'] });
});

test('verify names files that no use can be made of; repair sets them aside', async () => {
  const dir = newDir();
  await makeQueue(dir, ['a'], [pushRecord('api')]);
  const file = await open(`${dir}/0000000000000000.seg`, 'r+');
  await file.write(Buffer.alloc((await file.stat()).size), 0);
  await file.close();
  const said = listen();
  assert.equal(await runQueueVerify({ dir, json: false }, said.io), 65);
  assert.match(said.out(), /no use can be made of .*0000.seg: its header cannot be read/);
  assert.ok(!(await readdir(dir)).some((name) => name.endsWith('.bad')), 'verify changes nothing');
  await runQueueRepair({ dir, json: false }, listen().io);
  assert.ok((await readdir(dir)).includes('0000000000000000.seg.bad'));
  assert.equal(await runQueueVerify({ dir, json: false }, listen().io), 0);
});

import assert from 'node:assert/strict';
import { readdir, readFile, stat } from 'node:fs/promises';
import { test } from 'node:test';
import { runQueueExport } from '../../../src/cli/queue/export.ts';
import { runQueueLs } from '../../../src/cli/queue/ls.ts';
import { runQueueShow } from '../../../src/cli/queue/show.ts';
import { systemClock } from '../../../src/core/clock.ts';
import { parseMatcher } from '../../../src/core/matcher.ts';
import { options, take } from '../../queue/contract.ts';
import { everything, ingestRecord, listen, makeDead, makeQueue, newDir, pushRecord, rejected, withLog } from './scene.ts';

const hour = 3_600_000;

async function sample(): Promise<string> {
  const dir = newDir();
  const old = systemClock.now() - 2 * hour;
  await makeQueue(
    dir,
    ['a:4040', 'b:4040'],
    [pushRecord('api', { receivedAt: old, profiles: 3 }), ingestRecord('shop{env=prod}'), pushRecord('web', { only: 'b:4040' })],
  );
  await makeDead(dir, 'a:4040', [pushRecord('bad', {}, rejected)]);
  await withLog(dir, async (log) => {
    const cursor = await log.cursor('b:4040', options());
    (await take(cursor)).done();
    await cursor.pause(true);
  });
  return dir;
}

/** Every file of a directory with its bytes and times. */
async function snapshot(dir: string): Promise<string[]> {
  const files = (await readdir(dir, { recursive: true })).sort();
  return Promise.all(
    files.map(async (file) => {
      const { mtimeMs, size } = await stat(`${dir}/${file}`);
      return `${file} ${mtimeMs} ${size}`;
    }),
  );
}

test('ls shows what each endpoint has, and its dead letters', async () => {
  const dir = await sample();
  const said = listen();
  assert.equal(await runQueueLs({ dir, json: false }, said.io), 0);
  const lines = said.out().split('\n');
  assert.match(lines[0] ?? '', /: 3 records, [\d.]+ (B|KiB) on disk$/);
  assert.match(lines.find((line) => line.startsWith('a:4040')) ?? '', /^a:4040 +2 +4 +[\d.]+ \w+ +2h(?:\d+s)? +active$/);
  assert.match(lines.find((line) => line.startsWith('b:4040')) ?? '', /^b:4040 +2 +2 .* paused$/);
  assert.match(said.out(), /DEAD LETTERS OF .*\na:4040 +1 +1 /);
});

test('ls is for programs too', async () => {
  const said = listen();
  await runQueueLs({ dir: await sample(), json: true }, said.io);
  const { records, endpoints, dead, damagedRecords } = JSON.parse(said.out());
  assert.deepEqual([records, damagedRecords, dead[0].endpoint, dead[0].records], [3, 0, 'a:4040', 1]);
  assert.deepEqual(
    endpoints.map(({ endpoint, state, profiles }: { endpoint: string; state: string; profiles: number }) => [endpoint, state, profiles]),
    [
      ['a:4040', 'active', 4],
      ['b:4040', 'paused', 2],
    ],
  );
});

test('show says what each record is, one line for each endpoint that has not passed it', async () => {
  const said = listen();
  assert.equal(await runQueueShow({ ...everything, dir: await sample(), json: false }, said.io), 0);
  const lines = said.out().trim().split('\n');
  assert.equal(lines.length, 4);
  assert.match(
    lines[0] ?? '',
    /^#0 {2}a:4040 {2}2h old {2}push \d+ B {2}3 profiles {2}tenant squad-1 {2}\{__name__="process_cpu", service_name="api"\}$/,
  );
  assert.match(lines[1] ?? '', /^#1 {2}a:4040 .*ingest 4 B .*\{__name__="shop", env="prod"\}$/);
});

test('show can be told which records: by labels, endpoint, age and number, or dead letters with their reason', async () => {
  const dir = await sample();
  const shown = async (selection: object): Promise<string[]> => {
    const said = listen();
    await runQueueShow({ ...everything, ...selection, dir, json: true }, said.io);
    return said.out().trim().split('\n').filter(Boolean);
  };
  assert.equal((await shown({ match: parseMatcher('{service_name=~"api|web"}') })).length, 2);
  assert.equal((await shown({ endpoint: 'b:4040' })).length, 2);
  assert.equal((await shown({ olderThanMs: hour })).length, 1);
  assert.equal((await shown({ limit: 3 })).length, 3);
  const [letter = ''] = await shown({ dead: true });
  assert.equal(JSON.parse(letter).dead.message, 'labels are bad');
  await assert.rejects(shown({ endpoint: 'c' }), { name: 'UsageError', exitCode: 64, message: /no endpoint c .*a:4040, b:4040/ });
});

test('looking changes nothing, and neither makes a directory nor a lock', async () => {
  const dir = await sample();
  const before = await snapshot(dir);
  await runQueueLs({ dir, json: false }, listen().io);
  await runQueueShow({ ...everything, dir, json: false }, listen().io);
  await runQueueExport({ ...everything, dir, to: newDir(), queue: false, json: false }, listen().io);
  assert.deepEqual(await snapshot(dir), before);
  const missing = newDir();
  await assert.rejects(runQueueLs({ dir: missing, json: false }, listen().io), {
    name: 'DirectoryError',
    exitCode: 73,
    message: /there is no queue in it/,
  });
  await assert.rejects(stat(missing));
});

test('a directory that a gateway has is left to it', async () => {
  const dir = await sample();
  await withLog(dir, async () => {
    await assert.rejects(runQueueLs({ dir, json: false }, listen().io), { exitCode: 73, message: /another process is using it/ });
  });
});

test('export writes each profile once, as files that other programs read', async () => {
  const [dir, to] = [await sample(), newDir()];
  const said = listen();
  assert.equal(await runQueueExport({ ...everything, dir, to, queue: false, json: false }, said.io), 0);
  assert.match(said.out(), /^exported 3 records with 5 profiles to /);
  const files = (await readdir(to, { recursive: true })).filter((name) => /\.\w+$/.test(name));
  assert.equal(files.length, 3);
  const api = files.find((name) => name.includes('/api/')) ?? assert.fail(files.join());
  assert.deepEqual([...(await readFile(`${to}/${api}`))].slice(0, 2), [0x1f, 0x8b]);
});

test('export makes a queue directory of what was chosen, for another gateway', async () => {
  const [dir, to] = [await sample(), newDir()];
  assert.equal(await runQueueExport({ ...everything, endpoint: 'b:4040', dir, to, queue: true, json: true }, listen().io), 0);
  const said = listen();
  await runQueueExport({ ...everything, dead: true, dir, to, queue: true, json: true }, said.io);
  assert.deepEqual(JSON.parse(said.out()), { records: 1, profiles: 1, unreadable: 0 });
  const ls = listen();
  await runQueueLs({ dir: to, json: true }, ls.io);
  const { endpoints, dead } = JSON.parse(ls.out());
  assert.deepEqual([endpoints.length, endpoints[0].endpoint, endpoints[0].records, dead[0].records], [1, 'b:4040', 2, 1]);
});

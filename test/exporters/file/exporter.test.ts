import assert from 'node:assert/strict';
import { mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { after, test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { Invalid, Refused } from '../../../src/core/errors.ts';
import { Labels } from '../../../src/core/labels.ts';
import type { Series } from '../../../src/core/profile.ts';
import { FileExporter } from '../../../src/exporters/file/exporter.ts';
import { fileExporter } from '../../../src/exporters/file/factory.ts';
import { type Files, realFiles } from '../../../src/exporters/file/files.ts';
import { batchOf, ingestSeries, pushSeries } from '../../support/batches.ts';
import { createTestHost, type TestHost } from '../../support/host.ts';

const root = await mkdtemp(path.join(os.tmpdir(), 'flamegate-file-'));
after(() => rm(root, { recursive: true }));
const signal = new AbortController().signal;

interface Rig {
  readonly dir: string;
  readonly host: TestHost;
  readonly exporter: FileExporter;
  store(...series: readonly Series[]): Promise<void>;
}

async function rig(options: { readonly dir?: string; readonly max_size?: number; readonly files?: Files } = {}): Promise<Rig> {
  const dir = options.dir ?? (await mkdtemp(path.join(root, 'dir-')));
  const host = createTestHost({ id: 'file/local' });
  const exporter = new FileExporter({ dir, max_size: options.max_size ?? 2 ** 30 }, host, options.files ?? realFiles);
  await exporter.start();
  let receivedAt = 1_764_072_000_000;
  return {
    dir,
    host,
    exporter,
    async store(...series) {
      receivedAt += 1000;
      await exporter.prepare({ ...batchOf(...series), receivedAt }).commit({ signal });
    },
  };
}

async function filesBelow(dir: string): Promise<string[]> {
  const entries = await readdir(dir, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => path.relative(dir, path.join(entry.parentPath, entry.name)))
    .sort();
}

function rawSeries(labels: Record<string, string>, ...profiles: readonly Uint8Array[]): Series {
  const fields = profiles.map((raw) => Buffer.concat([Buffer.from([0x12, raw.length + 2, 0x0a, raw.length]), raw]));
  return { tenant: '', labels: Labels.of(labels), payload: { kind: 'push', fields, profiles: profiles.length, rawBytes: 0 } };
}

test('each profile is a file of its own, byte for byte, in a tree by service and type', async () => {
  const { dir, store, host } = await rig();
  const gzipped = gzipSync('pprof');
  await store(rawSeries({ service_name: 'shop', __name__: 'process_cpu' }, gzipped, Buffer.from('plain')));
  const [first, second, ...others] = await filesBelow(dir);
  assert.equal(others.length, 0);
  assert.match(first ?? '', /^shop\/process_cpu\/20251125T120001\.000Z-000000\.pb\.gz$/);
  assert.match(second ?? '', /^shop\/process_cpu\/20251125T120001\.000Z-000001\.pb$/);
  assert.deepEqual(await readFile(path.join(dir, first ?? '')), gzipped);
  const { accepted, delivered } = host.account(dir);
  assert.deepEqual([accepted, delivered], [2, 2]);
  assert.equal(host.metric('flamegate_exporter_accepted_profiles_total', { exporter: 'file/local' }), 2);
});

test('an /ingest body is one file, named after what it is', async () => {
  const { dir, store } = await rig();
  const body = (query: string, contentTypes: readonly string[], bytes: Uint8Array): Series => {
    const series = ingestSeries({ __name__: 'app' });
    return series.payload.kind === 'ingest' ? { ...series, payload: { ...series.payload, query, contentTypes, body: [bytes] } } : series;
  };
  await store(
    body('format=pprof', [], gzipSync('x')),
    body('format=jfr', [], Buffer.from('x')),
    body('', ['multipart/form-data; boundary=1'], Buffer.from('x')),
  );
  await store(body('', ['text/plain'], Buffer.from('main;work 7')));
  const extensions = (await filesBelow(dir)).map((file) => file.replace(/^app\/[^.]+\.\d+Z-\d+/, ''));
  assert.deepEqual(extensions, ['.pb.gz', '.jfr', '.multipart', '.txt']);
});

test('no label leads out of the directory', async () => {
  const { dir, store } = await rig();
  for (const service of ['../../etc', '..', '.', '/etc/passwd', 'a/b', 'a\0b', 'ü', 'x'.repeat(5000), '', '~', '-rf']) {
    await store(pushSeries({ service_name: service, __name__: '../up' }, 1, '..'));
  }
  const files = await filesBelow(dir);
  assert.equal(files.length, 11);
  for (const file of files) assert.match(file, /^%2E%2E\/[A-Za-z0-9._%-]{1,100}\/%2E%2E%2Fup\/[^/]+$/);
});

test('the directory never holds more than max_size, and the oldest go with the folders they leave empty', async () => {
  const { dir, store } = await rig({ max_size: 25 });
  await store(pushSeries({ service_name: 'old', __name__: 'cpu' }, 2));
  for (let n = 0; n < 20; n++) {
    await store(pushSeries({ service_name: 'new', __name__: 'cpu' }));
    const sizes = await Promise.all((await filesBelow(dir)).map(async (file) => (await stat(path.join(dir, file))).size));
    assert.ok(sizes.reduce((sum, size) => sum + size, 0) <= 25);
  }
  const files = await filesBelow(dir);
  assert.equal(files.length, 5);
  assert.ok(files.every((file) => file.startsWith('new/')));
  assert.deepEqual(await readdir(dir), ['new']);
});

test('what an earlier process left counts, and what is not ours stays', async () => {
  const first = await rig();
  for (let n = 0; n < 4; n++) await first.store(pushSeries({ service_name: 'old' }));
  await mkdir(path.join(first.dir, 'notes'));
  await writeFile(path.join(first.dir, 'notes', 'mine.txt'), 'x'.repeat(1000));
  const second = await rig({ dir: first.dir, max_size: 15 });
  await second.store(pushSeries({ service_name: 'new' }));
  const files = await filesBelow(first.dir);
  assert.deepEqual([files.length, files.filter((file) => file.startsWith('old')).length], [4, 2]);
  assert.ok(files.includes('notes/mine.txt'));
});

test('a full disk is told as not now, and nothing of the batch stays', async () => {
  let room = 1;
  const files: Files = {
    ...realFiles,
    async write(file, bytes) {
      if (room === 0) throw Object.assign(new Error('ENOSPC: no space left on device, write'), { code: 'ENOSPC' });
      room -= 1;
      await realFiles.write(file, bytes);
    },
  };
  const { dir, store, host } = await rig({ files });
  await assert.rejects(store(pushSeries({ service_name: 'a' }, 2)), (why) => {
    assert.ok(why instanceof Refused && why.reason === 'disk' && why.retryAfterMs > 0);
    assert.match(why.message, /ENOSPC/);
    return true;
  });
  assert.deepEqual(await readdir(dir), []);
  assert.equal(host.account(dir).accepted, 0);
  assert.equal(host.healths.get('')?.kind, 'degraded');
  room = 10;
  await store(pushSeries({ service_name: 'a' }, 2));
  assert.equal((await filesBelow(dir)).length, 2);
  assert.equal(host.healths.get('')?.kind, 'ok');
});

test('a batch that is larger than max_size will never fit', async () => {
  const { exporter } = await rig({ max_size: 9 });
  assert.throws(
    () => exporter.prepare(batchOf(pushSeries({ a: 'b' }, 2))),
    (why) => why instanceof Invalid && why.reason === 'too_large',
  );
});

test('a directory that cannot be used keeps the exporter from starting, and is named', async () => {
  const file = path.join(root, 'a-file');
  await writeFile(file, '');
  await assert.rejects(rig({ dir: path.join(file, 'below') }), /a-file/);
});

test('what another exporter took counts as accepted and dropped', async () => {
  const { exporter, host, dir } = await rig();
  exporter.discard(batchOf(pushSeries({ a: 'b' }, 2)), 'not_stored');
  const { accepted, dropped } = host.account(dir);
  assert.deepEqual([accepted, dropped.not_stored], [2, 2]);
});

test('many batches at once are each there when they are told', async () => {
  const { dir, store } = await rig();
  await Promise.all(Array.from({ length: 50 }, () => store(pushSeries({ service_name: 'a' }))));
  assert.equal((await filesBelow(dir)).length, 50);
});

test('the directory is required, and a size may be written as people write it', () => {
  assert.equal(fileExporter.schema.parse({ dir: './profiles', max_size: '64MiB' }).max_size, 64 * 2 ** 20);
  assert.equal(fileExporter.schema.safeParse({}).success, false);
  assert.equal(fileExporter.schema.safeParse({ dir: 'x', size: 1 }).success, false);
});

import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { gzipSync } from 'node:zlib';
import type { Series } from '../../src/core/profile.ts';
import { enrich } from '../../src/processors/enrich/factory.ts';
import { parseTargets } from '../../src/processors/enrich/targets.ts';
import { batchOf, ingestSeries, labelsOf, pushSeries } from '../support/batches.ts';
import { FakeClock } from '../support/fake-clock.ts';
import { createTestHost } from '../support/host.ts';

function create(settings: object) {
  const clock = new FakeClock();
  const host = createTestHost({ id: 'enrich', clock });
  const processor = enrich.create(enrich.schema.parse(settings), host);
  const run = (...series: readonly Series[]) => {
    const result = processor.process(batchOf(...series), () => assert.fail('nothing is dropped'));
    assert.ok(!(result instanceof Promise), 'nothing to wait for');
    return labelsOf(result);
  };
  return { clock, host, processor, run };
}

const targets = [
  { service: 'shop', env: 'prod', owner: 'team-a', __address__: '1.2.3.4:80', __meta_x: 'm', empty: '' },
  { service: 'other', env: 'dev' },
  { env: 'no-match-label' },
];
const match = { profile: 'service_name', target: 'service' };

test('copies the labels that are named, from the target of the same value, and replaces what the profile has', () => {
  const { run } = create({ targets, match, copy: ['env', 'missing', 'empty'] });
  assert.deepEqual(
    run(pushSeries({ service_name: 'shop', env: 'mine', owner: 'me', empty: 'kept' }), ingestSeries({ service_name: 'other' })),
    [
      { service_name: 'shop', env: 'prod', owner: 'me', empty: 'kept' },
      { service_name: 'other', env: 'dev' },
    ],
  );
});

test('with none named copies all, reserved ones too', () => {
  assert.deepEqual(create({ targets, match }).run(pushSeries({ service_name: 'shop' })), [
    { service_name: 'shop', service: 'shop', env: 'prod', owner: 'team-a', __address__: '1.2.3.4:80', __meta_x: 'm' },
  ]);
});

test('without a target, or without the label, a profile passes as it is', () => {
  const { run } = create({ targets: [...targets, { service: '', env: 'x' }], match });
  for (const labels of [{ service_name: 'Shop' }, { service_name: '' }, { a: 'b' }, {}])
    assert.deepEqual(run(pushSeries(labels)), [labels]);
});

test('of several targets with one value the last counts, as a whole', () => {
  const { run } = create({
    targets: [
      { s: 'a', v: '1', first: 'x' },
      { s: 'a', v: '2' },
    ],
    match: { profile: 's', target: 's' },
  });
  assert.deepEqual(run(pushSeries({ s: 'a' })), [{ s: 'a', v: '2' }]);
});

test('targets with rules are relabelled first, and dropped by them', () => {
  const rules = [
    { source_labels: ['__meta_app'], target_label: 'service_name' },
    { source_labels: ['env'], regex: 'dev', action: 'drop' },
  ];
  const set = {
    targets: [
      { __meta_app: 'shop', env: 'prod' },
      { __meta_app: 'lab', env: 'dev' },
    ],
    rules,
  };
  const { run } = create({ targets: [set], copy: ['env'] });
  assert.deepEqual(run(pushSeries({ service_name: 'shop' }), pushSeries({ service_name: 'lab' })), [
    { service_name: 'shop', env: 'prod' },
    { service_name: 'lab' },
  ]);
});

test('reads lists of labels and groups as Prometheus has them, and says what else it found', () => {
  const list = parseTargets('[{"a":"1"},{"targets":["h:1","h:2"],"labels":{"env":"x"}},{"targets":[]}]');
  assert.deepEqual(
    list.map((target) => target.toJSON()),
    [{ a: '1' }, { __address__: 'h:1', env: 'x' }, { __address__: 'h:2', env: 'x' }],
  );
  assert.throws(() => parseTargets('{}'), /^Error: expected a JSON list of targets/);
  assert.throws(
    () => parseTargets('[{"password":1}]'),
    (why: Error) => /at entry 1$/.test(why.message) && !why.message.includes('password'),
  );
  assert.throws(() => parseTargets('not json'), /expected a JSON list/);
});

function directory(t: TestContext): string {
  const path = mkdtempSync(join(tmpdir(), 'enrich-'));
  t.after(() => rmSync(path, { recursive: true }));
  return path;
}

/** Lets the clock look at the source until something is so. */
async function until(clock: FakeClock, holds: () => boolean): Promise<void> {
  for (let turn = 0; !holds(); turn += 1) {
    assert.ok(turn < 20_000, 'never became so');
    if (clock.pending > 0 && turn % 50 === 0) await clock.advance(10_000);
    await nextTurn();
  }
}

test('a file is followed: what is new counts, what is of no use changes nothing and shows', async (t) => {
  const file = join(directory(t), 'targets.json');
  writeFileSync(file, '[{"service_name":"shop","team":"a"}]');
  const { clock, host, processor, run } = create({ targets_file: file });
  t.after(() => processor.stop?.(AbortSignal.abort()));
  await processor.start?.();
  const team = () => run(pushSeries({ service_name: 'shop' }))[0]?.['team'];
  assert.equal(team(), 'a');
  assert.equal(host.metric('flamegate_enrich_targets', { processor: 'enrich' }), 1);
  writeFileSync(file, '[{"service_name":"shop","team":"b"}]');
  await until(clock, () => team() === 'b');
  writeFileSync(file, '[{"service_name":');
  await until(clock, () => host.healths.get(`targets_file ${file}`)?.kind === 'degraded');
  assert.equal(team(), 'b', 'the last good list goes on');
  writeFileSync(file, '[{"service_name":"shop","team":"cc"}]');
  await until(clock, () => host.healths.get(`targets_file ${file}`)?.kind === 'ok');
  assert.equal(team(), 'cc');
});

test('a file that is missing or of no use at the start keeps the gateway from starting: 78', async (t) => {
  const file = join(directory(t), 'targets.json');
  const { processor } = create({ targets_file: file });
  t.after(() => processor.stop?.(AbortSignal.abort()));
  await assert.rejects(async () => processor.start?.(), { message: /targets_file .*unable to read file/, exitCode: 78 });
});

test('a URL is asked again and again; while nobody answers profiles pass as they are', async (t) => {
  let answer = (response: ServerResponse): void => void response.writeHead(503).end();
  const asked: (string | undefined)[] = [];
  const server = createServer((request, response) => {
    asked.push(`${request.method} ${request.url} ${request.headers.authorization}`);
    answer(response);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const { clock, host, processor, run } = create({ targets_url: `http://u:p@127.0.0.1:${port}/sd?job=x`, copy: ['team'] });
  t.after(async () => {
    await processor.stop?.(AbortSignal.abort());
    server.closeAllConnections();
    server.close();
  });
  await processor.start?.();
  const health = () => host.healths.get(`targets_url 127.0.0.1:${port}/sd`);
  const team = () => run(pushSeries({ service_name: 'shop' }))[0]?.['team'];
  assert.deepEqual(health(), { kind: 'degraded', reason: `targets_url 127.0.0.1:${port}/sd: expected status 200, found 503` });
  assert.equal(team(), undefined);
  assert.equal(asked[0], `GET /sd?job=x Basic ${Buffer.from('u:p').toString('base64')}`);
  const list = [{ targets: ['10.0.0.1:80'], labels: { service_name: 'shop', team: 'a' } }];
  answer = (response) => void response.end(JSON.stringify(list));
  await until(clock, () => health()?.kind === 'ok');
  assert.equal(team(), 'a');
  answer = (response) =>
    void response.setHeader('content-encoding', 'gzip').end(gzipSync(JSON.stringify([{ service_name: 'shop', team: 'b' }])));
  await until(clock, () => team() === 'b');
  assert.equal(JSON.stringify(host.lines).includes('u:p'), false, 'no password in the log');
});

test('targets are discovered as for scraping, with rules, and a start waits for them', async (t) => {
  const file = join(directory(t), 'groups.json');
  writeFileSync(file, '[{"targets":["10.0.0.1:80"],"labels":{"__meta_app":"shop","team":"a"}}]');
  const rules = [{ source_labels: ['__meta_app'], target_label: 'service_name' }];
  const { processor, run } = create({ discovery: [{ from: 'file', files: [file], rules }], copy: ['team'] });
  t.after(() => processor.stop?.(AbortSignal.abort()));
  await processor.start?.();
  assert.deepEqual(run(pushSeries({ service_name: 'shop' })), [{ service_name: 'shop', team: 'a' }]);
});

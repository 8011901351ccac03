import assert from 'node:assert/strict';
import { test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { Failed, Invalid, Refused } from '../../../src/core/errors.ts';
import { call, call2 } from '../../net/server/serving.ts';
import { labelsOf } from '../../support/batches.ts';
import { receiving } from './receiving.ts';

const binary = Buffer.from(Array.from({ length: 256 }, (_, at) => at));

for (const [name, send] of [
  ['HTTP/1.1', call],
  ['HTTP/2', call2],
] as const) {
  test(`${name}: a body arrives as it is, with its content type and the query without its name`, async (t) => {
    const { port, batches, host } = await receiving(t);
    const headers = {
      'content-type': 'multipart/form-data; boundary=B',
      'content-encoding': 'gzip',
      'user-agent': 'a'.repeat(200),
      'x-scope-orgid': 'squad-1',
    };
    const path = '/ingest?from=1&name=my.app%7Benv%3Dprod,zone=eu}&until=2&x=%7E';
    const answer = await send(port, { path, headers, body: binary });
    assert.deepEqual([answer.status, answer.body.length, answer.headers['content-type']], [200, 0, undefined]);
    const [batch] = batches;
    assert.ok(batch !== undefined);
    assert.deepEqual(labelsOf(batch), [{ __name__: 'my.app', env: 'prod', zone: 'eu' }]);
    const payload = batch.series[0]?.payload;
    assert.ok(payload?.kind === 'ingest');
    assert.deepEqual(
      [payload.path, payload.query, payload.contentTypes],
      ['/ingest', 'from=1&until=2&x=%7E', ['multipart/form-data; boundary=B']],
    );
    assert.deepEqual(Buffer.concat(payload.body), binary);
    assert.deepEqual([batch.origin.protocol, batch.origin.agent.length, batch.series[0]?.tenant], ['ingest', 128, 'squad-1']);
    assert.equal(host.metric('flamegate_receiver_received_profiles_total', { receiver: 'pyroscope', protocol: 'ingest' }), 1);
    assert.equal(host.metric('flamegate_receiver_received_bytes_total', { receiver: 'pyroscope', protocol: 'ingest' }), 256);
  });

  test(`${name}: the old path and repeated slashes are the same route, and the endpoint sees one path`, async (t) => {
    const { port, batches } = await receiving(t, { path_prefix: '/profiles' });
    for (const path of [
      '/ingest',
      '//ingest',
      '/pyroscope/ingest',
      '//pyroscope//ingest',
      '/profiles/ingest',
      '/profiles//pyroscope/ingest',
    ]) {
      assert.equal((await send(port, { path: `${path}?name=a`, body: 'x' })).status, 200, path);
    }
    assert.ok(batches.every(({ series }) => series[0]?.payload.kind === 'ingest' && series[0].payload.path === '/ingest'));
    assert.equal((await send(port, { path: '/ingest/?name=a', body: 'x' })).status, 404);
  });

  test(`${name}: a bad or missing name is 400 with the reason`, async (t) => {
    const { port, batches, host } = await receiving(t);
    for (const query of ['', '?from=1', '?name=', '?name=a%20b', '?name={a=1}', '?name=a{b-c=1}']) {
      const answer = await send(port, {
        path: `/ingest${query}`,
        body: 'name=in.the.body',
        headers: { 'content-type': 'application/x-www-form-urlencoded' },
      });
      assert.deepEqual([answer.status, answer.headers['content-type']], [400, 'text/plain; charset=utf-8'], query);
      assert.equal(answer.headers['x-content-type-options'], 'nosniff');
      assert.match(answer.body.toString(), /name/);
    }
    assert.equal(batches.length, 0);
    assert.equal(host.metric('flamegate_receiver_requests_refused_total', { receiver: 'pyroscope', reason: 'name' }), 6);
  });

  test(`${name}: whatever becomes of a batch is said by a status and a line of text`, async (t) => {
    const outcomes = [
      [new Invalid('labels', 'found bad labels'), 400],
      [new Refused('rate', 'slow down', 2000), 429],
      [new Refused('memory', 'full', 1000), 503],
      [new Failed({ endpoint: 'e', status: 422, code: 2, message: 'said the backend' }), 422],
      [new TypeError('a bug'), 500],
    ] as const;
    for (const [why, status] of outcomes) {
      const { port } = await receiving(t, {}, { consume: () => Promise.reject(why) });
      const answer = await send(port, { path: '/ingest?name=a', body: 'x' });
      assert.equal(answer.status, status);
      assert.equal(answer.body.toString().includes(why.message), !(why instanceof TypeError));
      assert.equal(answer.headers['retry-after'] !== undefined, why instanceof Refused);
    }
  });

  test(`${name}: too large is 413, and a bomb is no matter of ours`, async (t) => {
    const { port, batches } = await receiving(t, { limits: { max_request_size: 50_000, max_decompressed_size: 1000 } });
    assert.equal((await send(port, { path: '/ingest?name=a', body: Buffer.alloc(50_001) })).status, 413);
    const bomb = gzipSync(Buffer.alloc(1_000_000));
    assert.equal((await send(port, { path: '/ingest?name=a', body: bomb, headers: { 'content-encoding': 'gzip' } })).status, 200);
    assert.equal(batches.length, 1);
  });
}

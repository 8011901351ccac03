import assert from 'node:assert/strict';
import { test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { create, fromBinary } from '@bufbuild/protobuf';
import type { Call } from '../../../src/core/component.ts';
import { Failed, Invalid, Refused } from '../../../src/core/errors.ts';
import type { ProfileBatch } from '../../../src/core/profile.ts';
import { PushRequestSchema } from '../../../src/gen/push/v1/push_pb.ts';
import { frameMessage } from '../../../src/wire/grpc-frame.ts';
import { encodePush } from '../../../src/wire/push.ts';
import { call, until } from '../../net/server/serving.ts';
import { labelsOf } from '../../support/batches.ts';
import { FakeClock } from '../../support/fake-clock.ts';
import { bytesOf, pushOf, receiving, speeches } from './receiving.ts';

const counted = { receiver: 'pyroscope' };

for (const { name, protocol, send } of speeches) {
  const isConnect = protocol === 'connect';
  const isJson = name.includes('JSON');

  test(`${name}: a push arrives as one batch, its profiles byte for byte`, async (t) => {
    const { port, batches, host } = await receiving(t);
    const push = create(PushRequestSchema, {
      series: [
        {
          labels: [
            { name: '__name__', value: 'cpu' },
            { name: 'service_name', value: 'api' },
          ],
          samples: [
            { rawProfile: Buffer.from('one'), ID: 'a' },
            { rawProfile: Buffer.from('two'), ID: 'b' },
          ],
        },
        {
          labels: [{ name: 'service.name', value: 'web é' }],
          annotations: [{ key: 'k', value: 'v' }],
          samples: [{ rawProfile: Buffer.from('three') }],
        },
      ],
    });
    const outcome = await send(port, push, { 'user-agent': 'agent/1', 'x-scope-orgid': 'squad-1' });
    assert.deepEqual([outcome.status, outcome.code], [200, 0], outcome.message);
    const [batch, ...none] = batches;
    assert.ok(batch !== undefined && none.length === 0);
    assert.deepEqual(labelsOf(batch), [{ __name__: 'cpu', service_name: 'api' }, { 'service.name': 'web é' }]);
    const { protocol: seen, receiver, address, agent, tenant } = batch.origin;
    assert.deepEqual(
      { seen, receiver, address, agent, tenant },
      { seen: protocol, receiver: 'pyroscope', address: '127.0.0.1', agent: 'agent/1', tenant: 'squad-1' },
    );
    assert.deepEqual(
      batch.series.map((series) => series.tenant),
      ['squad-1', 'squad-1'],
    );
    const again = encodePush(
      batch.series.map(({ labels, payload }) => {
        assert.ok(payload.kind === 'push');
        return { labels, payload };
      }),
    );
    assert.deepEqual(fromBinary(PushRequestSchema, again), fromBinary(PushRequestSchema, bytesOf(push)));
    assert.equal(host.metric('flamegate_receiver_received_profiles_total', { ...counted, protocol }), 3);
    assert.equal(host.metric('flamegate_receiver_received_bytes_total', { ...counted, protocol }), 11);
  });

  test(`${name}: no series, bad labels, too many series and undecodable bytes are the sender's fault`, async (t) => {
    const { port, batches, host } = await receiving(t, { limits: { max_series_per_request: 2 } });
    const series = pushOf().series[0];
    assert.ok(series !== undefined);
    const cases = [
      ['no_series', create(PushRequestSchema, {}), 400],
      [
        'labels',
        pushOf([
          ['a', '1'],
          ['a', '1'],
        ]),
        400,
      ],
      ['too_large', create(PushRequestSchema, { series: [series, series, series] }), 413],
    ] as const;
    for (const [reason, push, status] of cases) {
      const outcome = await send(port, push);
      assert.deepEqual([outcome.status, outcome.code], [isConnect ? status : 200, 3], `${reason}: ${outcome.message}`);
      assert.ok(outcome.message.length > 10, 'says what is wrong');
      assert.equal(host.metric('flamegate_receiver_requests_refused_total', { ...counted, reason }), 1);
    }
    const junk = Buffer.from(isJson ? '{"series":5}' : 'not protobuf');
    const broken = await send(port, isConnect ? junk : frameMessage(junk));
    assert.deepEqual([broken.status, broken.code], [isConnect ? 400 : 200, 3], broken.message);
    assert.equal(host.metric('flamegate_receiver_requests_refused_total', { ...counted, reason: 'malformed' }), 1);
    assert.equal(batches.length, 0);
  });

  test(`${name}: whatever becomes of a batch is said in the sender's own words`, async (t) => {
    const outcomes = [
      [new Invalid('labels', 'bad'), 400, 3, 'labels', 1],
      [new Refused('rate', 'slow down', 2000), 429, 8, 'rate', 1],
      [new Refused('queue_full', 'full', 1000), 503, 14, 'queue_full', 1],
      [new Failed({ endpoint: 'e', status: 401, code: 16, message: 'who' }), 401, 16, 'endpoint', 0],
      [new Failed({ endpoint: 'e', status: 429, code: 8, message: 'no', retryAfterMs: 7000 }), 429, 8, 'endpoint', 0],
      [new TypeError('a bug'), 500, 13, 'bug', 1],
    ] as const;
    for (const [why, status, code, reason, refused] of outcomes) {
      const consume = (_: ProfileBatch, call: Call): Promise<void> => {
        if (refused === 0) call.accepted?.(); // what has failed at an endpoint is in its books
        return Promise.reject(why);
      };
      const { port, host } = await receiving(t, {}, { consume });
      const outcome = await send(port, pushOf());
      assert.deepEqual([outcome.status, outcome.code], [isConnect ? status : 200, code], reason);
      assert.equal(host.metric('flamegate_receiver_requests_refused_total', { ...counted, reason }), 1);
      assert.equal(host.metric('flamegate_receiver_refused_profiles_total', { ...counted, reason }), refused);
      if ('retryAfterMs' in why && why.retryAfterMs !== undefined) {
        const { headers, body } = outcome.answer;
        assert.ok(headers['retry-after'] !== undefined || body.toString('latin1').includes('retry-after: '), 'retry-after');
      }
    }
  });

  test(`${name}: a body over the limit is too large`, async (t) => {
    const { port } = await receiving(t, { limits: { max_request_size: 1000 } });
    const large = await send(port, pushOf([['a', 'b']], 'x'.repeat(2000)));
    assert.deepEqual([large.status, large.code], [isConnect ? 413 : 200, 3]);
  });

  test(`${name}: gzip is undone, broken gzip refused, other encodings unimplemented`, async (t) => {
    const { port, batches } = await receiving(t);
    const message = isJson
      ? Buffer.from('{"series":[{"labels":[{"name":"a","value":"b"}],"samples":[{"rawProfile":"cA=="}]}]}')
      : Buffer.from(bytesOf(pushOf()));
    const header = isConnect ? 'content-encoding' : 'grpc-encoding';
    const wrap = (bytes: Buffer): Uint8Array => {
      if (isConnect) return bytes;
      const framed = Buffer.from(frameMessage(bytes));
      framed[0] = 1;
      return framed;
    };
    assert.equal((await send(port, wrap(gzipSync(message)), { [header]: 'gzip' })).code, 0);
    assert.equal(batches.length, 1);
    const cut = await send(port, wrap(gzipSync(message).subarray(0, 15)), { [header]: 'gzip' });
    assert.deepEqual([cut.status, cut.code], [isConnect ? 400 : 200, 3]);
    const zstd = await send(port, wrap(message), { [header]: 'zstd' });
    assert.deepEqual([zstd.status, zstd.code], [isConnect ? 501 : 200, 12]);
  });

  test(`${name}: the sender's deadline ends the wait`, async (t) => {
    const clock = new FakeClock();
    const waits: AbortSignal[] = [];
    const { port, host } = await receiving(
      t,
      {},
      {
        clock,
        consume: (_, { signal, accepted }) => {
          accepted?.();
          waits.push(signal);
          return new Promise((_resolve, reject) => signal.addEventListener('abort', () => reject(signal.reason)));
        },
      },
    );
    const pushing = send(port, pushOf(), isConnect ? { 'connect-timeout-ms': '300' } : { 'grpc-timeout': '300m' });
    await until(() => waits.length === 1);
    await clock.advance(300);
    const late = await pushing;
    assert.deepEqual([late.status, late.code], [isConnect ? 504 : 200, 4]);
    assert.ok(waits[0]?.aborted);
    assert.equal(
      host.metric('flamegate_receiver_refused_profiles_total', { ...counted, reason: 'deadline' }),
      0,
      'an exporter has it in its books',
    );
    const bad = await send(port, pushOf(), isConnect ? { 'connect-timeout-ms': 'soon' } : { 'grpc-timeout': 'soon' });
    assert.deepEqual([bad.status, bad.code], [isConnect ? 400 : 200, 3]);
  });

  test(`${name}: a tenant that no Pyroscope takes is unauthenticated`, async (t) => {
    const { port, batches } = await receiving(t);
    const outcome = await send(port, pushOf(), { 'x-scope-orgid': 'a|b' });
    assert.deepEqual([outcome.status, outcome.code], [isConnect ? 401 : 200, 16]);
    assert.equal(batches.length, 0);
  });
}

test('other content types are 415 with what would do; one of gRPC hears it as gRPC', async (t) => {
  const { port, host } = await receiving(t);
  for (const type of ['text/plain', 'application/x-protobuf', 'application/proto; charset=utf-8', 'application/connect+proto', '']) {
    const { status, headers } = await call(port, {
      path: '/push.v1.PusherService/Push',
      headers: type === '' ? {} : { 'content-type': type },
      body: 'x',
    });
    assert.equal(status, 415, type);
    assert.equal(
      headers['accept-post'],
      'application/grpc, application/grpc+json, application/grpc+json; charset=utf-8, application/grpc+proto, application/grpc-web, application/grpc-web+json, application/grpc-web+json; charset=utf-8, application/grpc-web+proto, application/json, application/json; charset=utf-8, application/proto',
    );
  }
  const odd = await call(port, { path: '/push.v1.PusherService/Push', headers: { 'content-type': 'application/grpc+thrift' }, body: 'x' });
  assert.deepEqual([odd.status, odd.headers['grpc-status']], [200, '12']);
  assert.equal(host.metric('flamegate_receiver_requests_refused_total', { ...counted, reason: 'content_type' }), 6);
});

test('a gRPC message that announces too much is refused by its first bytes', async (t) => {
  const { port } = await receiving(t);
  const [grpc] = speeches.filter(({ name }) => name === 'gRPC');
  const outcome = await grpc?.send(port, Buffer.from([0, 0x7f, 0xff, 0xff, 0xff, 0x0a]));
  assert.equal(outcome?.code, 3);
  assert.match(outcome?.message ?? '', /max_request_size/);
});

test('a gRPC call holds one message, whole, and says how it is compressed', async (t) => {
  const { port, batches } = await receiving(t);
  const frame = frameMessage(bytesOf(pushOf()));
  const unmarked = Buffer.from(frame);
  unmarked[0] = 1;
  for (const { protocol, send, name } of speeches) {
    if (protocol === 'connect') continue;
    for (const body of [Buffer.concat([frame, frame]), frame.subarray(0, -1), Buffer.from([0, 0, 0]), Buffer.alloc(0), unmarked]) {
      assert.equal((await send(port, body)).code, 3, name);
    }
  }
  assert.equal(batches.length, 0);
});

test('JSON that would become too many objects is refused before it is decoded', async (t) => {
  const { port } = await receiving(t);
  const [json] = speeches.filter(({ name }) => name === 'Connect JSON over HTTP/1.1');
  const outcome = await json?.send(port, Buffer.from(`{"series":[${'{},'.repeat(200_000)}{}]}`));
  assert.deepEqual([outcome?.status, outcome?.code], [413, 3]);
});

test('with the rules of Alloy the last of two labels counts, empty values vanish, and no tenant header is looked at', async (t) => {
  const { port, batches } = await receiving(t, { compatibility: 'alloy', tenant: { forward: false } });
  for (const { send } of speeches) {
    const labels = [
      ['z', '1'],
      ['a', '1'],
      ['a', '2'],
      ['b', ''],
    ] as const;
    assert.equal((await send(port, pushOf(labels), { 'x-scope-orgid': 'a|b' })).code, 0);
    assert.equal((await send(port, create(PushRequestSchema, {}))).code, 3);
  }
  assert.equal(batches.length, speeches.length);
  for (const batch of batches) {
    assert.deepEqual(labelsOf(batch), [{ a: '2', z: '1' }]);
    assert.equal(batch.series[0]?.tenant, '');
  }
});

test('the default tenant stands in for a sender that names none, and nothing is forwarded unless it should be', async (t) => {
  const [speech] = speeches;
  const named = await receiving(t, { tenant: { header: 'X-Team', default: 'ops' } });
  await speech?.send(named.port, pushOf());
  await speech?.send(named.port, pushOf(), { 'x-team': 'dev' });
  assert.deepEqual(
    named.batches.map(({ series }) => series[0]?.tenant),
    ['ops', 'dev'],
  );
  const kept = await receiving(t, { tenant: { forward: false } });
  await speech?.send(kept.port, pushOf(), { 'x-scope-orgid': 'dev' });
  assert.deepEqual([kept.batches[0]?.series[0]?.tenant, kept.batches[0]?.origin.tenant], ['', 'dev']);
});

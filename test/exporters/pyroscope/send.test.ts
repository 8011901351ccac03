import assert from 'node:assert/strict';
import test, { after } from 'node:test';
import grpc from '@grpc/grpc-js';
import { Failed } from '../../../src/core/errors.ts';
import { describePush } from '../../../src/wire/push.ts';
import { batchOf, ingestSeries, pushSeries } from '../../support/batches.ts';
import { eventually, quick, rig, server } from './rig.ts';

interface Call {
  readonly metadata: Record<string, unknown>;
  readonly body: Buffer;
}

/** A real gRPC server with Pyroscope's Push that says what the script says. */
async function grpcServer(
  script: (count: number) => { readonly code: number; readonly details?: string; readonly metadata?: grpc.Metadata } | undefined,
) {
  const calls: Call[] = [];
  const peer = new grpc.Server();
  const bytes = {
    requestSerialize: (b: Buffer) => b,
    requestDeserialize: (b: Buffer) => b,
    responseSerialize: (b: Buffer) => b,
    responseDeserialize: (b: Buffer) => b,
  };
  peer.addService(
    { push: { path: '/push.v1.PusherService/Push', requestStream: false, responseStream: false, ...bytes } },
    {
      push(call: grpc.ServerUnaryCall<Buffer, Buffer>, done: grpc.sendUnaryData<Buffer>) {
        calls.push({ metadata: call.metadata.getMap(), body: call.request });
        const error = script(calls.length);
        if (error === undefined) done(null, Buffer.alloc(0));
        else done({ name: 'Error', message: '', details: '', ...error });
      },
    },
  );
  const port = await new Promise<number>((resolve, reject) =>
    peer.bindAsync('127.0.0.1:0', grpc.ServerCredentials.createInsecure(), (why, bound) => (why === null ? resolve(bound) : reject(why))),
  );
  after(() => peer.forceShutdown());
  return { calls, url: `http://127.0.0.1:${port}` };
}

test('pushes go by gRPC where the endpoint is set to it, with tenant and trace in the metadata', async () => {
  const { calls, url } = await grpcServer(() => undefined);
  const { push } = await rig({ endpoints: [{ url, protocol: 'grpc', headers: { 'X-Plain': '1' } }], ack: 'delivered' });
  await push(pushSeries({ service_name: 'a' }, 2, 't1'), pushSeries({ service_name: 'b' }, 1, 't1'));
  assert.equal(calls.length, 1);
  assert.deepEqual(
    describePush(calls[0]?.body ?? Buffer.alloc(0)).map(({ labels, profiles }) => [labels.get('service_name'), profiles]),
    [
      ['a', 2],
      ['b', 1],
    ],
  );
  assert.deepEqual([calls[0]?.metadata['x-scope-orgid'], calls[0]?.metadata['x-plain']], ['t1', '1']);
});

test('a gRPC endpoint is tried again and given up by the same table', async () => {
  const { calls, url } = await grpcServer((count) => (count < 3 ? { code: grpc.status.INTERNAL } : undefined));
  const { push } = await rig({ endpoints: [{ url, protocol: 'grpc', ...quick }], ack: 'delivered' });
  await push(pushSeries({ service_name: 'a' }));
  assert.equal(calls.length, 3);
  const refusing = await grpcServer(() => ({ code: grpc.status.INVALID_ARGUMENT, details: 'no labels' }));
  const second = await rig({ endpoints: [{ url: refusing.url, protocol: 'grpc', ...quick }], ack: 'delivered' });
  await assert.rejects(second.push(pushSeries({ service_name: 'a' })), (why) => {
    assert.ok(why instanceof Failed);
    assert.deepEqual([why.status, why.code], [400, 3]);
    assert.match(why.message, /invalid_argument: no labels$/);
    return true;
  });
  assert.equal(refusing.calls.length, 1);
});

test('an /ingest body goes by HTTP to the url of a gRPC endpoint', async () => {
  const up = await server();
  const { push } = await rig({ endpoints: [{ url: up.url, protocol: 'grpc' }], ack: 'delivered' });
  await push(ingestSeries({ __name__: 'app' }));
  assert.deepEqual(
    up.arrivals.map(({ path }) => path),
    ['/ingest'],
  );
});

test('a push carries the headers of Connect and our name, whatever the endpoint sets', async () => {
  const up = await server();
  const headers = { 'User-Agent': 'mine/1', 'content-type': 'text/plain', Authorization: 'Custom abc' };
  const { push } = await rig({ endpoints: [{ url: up.url, headers, remote_timeout: '7s' }], ack: 'delivered' });
  await push(pushSeries({ service_name: 'a' }));
  const sent = up.arrivals[0]?.headers ?? {};
  assert.deepEqual(
    [sent['content-type'], sent['connect-protocol-version'], sent['connect-timeout-ms'], sent['authorization']],
    ['application/proto', '1', '7000', 'Custom abc'],
  );
  assert.match(sent['user-agent'] ?? '', /^Flamegate\//);
  assert.equal(sent['content-encoding'], undefined);
});

test('the backend is told no longer time than the sender still waits', async () => {
  const up = await server();
  const { exporter, host } = await rig({ endpoints: [{ url: up.url, remote_timeout: '7s' }], ack: 'delivered' });
  const call = { signal: new AbortController().signal, deadlineAt: host.clock.monotonic() + 2500 };
  await exporter.prepare(batchOf(pushSeries({ service_name: 'a' }))).commit(call);
  const toldMs = Number(up.arrivals[0]?.headers['connect-timeout-ms']);
  assert.ok(toldMs > 1000 && toldMs <= 2500, String(toldMs));
});

test('a query in the url goes with pushes, and an /ingest has its own', async () => {
  const up = await server();
  const { push } = await rig({ endpoints: [{ url: `${up.url}/pyro?a=b` }], ack: 'delivered' });
  await push(pushSeries({ service_name: 'a' }));
  await push(ingestSeries({ __name__: 'app' }));
  assert.deepEqual(
    up.arrivals.map(({ path, query }) => `${path}?${query}`),
    ['/pyro/push.v1.PusherService/Push?a=b', '/pyro/ingest?name=app&format=folded'],
  );
});

test('an /ingest body without a content type gets that of the endpoint', async () => {
  const up = await server();
  const { push } = await rig({
    endpoints: [{ url: up.url, headers: { 'Content-Type': 'binary/octet-stream', 'User-Agent': 'mine/1' } }],
    ack: 'delivered',
  });
  const series = ingestSeries({ __name__: 'app' });
  await push(series.payload.kind === 'ingest' ? { ...series, payload: { ...series.payload, contentTypes: [] } } : series);
  await push(series);
  assert.deepEqual(
    up.arrivals.map(({ headers }) => [headers['content-type'], headers['user-agent']]),
    [
      ['binary/octet-stream', 'mine/1'],
      ['text/plain', 'mine/1'],
    ],
  );
});

test('fresh profiles get their share of sending while a backlog drains', async () => {
  const order: string[] = [];
  const { promise: blocked, resolve: unblock } = Promise.withResolvers<void>();
  const up = await server((arrival) => {
    order.push(describePush(arrival.body)[0]?.labels.get('n') ?? '');
    return order.length <= 8 ? { after: blocked } : {};
  });
  const { push, account } = await rig({ endpoints: [{ url: up.url, name: 'up' }], queue: { newest_first_share: 0.5 } });
  for (let n = 0; n < 60; n++) await push(pushSeries({ n: String(n) }));
  await up.received(8);
  unblock();
  await eventually(() => account('up').delivered === 60);
  const early = order.slice(8, 28).map(Number);
  assert.ok(early.filter((n) => n >= 48).length >= 5, `fresh ones among ${early}`);
  assert.ok(early.filter((n) => n < 24).length >= 5, `old ones among ${early}`);
});

test('a paused endpoint sends nothing until it is told to go on', async () => {
  const up = await server();
  const { push, exporter, account } = await rig({
    endpoints: [
      { url: up.url, name: 'up' },
      { url: up.url, name: 'other' },
    ],
  });
  assert.equal(await exporter.pause('up', true), true);
  assert.equal(await exporter.pause('nobody', true), false);
  await push(pushSeries({ service_name: 'a' }));
  await eventually(() => account('other').delivered === 1);
  assert.equal(account('up').delivered, 0);
  await exporter.pause('up', false);
  await eventually(() => account('up').delivered === 1);
});

test('the path of an /ingest is cleaned as Alloy does it, that of a push is left alone', async () => {
  const up = await server();
  const { push, account } = await rig({ endpoints: [{ url: `${up.url}//x//./y/`, name: 'up' }] });
  await push(ingestSeries({ __name__: 'app' }));
  await push(pushSeries({ service_name: 'a' }));
  await eventually(() => account('up').delivered === 2);
  assert.deepEqual(up.arrivals.map(({ path }) => path).sort(), ['//x//y/push.v1.PusherService/Push', '/x/y/ingest']);
});

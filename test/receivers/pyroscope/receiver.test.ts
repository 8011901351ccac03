import assert from 'node:assert/strict';
import http from 'node:http';
import { test } from 'node:test';
import { create, toBinary } from '@bufbuild/protobuf';
import * as grpc from '@grpc/grpc-js';
import { HealthCheckRequestSchema } from '../../../src/gen/grpc/health/v1/health_pb.ts';
import { CannotListen } from '../../../src/net/server/listener.ts';
import { refusalReasons } from '../../../src/net/server/reply.ts';
import { pyroscopeReceiver } from '../../../src/receivers/pyroscope/factory.ts';
import { call, until } from '../../net/server/serving.ts';
import { createTestHost } from '../../support/host.ts';
import { ingest, receiving } from './receiving.ts';

const push = '/push.v1.PusherService/Push';

test('other paths say what is served and which key helps behind an ingress', async (t) => {
  const { port } = await receiving(t);
  const { status, body } = await call(port, { path: '/profiles/ingest?name=a' });
  assert.equal(status, 404);
  for (const word of [push, '/ingest', '/pyroscope/ingest', '/ready', 'path_prefix']) assert.ok(body.toString().includes(word), word);
  const prefixed = await receiving(t, { path_prefix: '/profiles' });
  const there = await call(prefixed.port, { path: '/nope' });
  assert.match(there.body.toString(), /below \/profiles/);
});

test('other methods are 405 with Allow', async (t) => {
  const { port } = await receiving(t);
  for (const path of [push, '/ingest', '/pyroscope/ingest']) {
    for (const method of ['GET', 'PUT', 'DELETE', 'HEAD', 'OPTIONS']) {
      const { status, headers } = await call(port, { method, path });
      assert.deepEqual([status, headers['allow']], [405, 'POST'], `${method} ${path}`);
    }
  }
  const ready = await call(port, { method: 'POST', path: '/ready' });
  assert.deepEqual([ready.status, ready.headers['allow']], [405, 'GET, HEAD']);
});

test('GET /ready and the gRPC health check say whether profiles can be taken', async (t) => {
  for (const [unready, status, serving] of [
    [[], 200, 1],
    [['the queue is being read'], 503, 2],
  ] as const) {
    const { port } = await receiving(t, {}, { unready });
    const ready = await call(port, { method: 'GET', path: '/ready' });
    assert.deepEqual([ready.status, JSON.parse(ready.body.toString())], [status, { ready: status === 200, reasons: unready }]);
    assert.equal((await call(port, { method: 'HEAD', path: '/ready' })).status, status);
    for (const service of ['', 'push.v1.PusherService']) assert.equal(await healthOf(port, service), serving);
    await assert.rejects(healthOf(port, 'no.such.Service'), /NOT_FOUND/);
    const json = await call(port, { path: '/grpc.health.v1.Health/Check', headers: { 'content-type': 'application/json' }, body: '{}' });
    assert.match(json.body.toString(), serving === 1 ? /"SERVING"/ : /"NOT_SERVING"/);
  }
});

test('an unready gateway still takes pushes and closes each connection after its answer', async (t) => {
  const { port, batches } = await receiving(t, {}, { unready: ['draining'] });
  const agent = new http.Agent({ keepAlive: true });
  const answer = await ingest(port, '?name=a', { agent });
  assert.deepEqual([answer.status, answer.headers.connection], [200, 'close']);
  assert.equal(batches.length, 1);
  agent.destroy();
});

test('stopping answers what is under way, refuses what comes after, and gives the port back', async (t) => {
  let finish = (): void => {};
  const { port, receiver, batches } = await receiving(
    t,
    {},
    {
      consume: () =>
        new Promise((resolve) => {
          finish = resolve;
        }),
    },
  );
  const before = ingest(port, '?name=before');
  await until(() => batches.length === 1);
  const stopping = receiver.stop(new AbortController().signal);
  const after = await ingest(port, '?name=after');
  assert.deepEqual([after.status, after.headers['retry-after'] !== undefined], [503, true]);
  finish();
  assert.equal((await before).status, 200);
  await stopping;
  await receiver.stop(new AbortController().signal);
  await assert.rejects(ingest(port, '?name=gone'), /ECONNREFUSED/);
  assert.equal(batches.length, 1);
});

test('the deadline ends a stop that waits for an answer', async (t) => {
  const { port, receiver, batches } = await receiving(t, {}, { consume: () => new Promise(() => {}) });
  const open = ingest(port, '?name=a').catch(() => 'reset');
  await until(() => batches.length === 1);
  await receiver.stop(AbortSignal.abort());
  assert.equal(await open, 'reset');
});

test('stop without start does nothing', async () => {
  const receiver = pyroscopeReceiver.create(pyroscopeReceiver.schema.parse({}), { consume: () => Promise.resolve() }, createTestHost());
  await receiver.stop(AbortSignal.abort());
});

test('a receiver beside another on the same address takes over, and gives it back when it goes first', async (t) => {
  const host = createTestHost({ id: 'pyroscope' });
  const seen: string[] = [];
  const create = (name: string, endpoint: string): ReturnType<typeof pyroscopeReceiver.create> =>
    pyroscopeReceiver.create(pyroscopeReceiver.schema.parse({ endpoint }), { consume: async () => void seen.push(name) }, host);
  const first = await receiving(t);
  const endpoint = `127.0.0.1:${first.port}`;
  await first.receiver.stop(AbortSignal.abort());
  const [old, young] = [create('old', endpoint), create('young', endpoint)];
  const deadline = new AbortController().signal;
  await old.start();
  await ingest(first.port, '?name=a');
  await young.start();
  await ingest(first.port, '?name=a');
  await young.stop(deadline);
  await ingest(first.port, '?name=a');
  await old.stop(deadline);
  assert.deepEqual(seen, ['old', 'young', 'old']);
  await assert.rejects(ingest(first.port, '?name=a'), /ECONNREFUSED/);
});

test('a taken port is an error that names it', async (t) => {
  const { port } = await receiving(t);
  const config = pyroscopeReceiver.schema.parse({ endpoint: `127.0.0.1:${port}` });
  const second = pyroscopeReceiver.create(config, { consume: () => Promise.resolve() }, createTestHost());
  await assert.rejects(second.start(), (why) => why instanceof CannotListen && why.message.includes(`127.0.0.1:${port}`));
});

test('counters exist from the start, and gauges show connections and bytes in flight', async (t) => {
  let finish = (): void => {};
  const { port, host, batches } = await receiving(
    t,
    { conn_limit: 77 },
    {
      consume: () =>
        new Promise((resolve) => {
          finish = resolve;
        }),
    },
  );
  for (const reason of refusalReasons) {
    assert.equal(host.metric('flamegate_receiver_requests_refused_total', { receiver: 'pyroscope', reason }), 0);
    assert.equal(host.metric('flamegate_receiver_refused_profiles_total', { receiver: 'pyroscope', reason }), 0);
  }
  for (const protocol of ['connect', 'grpc', 'grpc_web', 'ingest']) {
    assert.equal(host.metric('flamegate_receiver_received_profiles_total', { receiver: 'pyroscope', protocol }), 0);
  }
  const labels = { component_id: 'pyroscope', protocol: 'http' };
  assert.equal(host.metric('pyroscope_receive_http_tcp_connections_limit', labels), 77);
  const open = ingest(port, '?name=a', { body: 'x'.repeat(20_000) });
  await until(() => batches.length === 1);
  assert.equal(host.metric('pyroscope_receive_http_tcp_connections', labels), 1);
  assert.equal(host.metric('flamegate_in_flight_bytes'), 20_000);
  finish();
  await open;
  assert.equal(host.metric('flamegate_in_flight_bytes'), 0);
});

test('mistakes in the keys are named', () => {
  for (const config of [
    { endpoint: '4040' },
    { path_prefix: 'profiles' },
    { path_prefix: '/profiles/' },
    { tenant: { header: 'a b' } },
    { trusted_proxies: ['10.0.0.0/33'] },
    { trusted_proxies: ['proxy.example'] },
    { trusted_proxies: ['10.0.0.0/'] },
    { trusted_proxies: ['::1/129'] },
    { limits: { max_request_size: 'much' } },
    { nope: 1 },
  ]) {
    assert.equal(pyroscopeReceiver.schema.safeParse(config).success, false, JSON.stringify(config));
  }
  const { limits, timeouts, tenant } = pyroscopeReceiver.schema.parse({ limits: { max_request_size: '1MiB' }, timeouts: { idle: '2s' } });
  assert.deepEqual(
    [limits.max_request_size, limits.max_in_flight, timeouts.idle, timeouts.request],
    [1024 ** 2, 256 * 1024 ** 2, 2000, 60_000],
  );
  assert.deepEqual(tenant, { header: 'X-Scope-OrgID', default: '', forward: true });
});

/** By grpc-js, as a Kubernetes probe would. */
function healthOf(port: number, service: string): Promise<number> {
  const client = new grpc.Client(`127.0.0.1:${port}`, grpc.credentials.createInsecure());
  const request = Buffer.from(toBinary(HealthCheckRequestSchema, create(HealthCheckRequestSchema, { service })));
  return new Promise<number>((resolve, reject) => {
    const asIs = (bytes: Buffer): Buffer => bytes;
    client.makeUnaryRequest('/grpc.health.v1.Health/Check', asIs, asIs, request, (why, reply) => {
      client.close();
      if (why !== null) reject(why);
      else resolve(reply?.[1] ?? 0);
    });
  });
}

import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import http from 'node:http';
import http2 from 'node:http2';
import net from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { CannotListen, openListener } from '../../../src/net/server/listener.ts';
import { createServer } from '../../../src/net/server/serve.ts';
import { FakeClock } from '../../support/fake-clock.ts';
import { createTestHost } from '../../support/host.ts';
import { call, call2, echo, raw, routeOf, serverOptions, serving, until } from './serving.ts';

const push = 'POST /echo HTTP/1.1\r\nHost: g\r\nContent-Length: 5\r\n\r\nhello';

test('serves HTTP/1.1 and HTTP/2 with prior knowledge on one port', async (t) => {
  const it = await serving(t, { '/echo': echo });
  const [one, two] = await Promise.all([call(it.port, { body: 'one' }), call2(it.port, { body: 'two' })]);
  assert.deepEqual([one.status, one.body.toString()], [200, 'one']);
  assert.deepEqual([two.status, two.body.toString()], [200, 'two']);
});

test('recognizes HTTP/2 when its preface comes byte by byte, and HTTP/1.1 when it begins alike', async (t) => {
  const it = await serving(t, { '/echo': echo });
  const settings = Buffer.from([0, 0, 0, 4, 0, 0, 0, 0, 0]);
  const said = await new Promise<Buffer>((resolve) => {
    const socket = net.connect({ host: '127.0.0.1', port: it.port, noDelay: true });
    const bytes = [...Buffer.concat([Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'), settings])];
    const next = (): void => {
      const byte = bytes.shift();
      if (byte !== undefined) socket.write(Buffer.from([byte]), () => setImmediate(next));
    };
    socket.once('data', (piece: Buffer) => {
      socket.destroy();
      resolve(piece);
    });
    next();
  });
  assert.equal(said[3], 4, 'the first frame of an HTTP/2 server is SETTINGS');
  const answer = await raw(it.port, 'PUT /echo HTTP/1.1\r\nHost: g\r\nContent-Length: 0\r\nConnection: close\r\n\r\n');
  assert.match(answer, /^HTTP\/1\.1 405 /);
});

test('closes a TLS hello while it has no certificate', async (t) => {
  const it = await serving(t, { '/echo': echo });
  assert.equal(await raw(it.port, Buffer.from('16030100c8010000c40303', 'hex')), '');
});

test('closes a connection that never says enough, by the time limit of what it has said', async (t) => {
  const clock = new FakeClock();
  const it = await serving(t, { '/echo': echo }, { clock, connections: { headerTimeoutMs: 10_000, idleTimeoutMs: 120_000 } });
  let isHalfOpen = true;
  const half = raw(it.port, 'PRI * HTTP/2.0\r\n\r\nS').finally(() => {
    isHalfOpen = false;
  });
  await until(() => it.listener.connections === 1);
  // When its bytes are read is the kernel's affair: the ten seconds begin within one of these steps.
  while (isHalfOpen) await clock.advance(1000);
  assert.equal(await half, '');
  assert.ok(clock.monotonic() < 20_000);
  const before = clock.monotonic();
  const silent = raw(it.port, '');
  await until(() => it.listener.connections === 1);
  await clock.advance(119_999);
  assert.equal(it.listener.connections, 1);
  await clock.advance(1);
  assert.equal(await silent, '');
  assert.equal(clock.monotonic() - before, 120_000);
});

test('names the address that is taken', async (t) => {
  const it = await serving(t, { '/echo': echo });
  await assert.rejects(openListener({ endpoint: it.listener.address }, createTestHost()), (why) => {
    assert.ok(why instanceof CannotListen);
    assert.match(why.message, new RegExp(`cannot listen on ${it.listener.address}: .*EADDRINUSE`));
    return true;
  });
  await assert.rejects(openListener({ endpoint: 'nonsense' }, createTestHost()), /cannot listen on nonsense: it is no host:port/);
});

test('listens on a unix socket, where senders have no address', async (t) => {
  const dir = await mkdtemp(join(tmpdir(), 'listener-'));
  t.after(() => rm(dir, { recursive: true }));
  const path = join(dir, 'gateway.sock');
  let address: string | undefined;
  const route = routeOf((request) => {
    address = request.exchange.peer.address;
    return Promise.resolve({ status: 200, headers: {} });
  });
  const it = await serving(t, { '/echo': route }, { endpoint: `unix:${path}` });
  assert.equal(it.listener.address, `unix:${path}`);
  const status = await new Promise((resolve, reject) => {
    const request = http.request({ socketPath: path, path: '/echo', method: 'POST' }, (response) => {
      response.resume();
      resolve(response.statusCode);
    });
    request.on('error', reject);
    request.end();
  });
  assert.equal(status, 200);
  assert.equal(address, '');
});

test('on all addresses a sender has the address that it knows itself by', async (t) => {
  const seen: string[] = [];
  const route = routeOf((request) => {
    seen.push(request.exchange.peer.address);
    return Promise.resolve({ status: 200, headers: {} });
  });
  const it = await serving(t, { '/echo': route }, { endpoint: '[::]:0' });
  await call(it.port);
  assert.deepEqual(seen, ['127.0.0.1']);
});

test('hands the requests of open connections to the newest server, also with other options', async (t) => {
  const it = await serving(t, { '/echo': routeOf(() => Promise.resolve({ status: 200, headers: { 'x-server': 'old' } })) });
  const agent = new http.Agent({ keepAlive: true, maxSockets: 1 });
  const session = http2.connect(`http://127.0.0.1:${it.port}`);
  assert.equal((await call(it.port, { agent })).headers['x-server'], 'old');
  assert.equal((await call2(it.port, {}, session)).headers['x-server'], 'old');
  const route = routeOf(() => Promise.resolve({ status: 200, headers: { 'x-server': 'new' } }));
  it.listener.serve(createServer(new Map([['/echo', route]]), serverOptions(it.host, { connections: { maxHeaderBytes: 8192 } })));
  assert.equal((await call(it.port, { agent })).headers['x-server'], 'new');
  assert.equal((await call2(it.port, {}, session)).headers['x-server'], 'new');
  assert.equal((await call(it.port, { headers: { 'x-long': 'a'.repeat(10_000) } })).status, 431, 'a new connection has the new limits');
  agent.destroy();
  session.close();
});

test('ends idle connections when it closes, and an open request after its answer', async (t) => {
  let answer = (): void => {};
  const route = routeOf(
    () =>
      new Promise((resolve) => {
        answer = () => resolve({ status: 200, headers: {} });
      }),
  );
  const it = await serving(t, { '/echo': route, '/now': echo });
  const idle = raw(it.port, 'POST /now HTTP/1.1\r\nHost: g\r\nContent-Length: 0\r\n\r\n');
  const session = http2.connect(`http://127.0.0.1:${it.port}`);
  await call2(it.port, { path: '/now' }, session);
  const busy = raw(it.port, push);
  await until(() => it.listener.connections === 3 && it.admission.heldBytes > 0);
  const sessionClosed = new Promise((resolve) => session.once('close', resolve));
  const stopped = it.listener.close();
  assert.match(await idle, /^HTTP\/1\.1 200 /);
  await sessionClosed;
  answer();
  assert.match(await busy, /^HTTP\/1\.1 200 OK\r\n.*connection: close/is);
  await stopped;
  await until(() => it.listener.connections === 0);
});
test('connections above the limit wait until another one closes', async (t) => {
  const waiting: (() => void)[] = [];
  const route = routeOf(
    () =>
      new Promise((resolve) => {
        waiting.push(() => resolve({ status: 200, headers: {} }));
      }),
  );
  const it = await serving(t, { '/echo': route }, { connections: { maxConnections: 1 } });
  const first = call(it.port);
  await until(() => waiting.length === 1);
  let isAnswered = false;
  const second = call(it.port).finally(() => {
    isAnswered = true;
  });
  const third = raw(it.port, '');
  for (let turn = 0; turn < 50; turn++) await new Promise((resolve) => setImmediate(resolve));
  assert.deepEqual([it.listener.connections, waiting.length, isAnswered], [1, 1, false]);
  waiting[0]?.();
  assert.equal((await first).status, 200);
  await until(() => waiting.length === 2);
  assert.equal(it.listener.connections, 1);
  waiting[1]?.();
  assert.equal((await second).status, 200);
  const closing = it.listener.close();
  assert.equal(await third, '');
  await closing;
});

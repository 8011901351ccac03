import assert from 'node:assert/strict';
import http from 'node:http';
import http2 from 'node:http2';
import net from 'node:net';
import { test } from 'node:test';
import { Handshakes } from '../../../src/net/server/handshakes.ts';
import { TrustedProxies } from '../../../src/net/server/proxies.ts';
import { Stack } from '../../../src/net/server/stack.ts';
import { createTestHost } from '../../support/host.ts';
import { call, call2, echo, routeOf, serving, until } from './serving.ts';

const never = (): Promise<never> => new Promise(() => {});

function connect(port: number, localAddress = '127.0.0.1'): net.Socket {
  const socket = net.connect({ host: '127.0.0.1', port, localAddress });
  socket.on('error', () => {});
  socket.resume();
  return socket;
}

test('above the limit the oldest idle connection goes, whatever it has spoken, and a busy one stays', async (t) => {
  const it = await serving(t, { '/echo': echo, '/wait': routeOf(never) }, { connections: { maxOpen: 4 } });
  const busy = connect(it.port);
  busy.write('POST /wait HTTP/1.1\r\nHost: g\r\nContent-Length: 1\r\n\r\nx');
  await until(() => it.admission.heldBytes > 0);
  const silent = connect(it.port);
  await until(() => it.listener.connections === 2);
  const agent = new http.Agent({ keepAlive: true });
  t.after(() => agent.destroy());
  await call(it.port, { agent });
  const session = http2.connect(`http://127.0.0.1:${it.port}`);
  session.on('error', () => {});
  t.after(() => session.destroy());
  await call2(it.port, {}, session);
  assert.equal(it.listener.connections, 4);
  const order: string[] = [];
  silent.once('close', () => order.push('silent'));
  session.once('close', () => order.push('http2'));
  busy.once('close', () => order.push('busy'));
  const fresh = [connect(it.port)];
  await until(() => order.length === 1);
  // The kept-alive connection is next, and the session after it.
  fresh.push(connect(it.port), connect(it.port));
  await until(() => order.length === 2);
  assert.deepEqual(order, ['silent', 'http2']);
  assert.ok(it.listener.connections <= 4);
  for (const socket of [busy, ...fresh]) socket.destroy();
});

test('where nobody is idle the new connection goes', async (t) => {
  const it = await serving(t, { '/wait': routeOf(never) }, { connections: { maxOpen: 2 } });
  const busy = [connect(it.port), connect(it.port)];
  for (const socket of busy) socket.write('POST /wait HTTP/1.1\r\nHost: g\r\nContent-Length: 1\r\n\r\nx');
  await until(() => it.admission.heldBytes === 2048);
  const late = connect(it.port);
  await new Promise((resolve) => late.once('close', resolve));
  assert.ok(busy.every((socket) => !socket.destroyed));
  for (const socket of busy) socket.destroy();
});

test('one address has a limit of its own', async (t) => {
  const it = await serving(t, { '/echo': echo }, { connections: { maxOpenPerAddress: 2 } });
  const other = connect(it.port, '127.0.0.2');
  await until(() => it.listener.connections === 1);
  const crowd: net.Socket[] = [];
  let gone = 0;
  for (let count = 0; count < 5; count++) {
    const socket = connect(it.port);
    socket.once('close', () => gone++);
    crowd.push(socket);
    await until(() => crowd.length - gone <= 2 && it.listener.connections === Math.min(3, crowd.length + 1));
  }
  assert.deepEqual([gone, other.destroyed], [3, false]);
  assert.equal((await call(it.port, { body: 'x' })).status, 200);
  for (const socket of [other, ...crowd]) socket.destroy();
});

test('a trusted proxy has no limit of its own: it stands for many', async (t) => {
  const proxies = new TrustedProxies(['127.0.0.0/8']);
  const it = await serving(t, { '/echo': echo }, { connections: { maxOpenPerAddress: 2, proxies } });
  const crowd = Array.from({ length: 5 }, () => connect(it.port));
  await until(() => it.listener.connections === 5);
  assert.equal((await call(it.port, { body: 'x' })).status, 200);
  assert.ok(crowd.every((socket) => !socket.destroyed));
  for (const socket of crowd) socket.destroy();
});

test('a crowd that is busy costs no more for each that comes', async () => {
  let looks = 0;
  const options = { pathPrefix: '', headerTimeoutMs: 1000, idleTimeoutMs: 1000, maxHeaderBytes: 1000, maxStreams: 1 };
  const stack = new Stack(options, () => assert.fail('nothing is served'), createTestHost());
  const busy = Array.from({ length: 10_000 }, () => {
    // Only this is looked at.
    return {
      get destroyed() {
        looks += 1;
        return false;
      },
      destroy: () => {},
    } as unknown as net.Socket;
  });
  for (const socket of busy) stack.sockets.add(socket);
  for (let come = 0; come < 100; come++) assert.equal(stack.closeIdle(stack.sockets), false);
  assert.ok(looks <= 6400, `${looks} looks`);
  assert.equal(stack.sockets.size, 10_000);
  stack.wait(busy[9999] as net.Socket);
  let come = 0;
  while (!stack.closeIdle(stack.sockets)) assert.ok(come++ < 200, 'everybody is looked at in turn');
  stack.close();
});

test('a handshake that is broken off is forgotten', async () => {
  const handshakes = new Handshakes();
  const server = net.createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const accepted = new Promise<net.Socket>((resolve) => server.once('connection', resolve));
  const client = connect((server.address() as net.AddressInfo).port);
  const socket = await accepted;
  handshakes.add(socket);
  assert.equal(handshakes.size, 1);
  const closed = new Promise((resolve) => socket.once('close', resolve));
  client.destroy();
  socket.resume();
  await closed;
  assert.equal(handshakes.size, 0);
  server.close();
});

test('short of memory a large body is 503 with Retry-After and a small one is taken; without any, both are', async (t) => {
  let level: 'ok' | 'high' | 'full' = 'ok';
  const it = await serving(t, { '/echo': echo }, { memoryLevel: () => level, maxRequestBytes: 1024 * 1024 });
  const statuses = async (): Promise<number[]> => {
    const large = Buffer.alloc(300 * 1024);
    const answers = [
      await call(it.port, { body: 'small' }),
      await call(it.port, { body: large, headers: { 'content-length': large.length } }),
      await call2(it.port, { body: large }),
    ];
    for (const { status, headers } of answers) assert.equal(headers['retry-after'], status === 503 ? '5' : undefined);
    return answers.map(({ status }) => status);
  };
  assert.deepEqual(await statuses(), [200, 200, 200]);
  level = 'high';
  assert.deepEqual(await statuses(), [200, 503, 503]);
  level = 'full';
  assert.deepEqual(await statuses(), [503, 503, 503]);
  assert.equal(it.admission.heldBytes, 0);
});

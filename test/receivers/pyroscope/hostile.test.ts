import assert from 'node:assert/strict';
import http from 'node:http';
import http2 from 'node:http2';
import net from 'node:net';
import { test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { Invalid } from '../../../src/core/errors.ts';
import { frameMessage } from '../../../src/wire/grpc-frame.ts';
import { call, call2, raw, until } from '../../net/server/serving.ts';
import { flood } from '../../soak/flood.ts';
import { bytesOf, pushOf, receiving } from './receiving.ts';

const mebibyte = 1024 * 1024;
const path = '/push.v1.PusherService/Push';
const proto = { 'content-type': 'application/proto' };
const longestWaitMs = 1000;

type Attack = (port: number) => Promise<unknown>;

const post = (body: Uint8Array, headers: Record<string, string> = {}): Attack => {
  return async (port) => {
    const { status } = await call(port, { path, body, headers: { ...proto, ...headers } });
    assert.ok(status >= 400 && status < 500, `${status}`);
  };
};
const bomb = (unit: number[], bytes: number): Uint8Array => gzipSync(Buffer.alloc(bytes, Buffer.from(unit)));
const open = (port: number, text: string): net.Socket => {
  const socket = net.connect({ host: '127.0.0.1', port });
  socket.on('error', () => {});
  socket.resume();
  socket.write(text);
  return socket;
};

/** Examples of each kind; each ends by itself. */
const attacks: Readonly<Record<string, Attack>> = {
  'a gzip bomb': post(bomb([0], 400 * mebibyte), { 'content-encoding': 'gzip' }),
  'a bomb of empty fields': post(bomb([0x0a, 0, 0x12, 0], 100 * mebibyte), { 'content-encoding': 'gzip' }),
  'a bomb of JSON': async (port) => {
    const body = gzipSync(`{"series":[${'{},'.repeat(4_000_000)}{}]}`);
    const headers = { 'content-type': 'application/json', 'content-encoding': 'gzip' };
    assert.equal((await call(port, { path, body, headers })).status, 413);
  },
  'gzip within gzip': async (port) => {
    const inner = Buffer.from(frameMessage(gzipSync(Buffer.alloc(64 * mebibyte))));
    inner[0] = 1;
    const headers = { 'content-type': 'application/grpc', 'content-encoding': 'gzip', 'grpc-encoding': 'gzip' };
    assert.equal((await call2(port, { path, body: gzipSync(inner), headers })).headers['grpc-status'], '12');
  },
  'two lengths': async (port) => {
    const text = `POST ${path} HTTP/1.1\r\nHost: g\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\nGET /ready HTTP/1.1\r\n\r\n`;
    assert.match(await raw(port, text), /^HTTP\/1\.1 400 (?!.*HTTP\/1\.1)/s);
  },
  'gRPC over HTTP/1.0': async (port) => {
    const head = `POST ${path} HTTP/1.0\r\nContent-Type: application/grpc\r\nContent-Length: 5\r\n\r\n\0\0\0\0\0`;
    assert.match(await raw(port, head), /^HTTP\/1\.1 505 /);
  },
  'a megabyte of head': async (port) => {
    assert.match(await raw(port, `GET /ready HTTP/1.1\r\nX: ${'a'.repeat(mebibyte)}`), /^(HTTP\/1\.1 431 |$)/);
  },
  'bodies that never come': async (port) => {
    const sockets = Array.from({ length: 200 }, () =>
      open(port, `POST ${path} HTTP/1.1\r\nHost: g\r\nContent-Type: application/proto\r\nContent-Length: 67108864\r\n\r\n`),
    );
    await Promise.all(sockets.map((socket) => new Promise((resolve) => socket.once('connect', resolve))));
    for (const socket of sockets) socket.destroy();
  },
  'streams reset at once': async (port) => {
    const session = http2.connect(`http://127.0.0.1:${port}`);
    session.on('error', () => {});
    const ended = new Promise((resolve) => session.once('close', resolve));
    for (let count = 0; count < 2000 && !session.destroyed && !session.closed; count++) {
      const stream = session.request({ ':method': 'POST', ':path': path, ...proto });
      stream.on('error', () => {});
      stream.close(http2.constants.NGHTTP2_CANCEL);
    }
    setImmediate(() => session.close());
    await ended;
  },
  'sessions torn in the middle of a request': async (port) => {
    for (let count = 0; count < 100; count++) {
      const session = http2.connect(`http://127.0.0.1:${port}`);
      session.on('error', () => {});
      const stream = session.request({ ':method': 'POST', ':path': path, ...proto });
      stream.on('error', () => {});
      stream.write(bytesOf(pushOf()).subarray(0, 10));
      await new Promise((resolve) => session.once('connect', resolve));
      session.destroy();
    }
  },
};

for (const [name, attack] of Object.entries(attacks)) {
  test(`beside ${name} a healthy sender is served within a second`, async (t) => {
    const { port, host, receiver } = await receiving(t, {}, { consume: () => undefined });
    assert.ok(receiver);
    const agent = new http.Agent({ keepAlive: true });
    t.after(() => agent.destroy());
    const body = bytesOf(pushOf());
    let worstMs = 0;
    let isOver = false;
    const attacking = attack(port).finally(() => {
      isOver = true;
    });
    do {
      const from = performance.now();
      assert.equal((await call(port, { path, body, headers: proto, agent })).status, 200);
      worstMs = Math.max(worstMs, performance.now() - from);
      await new Promise((resolve) => setImmediate(resolve));
    } while (!isOver);
    await attacking;
    assert.ok(worstMs < longestWaitMs, `${worstMs} ms`);
    await until(() => host.metric('flamegate_in_flight_bytes') === 0);
    assert.ok(!host.lines.some(({ level }) => level === 'error'), JSON.stringify(host.lines));
  });
}

test('a thousand posts into a small budget are taken or told to come again, and all are taken in the end', async (t) => {
  // A consumer that takes a moment, as a disk does; without it nothing would be in flight together.
  const { port, host } = await receiving(
    t,
    { limits: { max_in_flight: '16MiB' } },
    { consume: () => new Promise((resolve) => setImmediate(() => setImmediate(resolve))) },
  );
  const { delivered, others } = await flood(port, 200, 256 * 1024, 20);
  assert.equal(delivered, 200);
  // A refusal that is cut by a reset is no answer, and no harm either.
  for (const other of Object.keys(others)) assert.match(other, /^E(PIPE|CONNRESET)$/);
  await until(() => host.metric('flamegate_in_flight_bytes') === 0);
});

test('what a consumer throws at once is answered as what it rejects with', async (t) => {
  for (const consume of [
    () => {
      throw new Invalid('labels', 'no');
    },
    () => Promise.reject(new Invalid('labels', 'no')),
  ]) {
    const { port } = await receiving(t, {}, { consume });
    const { status, body } = await call(port, { path, body: bytesOf(pushOf()), headers: proto });
    assert.deepEqual([status, JSON.parse(body.toString())], [400, { code: 'invalid_argument', message: 'no' }]);
  }
});

import assert from 'node:assert/strict';
import http from 'node:http';
import net from 'node:net';
import { test } from 'node:test';
import fc from 'fast-check';
import type { Reply } from '../../../src/net/server/exchange.ts';
import { FakeClock } from '../../support/fake-clock.ts';
import { call, echo, raw, routeOf, serving, until } from './serving.ts';

const head = (lines: string): string => `POST /echo HTTP/1.1\r\nHost: g\r\n${lines}\r\n\r\n`;

test('malformed HTTP is 400 and the end of the connection', async (t) => {
  const it = await serving(t, { '/echo': echo });
  const cases = [
    head('Content-Length: 5\r\nTransfer-Encoding: chunked'),
    head('Content-Length: +5'),
    head('X-A : b'),
    head('X-A: one\r\n two'),
    'POST /echo\r\n\r\n',
    'POST /echo HTTP/9.9\r\n\r\n',
    'POST /echo HTTP/1.1\r\n\r\n',
    'POST /echo HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n',
    'PRI * HTTP/2.0\r\n\r\nXX\r\n\r\n',
  ];
  for (const bytes of cases) {
    const said = await raw(it.port, bytes);
    assert.match(said, /^HTTP\/1\.1 400 Bad Request\r\n.*connection: close\r\n(date: [^\r\n]*\r\n)?\r\n[^\r\n]+\n$/is, bytes);
    assert.equal(said.match(/HTTP\/1\.1 \d/g)?.length, 1, bytes);
  }
  assert.deepEqual(
    it.refused,
    cases.map(() => 'malformed'),
  );
});

test('a body that is no HTTP is answered in the words of its route, and not handled', async (t) => {
  let handled = 0;
  const route = routeOf(() => {
    handled += 1;
    return Promise.resolve({ status: 200, headers: {} });
  });
  const it = await serving(t, { '/echo': route });
  for (const body of ['zz\r\nhello\r\n0\r\n\r\n', '-1\r\nhello', '3\r\nhello\r\n0\r\n\r\n', 'fffffffffffffffff\r\nhello']) {
    assert.match(await raw(it.port, head('Transfer-Encoding: chunked') + body), /^HTTP\/1\.1 400 .*connection: close/is, body);
  }
  assert.equal(handled, 0);
  assert.deepEqual(it.refused, ['malformed', 'malformed', 'malformed', 'malformed']);
  assert.equal(it.admission.heldBytes, 0);
});

test('a head that is too large is 431, and so are more headers than anybody sends', async (t) => {
  const it = await serving(t, { '/echo': echo }, { connections: { maxHeaderBytes: 64 * 1024 } });
  assert.match(await raw(it.port, head(`X-Big: ${'a'.repeat(70_000)}`)), /^HTTP\/1\.1 431 .*limits\.max_header_size/is);
  const many = (count: number): string => Array.from({ length: count }, (_, at) => `h${at}: v\r\n`).join('');
  const withHeaders = (count: number): Promise<string> => raw(it.port, head(`${many(count)}Content-Length: 0\r\nConnection: close`));
  assert.match(await withHeaders(250), /^HTTP\/1\.1 200 /);
  assert.match(await withHeaders(254), /^HTTP\/1\.1 431 .*may have 256 headers, found 257/is);
  assert.match(await withHeaders(2500), /^HTTP\/1\.1 431 /);
  assert.deepEqual(it.refused, ['header', 'header', 'header']);
});

test('says "100 Continue" before it reads, and not to a body that it will not take', async (t) => {
  const it = await serving(t, { '/echo': echo }, { maxRequestBytes: 1000 });
  const small = await raw(it.port, head('Content-Length: 5\r\nExpect: 100-continue\r\nConnection: close'), (socket) => {
    socket.once('data', () => socket.write('hello'));
  });
  assert.match(small, /^HTTP\/1\.1 100 Continue\r\n\r\nHTTP\/1\.1 200 .*hello$/is);
  const large = await raw(it.port, head('Content-Length: 1001\r\nExpect: 100-continue'));
  assert.match(large, /^HTTP\/1\.1 413 .*connection: close/is);
  const odd = await raw(it.port, `${head('Content-Length: 5\r\nExpect: 999-x\r\nConnection: close')}hello`);
  assert.match(odd, /^HTTP\/1\.1 200 .*hello$/is);
});

test('answers pipelined requests in their order', async (t) => {
  const waiting: (() => void)[] = [];
  const route = routeOf(
    ({ body }) =>
      new Promise<Reply>((resolve) => {
        waiting.push(() => resolve({ status: 200, headers: {}, body: Buffer.concat(body) }));
      }),
  );
  const it = await serving(t, { '/echo': route });
  const said = raw(it.port, ['one', 'two', 'end'].map((text) => `${head('Content-Length: 3')}${text}`).join(''), (socket) => {
    socket.on('data', (piece) => {
      if (piece.includes('end')) socket.destroy();
    });
  });
  await until(() => waiting.length === 3);
  for (const finish of waiting.reverse()) finish();
  assert.deepEqual((await said).match(/one|two|end/g), ['one', 'two', 'end']);
});

test('reads no more of what is pipelined than may be open at once, and goes on with the next answer', async (t) => {
  const waiting: (() => void)[] = [];
  const route = routeOf(
    () =>
      new Promise<Reply>((resolve) => {
        waiting.push(() => resolve({ status: 200, headers: {} }));
      }),
  );
  const it = await serving(t, { '/echo': route }, { connections: { maxStreams: 2 } });
  const three = `${head('Content-Length: 3')}one`.repeat(3);
  let answers = 0;
  const said = raw(it.port, three, async (socket) => {
    socket.on('data', (piece) => {
      answers += piece.toString().split('HTTP/1.1 200').length - 1;
      if (answers === 6) socket.destroy();
    });
    await until(() => waiting.length === 3);
    socket.write(three);
    for (let turn = 0; turn < 50; turn++) await new Promise((resolve) => setImmediate(resolve));
    assert.equal(waiting.length, 3);
    waiting[0]?.();
    await until(() => waiting.length === 6);
    for (const finish of waiting) finish();
  });
  assert.equal((await said).match(/HTTP\/1\.1 200/g)?.length, 6);
});

test('a refused request costs no connection when its body is small, and never lets its body pass for a request', async (t) => {
  const it = await serving(t, { '/echo': echo });
  const agent = new http.Agent({ keepAlive: true, maxSockets: 1 });
  const hidden = 'POST /echo HTTP/1.1\r\nHost: g\r\nContent-Length: 6\r\n\r\nhidden';
  for (let turn = 0; turn < 5; turn++) {
    assert.equal((await call(it.port, { path: '/nope', body: hidden, agent })).status, 404);
    assert.equal((await call(it.port, { body: 'good', agent })).body.toString(), 'good');
  }
  assert.equal(it.listener.connections, 1);
  agent.destroy();
  const large = await raw(it.port, `${head(`Content-Length: ${10 * 1024 * 1024}`)}${hidden}`, (socket) => void socket.end());
  assert.equal(large.match(/HTTP\/1\.1/g)?.length, 1);
  assert.doesNotMatch(large, /hidden/);
});

test('a sender that goes on writing and reads late hears why it was refused', async (t) => {
  const it = await serving(t, { '/echo': echo }, { maxRequestBytes: 1000 });
  const socket = net.connect({ host: '127.0.0.1', port: it.port });
  const errors: string[] = [];
  socket.on('error', (why) => errors.push(why.message));
  socket.write(head(`Content-Length: ${64 * 1024 * 1024}`));
  await new Promise((resolve) => socket.once('readable', resolve));
  for (let piece = 0; piece < 20; piece++) {
    await new Promise((resolve) => socket.write(Buffer.alloc(65_536), resolve));
    await new Promise((resolve) => setImmediate(resolve));
  }
  let said = '';
  socket.on('data', (piece) => {
    said += piece.toString();
  });
  await until(() => said.includes('max_request_size'));
  assert.match(said, /^HTTP\/1\.1 413 /);
  assert.deepEqual(errors, []);
  socket.destroy();
});

test('what comes after the last answer of a connection is not handled', async (t) => {
  let handled = 0;
  const route = routeOf(() => Promise.resolve({ status: 200 + 0 * handled++, headers: {} }));
  const it = await serving(t, { '/echo': route }, { lameDuck: () => true });
  const said = await raw(it.port, head('Content-Length: 0'), (socket) => {
    socket.once('data', () => socket.end(head('Content-Length: 0')));
  });
  assert.equal(said.match(/HTTP\/1\.1 200/g)?.length, 1);
  await until(() => it.listener.connections === 0);
  assert.equal(handled, 1);
});

test('a lame duck serves everything and closes each connection after its answer', async (t) => {
  let isLame = false;
  const it = await serving(t, { '/echo': echo }, { lameDuck: () => isLame });
  const agent = new http.Agent({ keepAlive: true, maxSockets: 1 });
  assert.notEqual((await call(it.port, { agent })).headers.connection, 'close');
  isLame = true;
  const answer = await call(it.port, { body: 'x', agent });
  assert.deepEqual([answer.status, answer.headers.connection], [200, 'close']);
  await until(() => it.listener.connections === 0);
  agent.destroy();
});

test('a connection is kept for longer than is announced, so that no request meets its end', async (t) => {
  const it = await serving(t, { '/echo': echo }, { connections: { idleTimeoutMs: 5000 } });
  const agent = new http.Agent({ keepAlive: true });
  assert.match(String((await call(it.port, { agent })).headers['keep-alive']), /timeout=5/);
  agent.destroy();
});

test('CONNECT is 405, OPTIONS * 404, and half a request does no harm', async (t) => {
  const it = await serving(t, { '/echo': echo });
  assert.match(await raw(it.port, 'CONNECT evil.example:443 HTTP/1.1\r\nHost: evil.example:443\r\n\r\n'), /^HTTP\/1\.1 405 .*allow: /is);
  assert.match(await raw(it.port, 'OPTIONS * HTTP/1.1\r\nHost: g\r\nConnection: close\r\n\r\n'), /^HTTP\/1\.1 404/);
  assert.equal(await raw(it.port, 'POST /ec', (socket) => void socket.end()), '');
  assert.equal((await call(it.port, { body: 'still there' })).body.toString(), 'still there');
});

test('a transfer coding beside chunked is 501: its bytes are not the body', async (t) => {
  const it = await serving(t, { '/echo': echo });
  for (const codings of ['gzip, chunked', 'identity, chunked', 'chunked\r\nTransfer-Encoding: gzip']) {
    const answer = await raw(it.port, `POST /echo HTTP/1.1\r\nHost: g\r\nTransfer-Encoding: ${codings}\r\n\r\n1\r\nx\r\n0\r\n\r\n`);
    assert.match(answer, /^HTTP\/1\.1 (501|400) .*connection: close/is);
    assert.ok(!answer.includes('HTTP/1.1 200'));
  }
});

test('an upgrade that is not taken changes nothing, and a request behind it is answered or its connection closed', async (t) => {
  const it = await serving(t, { '/echo': echo });
  const one = head('Content-Length: 3\r\nConnection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABkAAQAAP__');
  const answers = await raw(it.port, `${one}one${head('Content-Length: 3\r\nConnection: close')}two`);
  assert.match(answers, /^HTTP\/1\.1 200 .*one/s);
  assert.match(answers, /connection: close/i);
});

test('a sender that closes its half behind the request is answered, however long that takes', async (t) => {
  const clock = new FakeClock();
  const waiting: (() => void)[] = [];
  const route = routeOf(async ({ body }) => {
    await new Promise<void>((resolve) => waiting.push(resolve));
    return { status: 200, headers: {}, body: Buffer.concat(body) };
  });
  const it = await serving(t, { '/slow': route }, { clock });
  const request = (version: string): string => `POST /slow HTTP/${version}\r\nHost: g\r\nContent-Length: 4\r\n\r\nbody`;
  for (const [version, interim] of [
    ['1.1', 1],
    ['1.0', 0],
  ] as const) {
    const answer = raw(it.port, request(version), (socket) => void socket.end());
    await until(() => waiting.length === 1 && clock.pending > 0);
    await clock.advance(150);
    waiting.pop()?.();
    const text = await answer;
    assert.equal(text.split('HTTP/1.1 102 Processing').length - 1, interim, text);
    assert.match(text, /HTTP\/1\.1 200 OK.*body$/s);
  }
});

test('a sender that has closed its socket altogether ends what is done for it', async (t) => {
  const clock = new FakeClock();
  const ended: unknown[] = [];
  const route = routeOf(
    ({ signal }) =>
      new Promise((_, reject) => {
        signal.addEventListener('abort', () => {
          ended.push(signal.reason);
          reject(signal.reason);
        });
      }),
  );
  const it = await serving(t, { '/slow': route }, { clock });
  const socket = net.connect({ host: '127.0.0.1', port: it.port });
  socket.write('POST /slow HTTP/1.1\r\nHost: g\r\nContent-Length: 4\r\n\r\nbody', () => socket.destroy());
  while (ended.length === 0) await clock.advance(100);
  assert.match(String(ended[0]), /the sender has closed the connection/);
});

test('whatever comes, the listener stays and holds no bytes', async (t) => {
  const it = await serving(t, { '/echo': echo });
  const lines = fc.constantFrom(
    'POST /echo HTTP/1.1\r\n',
    'GET / HTTP/1.0\r\n',
    'Host: g\r\n',
    'Content-Length: 5\r\n',
    'Transfer-Encoding: chunked\r\n',
    '\r\n',
    '5\r\nhello\r\n',
    '0\r\n\r\n',
    '\0\xff',
    ' ',
    'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n',
  );
  await fc.assert(
    fc.asyncProperty(fc.array(lines, { maxLength: 8 }), async (parts) => {
      await raw(it.port, Buffer.from(parts.join(''), 'latin1'), (socket: net.Socket) => void socket.end());
      await until(() => it.listener.connections === 0);
      assert.equal(it.admission.heldBytes, 0);
    }),
    { numRuns: 100 },
  );
  assert.equal((await call(it.port, { body: 'still there' })).body.toString(), 'still there');
});

test('a connection that is old ends after its next answer', async (t) => {
  const clock = new FakeClock();
  const it = await serving(t, { '/echo': echo }, { clock, connections: { maxAgeMs: 60_000 } });
  const agent = new http.Agent({ keepAlive: true, maxSockets: 1 });
  t.after(() => agent.destroy());
  assert.equal((await call(it.port, { agent })).headers.connection, 'keep-alive');
  await clock.advance(53_000);
  assert.equal((await call(it.port, { agent })).headers.connection, 'keep-alive');
  await clock.advance(14_000);
  assert.equal((await call(it.port, { agent })).headers.connection, 'close');
  assert.equal((await call(it.port, { agent })).headers.connection, 'keep-alive');
});

test('a chunk that is announced as endless is 413 at once', async (t) => {
  const it = await serving(t, { '/echo': echo });
  for (const size of ['7fffffffffffffff', '10000000000', '00ffffffffffff;x=y']) {
    const answer = await raw(it.port, `${head('Transfer-Encoding: chunked')}${size}\r\nhello`);
    assert.match(answer, /^HTTP\/1\.1 413 .*connection: close/is, size);
  }
  const fine = await raw(it.port, `${head('Transfer-Encoding: chunked\r\nConnection: close')}000000000005\r\nhello\r\n0\r\n\r\n`);
  assert.match(fine, /^HTTP\/1\.1 200 .*hello$/s);
  assert.deepEqual(it.refused, ['too_large', 'too_large', 'too_large']);
});

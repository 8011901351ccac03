import assert from 'node:assert/strict';
import http2 from 'node:http2';
import net from 'node:net';
import { test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { Invalid, Refused } from '../../../src/core/errors.ts';
import { Admission } from '../../../src/net/server/admission.ts';
import { connect } from '../../../src/net/server/dialect.ts';
import type { Exchange, Request } from '../../../src/net/server/exchange.ts';
import { Unserved } from '../../../src/net/server/unserved.ts';
import { FakeClock } from '../../support/fake-clock.ts';
import { type Answer, type Call, call, call2, echo, raw, routeOf, serving, until } from './serving.ts';

const ok = { status: 200, headers: {} };
const never = (): Promise<never> => new Promise(() => {});

/** Everything below holds on both. */
const versions: readonly { name: string; send: (port: number, options?: Call) => Promise<Answer> }[] = [
  { name: 'HTTP/1.1', send: call },
  { name: 'HTTP/2', send: call2 },
];

for (const { name, send } of versions) {
  test(`${name}: a route gets path, query, headers, tenant and body`, async (t) => {
    let seen: Request | undefined;
    let body = Buffer.alloc(0);
    const route = routeOf((request) => {
      seen = request;
      body = Buffer.concat(request.body);
      return Promise.resolve(ok);
    });
    const it = await serving(
      t,
      { '/echo': route },
      { senders: { authenticator: undefined, tenant: { header: 'x-scope-orgid', fallback: 'none' } } },
    );
    const headers = { 'x-scope-orgid': 'squad-1', 'x-many': ['a', 'b, c'] };
    await send(it.port, { path: '//echo?a=1&b=//2', headers, body: Buffer.alloc(100_000, 'x') });
    assert.deepEqual([seen?.exchange.method, seen?.exchange.path, seen?.exchange.query], ['POST', '/echo', 'a=1&b=//2']);
    assert.deepEqual(seen?.exchange.headerValues('x-many'), ['a', 'b, c']);
    assert.deepEqual(seen?.exchange.headerValues('x-none'), []);
    assert.deepEqual([seen?.tenant, seen?.identity.name], ['squad-1', '']);
    assert.deepEqual([seen?.exchange.peer.address, seen?.exchange.peer.secure], ['127.0.0.1', false]);
    assert.ok(body.equals(Buffer.alloc(100_000, 'x')));
    assert.deepEqual(seen?.body, [], 'what is answered is let go');
    assert.equal(it.admission.heldBytes, 0);
  });

  test(`${name}: other paths are 404 and say what is served, other methods 405 with Allow`, async (t) => {
    const it = await serving(t, { '/echo': echo });
    const path = await send(it.port, { path: '/nope' });
    assert.deepEqual([path.status, path.body.toString()], [404, 'served here: /echo\n']);
    const method = await send(it.port, { method: 'PUT', body: 'x' });
    assert.deepEqual([method.status, method.headers['allow']], [405, 'POST']);
    assert.deepEqual(it.refused, ['path', 'method']);
  });

  test(`${name}: a prefix is served as well, not instead`, async (t) => {
    const it = await serving(t, { '/echo': echo }, { connections: { pathPrefix: '/profiles' } });
    assert.equal((await send(it.port, { path: '/profiles//echo' })).status, 200);
    assert.equal((await send(it.port, { path: '/echo' })).status, 200);
    assert.equal((await send(it.port, { path: '/profiles' })).status, 404);
  });

  test(`${name}: a bad tenant is refused before a body is read`, async (t) => {
    const it = await serving(
      t,
      { '/echo': echo },
      { senders: { authenticator: undefined, tenant: { header: 'x-scope-orgid', fallback: '' } } },
    );
    const answer = await send(it.port, { headers: { 'x-scope-orgid': 'a|b' }, body: Buffer.alloc(300_000) });
    assert.equal(answer.status, 401);
    assert.ok(answer.headers['www-authenticate']);
    assert.deepEqual(it.refused, ['tenant']);
  });

  test(`${name}: a body over the limit is 413, announced or not`, async (t) => {
    const it = await serving(t, { '/echo': echo }, { maxRequestBytes: 100_000 });
    const large = Buffer.alloc(100_001);
    assert.equal((await send(it.port, { body: large, headers: { 'content-length': large.length } })).status, 413);
    assert.equal((await send(it.port, { body: large, headers: name === 'HTTP/2' ? {} : { 'transfer-encoding': 'chunked' } })).status, 413);
    assert.equal((await send(it.port, { body: large.subarray(1) })).status, 200);
    assert.deepEqual(it.refused, ['too_large', 'too_large']);
    assert.equal(it.admission.heldBytes, 0);
  });

  test(`${name}: without room for a body 503 and Retry-After; 413 when there never will be`, async (t) => {
    const admission = new Admission(50_000);
    const it = await serving(t, { '/echo': echo }, { admission });
    const other = admission.open();
    other.hold(40_000);
    const busy = await send(it.port, { body: Buffer.alloc(20_000) });
    assert.deepEqual([busy.status, busy.headers['retry-after']], [503, '1']);
    const never = { body: Buffer.alloc(60_000), headers: { 'content-length': 60_000 } };
    assert.equal((await send(it.port, never)).status, 413);
    assert.equal((await send(it.port, { body: Buffer.alloc(10_000) })).status, 200);
    other.release();
    assert.equal(admission.heldBytes, 0);
    assert.deepEqual(it.refused, ['memory', 'too_large']);
  });

  test(`${name}: gzip is undone within limits where the route wants that, and left alone elsewhere`, async (t) => {
    const it = await serving(t, { '/echo': echo, '/opaque': routeOf(echo.handle, { inflates: false }) }, { maxDecompressedBytes: 1000 });
    const headers = { 'content-encoding': 'gzip' };
    const gz = gzipSync('hello');
    assert.equal((await send(it.port, { headers, body: gz })).body.toString(), 'hello');
    assert.deepEqual((await send(it.port, { path: '/opaque', headers, body: gz })).body, gz);
    assert.equal((await send(it.port, { headers, body: gz.subarray(0, -1) })).status, 400);
    assert.equal((await send(it.port, { headers, body: gzipSync(Buffer.alloc(1001)) })).status, 413);
    assert.equal((await send(it.port, { headers: { 'content-encoding': 'zstd' }, body: gz })).status, 415);
    assert.deepEqual(it.refused, ['malformed', 'too_large', 'encoding']);
    assert.equal(it.admission.heldBytes, 0);
  });

  test(`${name}: what a route throws is answered by the one table, in the words of its dialect`, async (t) => {
    const refuse = (why: unknown) => routeOf(() => Promise.reject(why), { dialect: () => connect });
    const it = await serving(t, {
      '/invalid': refuse(new Invalid('labels', 'found none')),
      '/refused': refuse(new Refused('queue_full', 'full', 2500)),
      '/content': routeOf(echo.handle, {
        dialect: () => {
          throw new Unserved('content_type', 'no', { 'accept-post': 'application/proto' });
        },
      }),
    });
    const invalid = await send(it.port, { path: '/invalid' });
    assert.deepEqual([invalid.status, JSON.parse(invalid.body.toString())], [400, { code: 'invalid_argument', message: 'found none' }]);
    const refused = await send(it.port, { path: '/refused' });
    assert.deepEqual([refused.status, refused.headers['retry-after']], [503, '3']);
    const content = await send(it.port, { path: '/content' });
    assert.deepEqual([content.status, content.headers['accept-post']], [415, 'application/proto']);
    assert.deepEqual(it.refused, ['labels', 'queue_full', 'content_type']);
  });

  test(`${name}: a bug is 500 with an id that stands in the log beside what happened`, async (t) => {
    const it = await serving(t, { '/echo': routeOf(() => Promise.reject(new TypeError('x is not a function'))) });
    const answer = await send(it.port);
    assert.equal(answer.status, 500);
    const [line] = it.host.lines;
    assert.equal(line?.level, 'error');
    assert.match(String(line?.facts['error']), /x is not a function/);
    assert.ok(answer.body.toString().includes(String(line?.facts['id'])));
    assert.doesNotMatch(answer.body.toString(), /function/);
    assert.deepEqual(it.refused, ['bug']);
  });

  test(`${name}: a deadline that passes answers 504, and one that is over never starts the work`, async (t) => {
    const clock = new FakeClock();
    let handled = 0;
    let aborted = false;
    const route = routeOf(
      ({ signal }) => {
        handled += 1;
        signal.addEventListener('abort', () => {
          aborted = true;
        });
        return never();
      },
      { dialect: () => connect },
    );
    const it = await serving(t, { '/echo': route }, { clock });
    const waiting = send(it.port, { headers: { 'connect-timeout-ms': '500' } });
    await until(() => handled === 1);
    await clock.advance(500);
    const late = await waiting;
    assert.deepEqual([late.status, JSON.parse(late.body.toString()).code], [504, 'deadline_exceeded']);
    assert.ok(aborted);
    for (const over of ['0', '-1']) assert.equal((await send(it.port, { headers: { 'connect-timeout-ms': over } })).status, 504);
    assert.equal((await send(it.port, { headers: { 'connect-timeout-ms': 'x' } })).status, 400);
    assert.equal(handled, 1);
    assert.deepEqual(it.refused, ['deadline', 'deadline', 'deadline', 'malformed']);
  });

  test(`${name}: while it drains new requests are refused, and those before are answered`, async (t) => {
    let finish = (): void => {};
    const route = routeOf(
      () =>
        new Promise((resolve) => {
          finish = () => resolve(ok);
        }),
    );
    const it = await serving(t, { '/echo': route });
    const before = send(it.port, { body: 'before' });
    await until(() => it.admission.heldBytes > 0);
    let drained = false;
    const draining = it.server.drain().then(() => {
      drained = true;
    });
    const after = await send(it.port);
    assert.deepEqual([after.status, after.headers['retry-after']], [503, '1']);
    assert.equal(drained, false);
    finish();
    assert.equal((await before).status, 200);
    await draining;
    assert.deepEqual(it.refused, ['draining']);
  });
}

test('a body that stands still when it drains is waited for for some seconds, an upload too', async (t) => {
  const clock = new FakeClock();
  let isReceiving = false;
  const upload = routeOf(
    () => {
      isReceiving = true;
      return never();
    },
    { streams: true },
  );
  const it = await serving(t, { '/echo': echo, '/upload': upload }, { clock });
  const head = (path: string): string => `POST ${path} HTTP/1.1\r\nHost: g\r\nContent-Length: 100\r\n\r\nhalf`;
  const answers = [raw(it.port, head('/echo')), raw(it.port, head('/upload'))];
  await until(() => it.admission.heldBytes > 0 && isReceiving);
  const drained = it.server.drain();
  await clock.advance(2999);
  assert.deepEqual(it.refused, []);
  await clock.advance(1);
  await drained;
  assert.deepEqual(it.refused, ['draining', 'draining']);
  while (it.listener.connections > 0) await clock.advance(1000);
  for (const answer of answers) assert.match(await answer, /^HTTP\/1\.1 503 .*retry-after: 1\r\n.*connection: close/is);
});

test('an answer that nobody takes does not hold up a stop', async (t) => {
  const it = await serving(t, { '/echo': echo });
  const session = http2.connect(`http://127.0.0.1:${it.port}`, { settings: { initialWindowSize: 0 } });
  await new Promise((resolve) => session.once('remoteSettings', resolve));
  const stream = session.request({ ':method': 'POST', ':path': '/echo' });
  stream.on('error', () => {});
  session.on('error', () => {});
  stream.end('never taken');
  await new Promise((resolve) => stream.once('response', resolve));
  await it.server.drain();
  assert.equal(it.listener.connections, 1);
  session.destroy();
});

test('a route that goes on unpacking behind the deadline is stopped, so that no byte is held uncounted', async (t) => {
  const clock = new FakeClock();
  const compressed = [gzipSync(Buffer.alloc(8 * 1024 * 1024))];
  let isWaiting = false;
  let unpacking: Promise<unknown> | undefined;
  const route = routeOf(
    ({ inflate, signal }) => {
      isWaiting = true;
      signal.addEventListener('abort', () => {
        unpacking = inflate(compressed, 'gzip').catch((why: unknown) => why);
      });
      return never();
    },
    { dialect: () => connect },
  );
  const admission = new Admission(64 * 1024 * 1024);
  const it = await serving(t, { '/echo': route }, { clock, admission, maxDecompressedBytes: 16 * 1024 * 1024 });
  const waiting = call(it.port, { headers: { 'connect-timeout-ms': '500' } });
  await until(() => isWaiting);
  await clock.advance(500);
  assert.equal((await waiting).status, 504);
  const why = await unpacking;
  assert.ok(why instanceof Unserved && why.reason === 'canceled', String(why));
  assert.equal(admission.heldBytes, 0);
});

test('a body that takes too long is 408, whatever came of it', async (t) => {
  const clock = new FakeClock();
  const it = await serving(t, { '/echo': echo }, { clock, requestTimeoutMs: 60_000 });
  const answer = raw(it.port, 'POST /echo HTTP/1.1\r\nHost: g\r\nContent-Length: 100\r\n\r\nhalf');
  await until(() => it.admission.heldBytes > 0);
  await clock.advance(60_000);
  await until(() => it.refused.length > 0);
  assert.deepEqual(it.refused, ['timeout']);
  assert.equal(it.admission.heldBytes, 0);
  while (it.listener.connections > 0) await clock.advance(1000);
  assert.match(await answer, /^HTTP\/1\.1 408 .*connection: close.*5 bytes had come|^HTTP\/1\.1 408 .*4 bytes had come/is);
});

test('a sender that leaves in the middle of its body is not handled, and its bytes come back', async (t) => {
  let handled = 0;
  const route = routeOf(() => {
    handled += 1;
    return Promise.resolve(ok);
  });
  const it = await serving(t, { '/echo': route });
  const socket = net.connect({ host: '127.0.0.1', port: it.port });
  socket.write('POST /echo HTTP/1.1\r\nHost: g\r\nContent-Length: 100\r\n\r\nhalf');
  await until(() => it.admission.heldBytes > 0);
  socket.destroy();
  await until(() => it.refused.length === 1);
  const session = http2.connect(`http://127.0.0.1:${it.port}`);
  session.on('error', () => {});
  const stream = session.request({ ':method': 'POST', ':path': '/echo', 'content-length': 100 });
  stream.on('error', () => {});
  stream.write('half');
  await until(() => it.admission.heldBytes > 0);
  session.destroy();
  await until(() => it.refused.length === 2);
  assert.deepEqual(it.refused, ['canceled', 'canceled']);
  assert.equal(handled, 0);
  assert.equal(it.admission.heldBytes, 0);
});

test('a sender that leaves while it waits ends the wait of its route', async (t) => {
  const reasons: unknown[] = [];
  let handled = 0;
  const route = routeOf(({ signal }) => {
    handled += 1;
    signal.addEventListener('abort', () => reasons.push(signal.reason));
    return never();
  });
  const it = await serving(t, { '/echo': route });
  const socket = net.connect({ host: '127.0.0.1', port: it.port });
  socket.write('POST /echo HTTP/1.1\r\nHost: g\r\nContent-Length: 1\r\n\r\nx');
  await until(() => handled === 1);
  socket.destroy();
  await until(() => reasons.length === 1);
  const session = http2.connect(`http://127.0.0.1:${it.port}`);
  session.on('error', () => {});
  const stream = session.request({ ':method': 'POST', ':path': '/echo' });
  stream.on('error', () => {});
  stream.end('x');
  await until(() => handled === 2);
  stream.close(http2.constants.NGHTTP2_CANCEL);
  await until(() => reasons.length === 2);
  session.close();
  assert.ok(reasons.every((reason) => reason instanceof Unserved && reason.reason === 'canceled'));
  await until(() => it.admission.heldBytes === 0);
  assert.deepEqual(it.refused, ['canceled', 'canceled']);
});

test('a sender that has left before its request is handled is not handled', async (t) => {
  let handled = 0;
  const it = await serving(t, { '/echo': routeOf(() => Promise.resolve({ status: 200 + handled++, headers: {} })) });
  let leave = (_: Unserved): void => assert.fail('nobody listens');
  const exchange: Exchange = {
    method: 'POST',
    path: '/echo',
    query: '',
    headers: {},
    headerValues: () => [],
    version: '1.1',
    peer: { address: '', secure: false, certificate: undefined },
    signal: new AbortController().signal,
    onGone(listener) {
      leave = listener;
    },
    receive(sink) {
      leave(new Unserved('canceled', 'gone'));
      sink.end();
    },
    abandon() {},
    free() {},
    async *pieces() {},
  };
  it.server.serve(exchange, () => {});
  assert.deepEqual([handled, it.refused], [0, ['canceled']]);
});

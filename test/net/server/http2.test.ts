import assert from 'node:assert/strict';
import http2 from 'node:http2';
import net from 'node:net';
import { test } from 'node:test';
import type { Reply } from '../../../src/net/server/exchange.ts';
import { FakeClock } from '../../support/fake-clock.ts';
import { call, call2, echo, raw, routeOf, serving, until } from './serving.ts';

function connectTo(port: number, settings: http2.Settings = {}): http2.ClientHttp2Session {
  const session = http2.connect(`http://127.0.0.1:${port}`, { settings });
  session.on('error', () => {});
  return session;
}

/** The client's preface and empty SETTINGS. */
const opening = Buffer.from([...Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'), 0, 0, 0, 4, 0, 0, 0, 0, 0]);

/** HEADERS of a POST to /echo on stream 1, by hand: POST and http are indexed, the path and the authority are literals. */
function requestFrame({ ends }: { ends: boolean }): Buffer {
  const block = [0x83, 0x86, 0x04, 5, ...Buffer.from('/echo'), 0x01, 1, 0x67];
  return Buffer.from([0, 0, block.length, 1, ends ? 5 : 4, 0, 0, 0, 1, ...block]);
}

const closed = (session: http2.ClientHttp2Session): Promise<unknown> => new Promise((resolve) => session.once('close', resolve));

test('opens windows that fit uploads once a body is wanted, and allows as many streams as it is told', async (t) => {
  const it = await serving(t, { '/echo': echo }, { connections: { maxStreams: 7 } });
  const session = connectTo(it.port);
  const heard = (): Promise<http2.Settings> => new Promise((resolve) => session.once('remoteSettings', resolve));
  const { initialWindowSize, maxConcurrentStreams } = await heard();
  assert.deepEqual([initialWindowSize, maxConcurrentStreams], [65_535, 7]);
  const wider = heard();
  await call2(it.port, {}, session);
  const settings = await wider;
  assert.deepEqual([settings.initialWindowSize, settings.maxConcurrentStreams], [1024 * 1024, 7]);
  await until(() => session.state.remoteWindowSize === 4 * 1024 * 1024);
  session.close();
});

test('sends trailers behind a body, and status alone where there is no body', async (t) => {
  const reply: Reply = {
    status: 200,
    headers: { 'content-type': 'application/grpc' },
    body: Buffer.from('m'),
    trailers: { 'grpc-status': '0' },
  };
  const it = await serving(t, {
    '/echo': routeOf(() => Promise.resolve(reply)),
    '/none': routeOf(() => Promise.resolve({ ...reply, body: new Uint8Array() })),
    '/only': routeOf(() => Promise.resolve({ status: 200, headers: { 'grpc-status': '3' } })),
  });
  const answer = await call2(it.port);
  assert.deepEqual([answer.body.toString(), answer.trailers['grpc-status']], ['m', '0']);
  assert.equal((await call2(it.port, { path: '/none' })).trailers['grpc-status'], '0');
  const only = await call2(it.port, { path: '/only' });
  assert.deepEqual([only.headers['grpc-status'], only.body.length], ['3', 0]);
});

test('a refused upload is told to stop, and its session goes on', async (t) => {
  const it = await serving(t, { '/echo': echo }, { maxRequestBytes: 1000 });
  const session = connectTo(it.port);
  const stream = session.request({ ':method': 'POST', ':path': '/echo' });
  stream.on('error', () => {});
  stream.write(Buffer.alloc(100_000));
  let status: unknown;
  stream.once('response', (headers) => {
    status = headers[':status'];
  });
  stream.resume();
  await new Promise((resolve) => stream.once('close', resolve));
  assert.equal(status, 413);
  assert.equal(stream.rstCode, http2.constants.NGHTTP2_NO_ERROR);
  assert.equal((await call2(it.port, { body: 'next' }, session)).body.toString(), 'next');
  session.close();
});

test('a target with blanks or line ends goes no further', async (t) => {
  let handled = 0;
  const it = await serving(t, { '/echo': routeOf(() => Promise.resolve({ status: 200 + handled++, headers: {} })) });
  for (const path of ['/echo?a b', '/echo?a\tb', '/echo\u007f', '/echo?a\r\nb: c']) {
    const status = await call2(it.port, { path }).then(
      (answer) => answer.status,
      () => 'reset',
    );
    assert.ok(status === 400 || status === 'reset', `${status} for ${JSON.stringify(path)}`);
  }
  assert.equal(handled, 0);
});

test('a lame duck answers what is on its way and then says goodbye', async (t) => {
  let isLame = false;
  const it = await serving(t, { '/echo': echo }, { lameDuck: () => isLame });
  const session = connectTo(it.port);
  await call2(it.port, {}, session);
  isLame = true;
  const gone = closed(session);
  const answers = await Promise.all(['a', 'b', 'c'].map((body) => call2(it.port, { body }, session)));
  assert.deepEqual(
    answers.map(({ status }) => status),
    [200, 200, 200],
  );
  await gone;
});

/** Second by second, with time for a PING to go out and come back. */
async function passSlowly(clock: FakeClock, ms: number): Promise<void> {
  for (let passedMs = 0; passedMs < ms; passedMs += 1000) {
    await clock.advance(1000);
    for (let turn = 0; turn < 20; turn++) await new Promise((resolve) => setImmediate(resolve));
  }
}

test('a session opened ahead of need is served, one that is idle hears GOAWAY first, half a head ends it', async (t) => {
  const clock = new FakeClock();
  const it = await serving(t, { '/echo': echo }, { clock, connections: { headerTimeoutMs: 10_000, idleTimeoutMs: 120_000 } });
  const early = connectTo(it.port);
  await new Promise((resolve) => early.once('remoteSettings', resolve));
  const half = net.connect({ host: '127.0.0.1', port: it.port });
  half.resume();
  // HEADERS without END_HEADERS: CONTINUATION has to follow.
  half.write(Buffer.concat([opening, Buffer.from([0, 0, 1, 1, 0, 0, 0, 0, 1, 0x83])]));
  await until(() => it.listener.connections === 2);
  const ended = new Promise((resolve) => half.once('close', resolve));
  let passedMs = 0;
  let isEnded = false;
  void ended.then(() => {
    isEnded = true;
  });
  while (!isEnded) {
    await passSlowly(clock, 1000);
    passedMs += 1000;
  }
  assert.ok(passedMs >= 10_000 && passedMs <= 40_000, `${passedMs}`);
  assert.equal((await call2(it.port, {}, early)).status, 200);
  early.destroy();
  const quiet = await serving(t, { '/echo': echo }, { connections: { idleTimeoutMs: 50 } });
  const idle = connectTo(quiet.port);
  const code = new Promise((resolve) => idle.once('goaway', resolve));
  await closed(idle);
  assert.equal(await code, http2.constants.NGHTTP2_NO_ERROR);
});

test('a session that is old ends with GOAWAY, and loses nothing', async (t) => {
  const clock = new FakeClock();
  const it = await serving(t, { '/echo': echo }, { clock, connections: { maxAgeMs: 60_000 } });
  const session = connectTo(it.port);
  assert.equal((await call2(it.port, {}, session)).status, 200);
  const goaway = new Promise((resolve) => session.once('goaway', resolve));
  const gone = closed(session);
  await passSlowly(clock, 53_000);
  assert.equal((await call2(it.port, {}, session)).status, 200);
  await passSlowly(clock, 14_000);
  assert.equal(await goaway, http2.constants.NGHTTP2_NO_ERROR);
  await clock.advance(1000);
  await gone;
});

test('a client that says goodbye and stays is closed after a while', async (t) => {
  const clock = new FakeClock();
  const it = await serving(t, { '/echo': echo }, { clock });
  const socket = net.connect({ host: '127.0.0.1', port: it.port, allowHalfOpen: true });
  socket.resume();
  socket.write(Buffer.concat([opening, requestFrame({ ends: true }), Buffer.from([0, 0, 8, 7, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0])]));
  await new Promise((resolve) => socket.once('end', resolve));
  assert.equal(it.listener.connections, 1);
  await clock.advance(10_000);
  await until(() => it.listener.connections === 0);
  socket.destroy();
});

test('a body that ends because its connection is lost is not whole', async (t) => {
  let handled = 0;
  const route = routeOf(() => Promise.resolve({ status: 200 + handled++, headers: {} }));
  const it = await serving(t, { '/echo': route });
  const half = Buffer.from([0, 0, 4, 0, 0, 0, 0, 0, 1, ...Buffer.from('half')]);
  for (const [round, leave] of [(socket: net.Socket) => socket.end(), (socket: net.Socket) => socket.resetAndDestroy()].entries()) {
    const socket = net.connect({ host: '127.0.0.1', port: it.port });
    socket.on('error', () => {});
    socket.resume();
    socket.write(Buffer.concat([opening, requestFrame({ ends: false }), half]));
    await until(() => it.admission.heldBytes > 0);
    leave(socket);
    await until(() => it.refused.length === round + 1);
  }
  assert.deepEqual([it.refused, handled, it.admission.heldBytes], [['canceled', 'canceled'], 0, 0]);
});

test('a session is not idle while it is owed an answer', async (t) => {
  let finish = (): void => {};
  const route = routeOf(
    () =>
      new Promise((resolve) => {
        finish = () => resolve({ status: 200, headers: {} });
      }),
  );
  const it = await serving(t, { '/echo': route }, { connections: { idleTimeoutMs: 20 } });
  const session = connectTo(it.port);
  const answer = call2(it.port, { body: 'x' }, session);
  await new Promise((resolve) => {
    // Several times as long as a session may be silent, measured by the same kind of timer.
    const other = net.connect(it.port, '127.0.0.1');
    other.setTimeout(100, () => other.destroy());
    other.once('close', resolve);
  });
  finish();
  assert.equal((await answer).status, 200);
  await closed(session);
});

test('sessions destroyed at any moment do not disturb others', async (t) => {
  const it = await serving(t, { '/echo': routeOf(async ({ body }) => ({ status: 200, headers: {}, body: Buffer.concat(body) })) });
  for (let round = 0; round < 100; round++) {
    const session = connectTo(it.port);
    const stream = session.request({ ':method': 'POST', ':path': '/echo' });
    stream.on('error', () => {});
    stream.end(Buffer.alloc(2000));
    const turns = round % 10;
    for (let turn = 0; turn < turns; turn++) await new Promise((resolve) => setImmediate(resolve));
    session.destroy();
  }
  assert.equal((await call(it.port, { body: 'healthy' })).body.toString(), 'healthy');
  await until(() => it.listener.connections === 0);
  assert.equal(it.admission.heldBytes, 0);
});

test('a session that breaks the protocol just after a request ends alone', async (t) => {
  const it = await serving(t, { '/echo': echo });
  // DATA on stream 0 is what no session survives.
  const bytes = Buffer.concat([opening, requestFrame({ ends: false }), Buffer.from([0, 0, 1, 0, 0, 0, 0, 0, 0, 0x78])]);
  for (let round = 0; round < 20; round++) await raw(it.port, bytes);
  assert.equal((await call(it.port, { body: 'healthy' })).body.toString(), 'healthy');
  assert.equal(it.admission.heldBytes, 0);
});

test('streams opened and reset at once end the session, not the gateway', async (t) => {
  const it = await serving(t, { '/echo': echo });
  const session = connectTo(it.port);
  let isOver = false;
  session.once('close', () => {
    isOver = true;
  });
  session.once('goaway', () => {
    isOver = true;
  });
  await new Promise((resolve) => session.once('remoteSettings', resolve));
  for (let count = 0; count < 20_000 && !isOver; count++) {
    const stream = session.request({ ':method': 'POST', ':path': '/echo' });
    stream.on('error', () => {});
    stream.close(http2.constants.NGHTTP2_CANCEL);
    if (count % 100 === 99) await new Promise((resolve) => setImmediate(resolve));
  }
  await until(() => isOver);
  session.destroy();
  assert.equal((await call2(it.port, { body: 'healthy' })).body.toString(), 'healthy');
  assert.equal(it.admission.heldBytes, 0);
});

test('a head above the limit is 431, as on HTTP/1.1, and the session goes on', async (t) => {
  const it = await serving(t, { '/echo': echo });
  const session = http2.connect(`http://127.0.0.1:${it.port}`, { maxSendHeaderBlockLength: 2 ** 22 });
  t.after(() => session.destroy());
  const many = Object.fromEntries(Array.from({ length: 260 }, (_, at) => [`h${at}`, 'v']));
  assert.equal((await call2(it.port, { headers: { 'x-big': 'a'.repeat(20_000) } }, session)).status, 431);
  assert.equal((await call2(it.port, { headers: { 'x-big': 'a'.repeat(60_000) } }, session)).status, 431);
  assert.equal((await call2(it.port, { headers: many }, session)).status, 431);
  assert.equal((await call2(it.port, { headers: { 'x-fits': 'a'.repeat(15_000) } }, session)).status, 200);
  assert.deepEqual(it.refused, ['header', 'header', 'header']);
});

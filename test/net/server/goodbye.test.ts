import assert from 'node:assert/strict';
import http from 'node:http';
import http2 from 'node:http2';
import net from 'node:net';
import { test } from 'node:test';
import { Admission } from '../../../src/net/server/admission.ts';
import { FakeClock } from '../../support/fake-clock.ts';
import { type Answer, call, call2, echo, routeOf, serving, until } from './serving.ts';

test('HTTP/2: what was sent before the client could hear of the end is served', async (t) => {
  let second: Promise<Answer> | undefined;
  let session: http2.ClientHttp2Session | undefined;
  const first = routeOf(async () => {
    second = call2(it.port, { body: 'second' }, session);
    return { status: 200, headers: {} };
  });
  const it = await serving(t, { '/first': first, '/echo': echo }, { lameDuck: () => true });
  session = http2.connect(`http://127.0.0.1:${it.port}`);
  const goaways: number[] = [];
  session.on('goaway', (_code, last) => goaways.push(last));
  const closed = new Promise((resolve) => session?.once('close', resolve));
  assert.equal((await call2(it.port, { path: '/first' }, session)).status, 200);
  assert.deepEqual([(await second)?.status, (await second)?.body.toString()], [200, 'second']);
  assert.equal(goaways[0], 2 ** 31 - 1);
  await closed;
});

test('HTTP/2: the notice stands between whole frames, whatever is being answered', async (t) => {
  let isLame = false;
  const it = await serving(t, { '/echo': echo }, { lameDuck: () => isLame, admission: new Admission(2 ** 30) });
  const session = http2.connect(`http://127.0.0.1:${it.port}`);
  session.setMaxListeners(0);
  const bodies = Array.from({ length: 80 }, (_, at) => Buffer.alloc(100_000, at));
  const answers = bodies.map((body) => call2(it.port, { body }, session));
  await Promise.race(answers);
  isLame = true;
  for (const [at, answer] of (await Promise.all(answers)).entries()) assert.ok(answer.body.equals(bodies[at] ?? Buffer.alloc(0)), `${at}`);
});

test('HTTP/2: a client that does not leave is left', async (t) => {
  const clock = new FakeClock();
  const it = await serving(t, { '/echo': echo }, { clock, lameDuck: () => true });
  const session = http2.connect(`http://127.0.0.1:${it.port}`);
  session.close = () => {}; // Node's own client would leave by itself
  const told = new Promise((resolve) => session.once('goaway', resolve));
  assert.equal((await call2(it.port, { body: 'x' }, session)).status, 200);
  await told;
  assert.equal(it.listener.connections, 1);
  await clock.advance(1000);
  await clock.advance(10_000);
  await until(() => it.listener.connections === 0);
});

test('with nobody behind it a listener ends what is idle, and what is busy after its answer', async (t) => {
  const answers: (() => void)[] = [];
  const slow = routeOf(
    () =>
      new Promise((resolve) => {
        answers.push(() => resolve({ status: 200, headers: {} }));
      }),
  );
  const it = await serving(t, { '/echo': echo, '/slow': slow });
  const agent = new http.Agent({ keepAlive: true });
  t.after(() => agent.destroy());
  const idle = http2.connect(`http://127.0.0.1:${it.port}`);
  await call2(it.port, { body: 'x' }, idle);
  await call(it.port, { agent, body: 'x' });
  const busy = call(it.port, { path: '/slow', headers: { connection: 'keep-alive' } });
  await until(() => answers.length === 1 && it.listener.connections === 3);
  const withdraw = it.listener.serve(it.server);
  withdraw();
  await until(() => it.listener.connections === 1);
  assert.equal(idle.closed, true);
  answers[0]?.();
  const answer = await busy;
  assert.deepEqual([answer.status, answer.headers.connection], [200, 'close']);
  assert.equal((await call(it.port, { body: 'x' })).status, 200, 'whoever comes anew is served by the last one');
});

test('HTTP/1.1: a connection is kept for a second longer than it is said to be, for a client that speaks at the last moment', async (t) => {
  const it = await serving(t, { '/echo': echo }, { connections: { idleTimeoutMs: 1000 } });
  const socket = net.connect(it.port, '127.0.0.1');
  let said = '';
  let answeredAt = 0;
  socket.setEncoding('latin1').on('data', (text: string) => {
    said += text;
    answeredAt = performance.now();
  });
  socket.write('POST /echo HTTP/1.1\r\nhost: a\r\ncontent-length: 0\r\n\r\n');
  await new Promise((resolve) => socket.once('end', resolve));
  assert.match(said, /keep-alive: timeout=1\r\n/i);
  assert.ok(performance.now() - answeredAt > 1900);
});

test('HTTP/2: an idle session ends with a goodbye, a second late', async (t) => {
  const it = await serving(t, { '/echo': echo }, { connections: { idleTimeoutMs: 100 } });
  const session = http2.connect(`http://127.0.0.1:${it.port}`);
  const counted = new Promise((resolve) => session.once('goaway', (_code, last) => resolve(last)));
  assert.equal((await call2(it.port, { body: 'x' }, session)).status, 200);
  const answeredAt = performance.now();
  assert.equal(await counted, 2 ** 31 - 1, 'what comes just then is served');
  assert.ok(performance.now() - answeredAt > 1000);
  await until(() => it.listener.connections === 0);
});

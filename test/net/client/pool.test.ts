import assert from 'node:assert/strict';
import { createHook } from 'node:async_hooks';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { type TestContext, test } from 'node:test';
import { type Clock, systemClock } from '../../../src/core/clock.ts';
import { createHttpClient, type HttpClient, type HttpOutcome } from '../../../src/net/client/client.ts';
import { Deadlines } from '../../../src/net/client/deadlines.ts';
import { FakeClock } from '../../support/fake-clock.ts';
import { createTestHost } from '../../support/host.ts';
import { config, createUpstream, inWords, never, push } from './upstream.ts';

function createClient(t: TestContext, url: string, keys: object = {}, clock: Clock = systemClock): HttpClient {
  const client = createHttpClient(config(url, keys), createTestHost({ clock }));
  t.after(() => client.close());
  return client;
}

/** Takes connections by the rules of `talk`, which gets the number of each. */
async function createRaw(t: TestContext, talk: (socket: Socket, count: number) => void): Promise<{ url: string; count: () => number }> {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined);
    talk(socket, sockets.size);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.after(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, count: () => sockets.size }; // listening on TCP
}

const taken = 'HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n';

test('a request that waits for a connection leaves the queue when it is cancelled, and is never sent', async (t) => {
  await using upstream = await createUpstream();
  const asked = Promise.withResolvers<() => void>();
  // A SOCKS5 proxy that connects when it is told.
  const proxy = await createRaw(t, (socket) => {
    socket.once('data', () => {
      socket.write(Buffer.from([5, 0]));
      socket.once('data', () => {
        asked.resolve(() => {
          const onward = connect(upstream.port, '127.0.0.1');
          socket.write(Buffer.from([5, 0, 0, 1, 0, 0, 0, 0, 0, 0]));
          onward.on('error', () => undefined);
          socket.pipe(onward).pipe(socket);
        });
      });
    });
  });
  const client = createClient(t, 'http://pyroscope.test', { proxy_url: proxy.url.replace('http', 'socks5') });
  const outcomes: string[] = [];
  let gaveUp = false;
  const body = {
    [Symbol.asyncIterator]: () => ({
      next: () => Promise.reject(new Error('nobody is to ask')),
      async return() {
        gaveUp = true;
        return { done: true as const, value: undefined };
      },
    }),
  };
  const cancel = client.send(push({ body }), (outcome) => outcomes.push(inWords(outcome)));
  const open = await asked.promise;
  cancel();
  cancel();
  assert.deepEqual(outcomes, ['aborted']);
  open();
  assert.equal(inWords(await client.request(push({ body: Buffer.from('next') }), never)), '200');
  assert.deepEqual(
    upstream.seen.map(({ body }) => body.toString()),
    ['next'],
  );
  assert.ok(gaveUp, 'what it would have sent is told');
  assert.equal(proxy.count(), 1, 'the connection that it waited for is of use to the next');
});

test('what a server closes while it is idle costs no attempt', async (t) => {
  const idle: Socket[] = [];
  const server = await createRaw(t, (socket) => {
    socket.on('data', () => {
      socket.write(taken);
      idle.push(socket);
    });
  });
  const client = createClient(t, server.url);
  for (let round = 0; round < 10; round++) {
    const outcomes = await Promise.all(Array.from({ length: 5 }, () => client.request(push(), never)));
    assert.deepEqual(new Set(outcomes.map(inWords)), new Set(['200']));
    // Both sides are through with it once our own end is seen.
    const closing = idle.splice(0).filter((_, at) => at % 2 === 0);
    await Promise.all(closing.map((socket) => new Promise((resolve) => socket.once('close', resolve).end())));
  }
  assert.ok(server.count() <= 5 + 9 * 3, 'what was not closed is used again');
});

test('a server that closes each connection after its answer gets each request once', async (t) => {
  let requests = 0;
  const server = await createRaw(t, (socket) => {
    socket.on('data', () => {
      requests++;
      socket.end('HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 0\r\n\r\n');
    });
  });
  const client = createClient(t, server.url);
  const outcomes = await Promise.all(Array.from({ length: 60 }, () => client.request(push(), never)));
  assert.deepEqual(new Set(outcomes.map(inWords)), new Set(['200']));
  assert.equal(requests, 60);
});

test('a server that closes what it has accepted is a failure, not a loop', async (t) => {
  const server = await createRaw(t, (socket) => socket.destroy());
  const client = createClient(t, server.url);
  for (let i = 0; i < 5; i++) assert.match(inWords(await client.request(push(), never)), /^network: /);
  assert.ok(server.count() <= 10, `${server.count()} connections for five attempts`);
});

test('a connection that is too old takes no more', async (t) => {
  const fake = new FakeClock();
  const clock = { ...systemClock, monotonic: () => fake.monotonic() };
  await using upstream = await createUpstream();
  const client = createClient(t, upstream.url, { max_connection_age: '5m' }, clock);
  for (const ms of [0, 299_000, 2000, 1000]) {
    await fake.advance(ms);
    assert.equal(inWords(await client.request(push(), never)), '200');
  }
  assert.equal(upstream.connections(), 2);
});

test('a push over a warm connection begins without a promise and without a timer', async (t) => {
  await using upstream = await createUpstream((response) => response.writeHead(200, { 'Content-Length': 0 }).end());
  let timers = 0;
  const clock: Clock = {
    ...systemClock,
    after(ms, run) {
      timers++;
      return systemClock.after(ms, run);
    },
  };
  const client = createClient(t, upstream.url, { bearer_token: 't' }, clock);
  const prepared = client.prepare({ 'Content-Type': 'application/proto' });
  const send = (): Promise<HttpOutcome> =>
    new Promise((resolve) => {
      client.send(push({ headers: {}, prepared }), resolve);
    });
  await send();
  timers = 0;
  let promises = 0;
  let counts = false;
  const hook = createHook({
    init(_, type) {
      if (counts && type === 'PROMISE') promises++;
    },
  }).enable();
  const sent = new Promise<HttpOutcome>((resolve) => {
    counts = true;
    client.send(push({ headers: {}, prepared }), resolve);
    counts = false;
  });
  assert.equal(inWords(await sent), '200');
  hook.disable();
  assert.deepEqual({ promises, timers }, { promises: 0, timers: 0 });
});

test('one timer serves all deadlines, each falls due in its time, and what is over does not', async () => {
  const clock = new FakeClock();
  const deadlines = new Deadlines(clock, 1000);
  const due: string[] = [];
  const one = (name: string): { expire(): void } => ({ expire: () => void due.push(`${name} ${clock.monotonic()}`) });
  const [a, b, c] = [one('a'), one('b'), one('c')];
  deadlines.add(a);
  await clock.advance(300);
  deadlines.add(b);
  await clock.advance(300);
  deadlines.add(c);
  deadlines.add(a);
  assert.equal(clock.pending, 1);
  deadlines.delete(b);
  await clock.advance(1000);
  deadlines.add(b);
  await clock.advance(5000);
  assert.deepEqual(due, ['c 1600', 'a 1600', 'b 2600']);
  assert.equal(clock.pending, 0);
});

test('pieces that were to be sent are given up with their attempt', async (t) => {
  const server = await createRaw(t, (socket) => socket.resume());
  const client = createClient(t, server.url);
  const ended = Promise.withResolvers<void>();
  async function* pieces(): AsyncGenerator<Uint8Array> {
    try {
      for (;;) yield Buffer.alloc(65_536);
    } finally {
      ended.resolve();
    }
  }
  const outcome = client.request(push({ body: pieces(), timeoutMs: 200 }), never);
  assert.match(inWords(await outcome), /^timeout: .* 200ms$/);
  await ended.promise;
});

test('a request that is cancelled before it is written leaves the connection as it was', async (t) => {
  await using upstream = await createUpstream();
  const client = createClient(t, upstream.url);
  assert.equal(inWords(await client.request(push(), never)), '200');
  // A connection that was idle is looked at once more before it is written to.
  client.send(push({ body: Buffer.from('cancelled') }), () => undefined)();
  await new Promise((resolve) => setImmediate(resolve));
  assert.equal(inWords(await client.request(push({ body: Buffer.from('next') }), never)), '200');
  assert.deepEqual(
    upstream.seen.map(({ body }) => body.toString()),
    ['profile', 'next'],
  );
  assert.equal(upstream.connections(), 1);
});

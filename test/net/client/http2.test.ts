import assert from 'node:assert/strict';
import {
  constants,
  createSecureServer,
  type Http2Session,
  type SecureServerOptions,
  type ServerHttp2Session,
  type ServerHttp2Stream,
} from 'node:http2';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { after, before, test } from 'node:test';
import { createHttpClient, type HttpClient } from '../../../src/net/client/client.ts';
import { createTestHost } from '../../support/host.ts';
import { createHole } from '../../support/proxies.ts';
import { type Authority, type Certified, createAuthority, pemOf } from './certificates.ts';
import { config, inWords, never, push } from './upstream.ts';

let authority: Authority;
let certified: Certified;
before(() => {
  authority = createAuthority('Test Authority');
  certified = authority.issue('server');
});
after(() => authority[Symbol.dispose]());

interface Http2Upstream extends AsyncDisposable {
  readonly url: string;
  readonly port: number;
  /** Bodies that arrived whole. */
  readonly bodies: string[];
  readonly sessions: ServerHttp2Session[];
  /** Streams that may be open at once, from now on. */
  allow(maxConcurrentStreams: number): void;
}

/** Speaks HTTP/2 only. `answer` gets each stream with its body; the default is a 200. */
async function createHttp2Upstream(
  answer: (stream: ServerHttp2Stream, count: number) => void = (stream) => stream.respond({ ':status': 200 }, { endStream: true }),
  options: SecureServerOptions = {},
): Promise<Http2Upstream> {
  const bodies: string[] = [];
  const sessions: ServerHttp2Session[] = [];
  let count = 0;
  const server = createSecureServer({ ...pemOf(certified), ...options });
  let isOver = false;
  server.on('session', (session) => {
    if (isOver) session.destroy();
    sessions.push(session);
    session.on('error', () => undefined);
  });
  server.on('stream', async (stream) => {
    stream.on('error', () => undefined);
    const mine = ++count;
    let body = '';
    stream.on('data', (piece) => {
      body += piece;
    });
    stream.on('end', () => {
      if (stream.destroyed || stream.aborted) return;
      bodies.push(body);
      answer(stream, mine);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo; // listening on TCP
  return {
    url: `https://127.0.0.1:${port}`,
    port,
    bodies,
    sessions,
    allow(maxConcurrentStreams) {
      server.updateSettings({ maxConcurrentStreams });
      for (const session of sessions) session.settings({ maxConcurrentStreams });
    },
    async [Symbol.asyncDispose]() {
      isOver = true;
      for (const session of sessions) session.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** Carries the connections that `carries` says yes to, and lets the others hang. */
async function createRelay(target: number, carries: () => boolean): Promise<AsyncDisposable & { readonly port: number }> {
  const sockets = new Set<Socket>();
  const relay = createServer((socket) => {
    const pair = carries() ? [socket, connect(target, '127.0.0.1')] : [socket];
    for (const one of pair) {
      sockets.add(one);
      one.on('error', () => undefined);
    }
    if (pair[1] !== undefined) socket.pipe(pair[1]).pipe(socket);
  });
  await new Promise<void>((resolve) => relay.listen(0, '127.0.0.1', resolve));
  return {
    port: (relay.address() as AddressInfo).port, // listening on TCP
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => relay.close(resolve));
    },
  };
}

function createClient(url: string, keys: object = {}): HttpClient {
  return createHttpClient(config(url, { tls_config: { ca_file: authority.ca }, ...keys }), createTestHost());
}

/** So many numbered pushes at once; how often each outcome came. */
async function burst(client: HttpClient, count: number): Promise<string[]> {
  const sent = Array.from({ length: count }, (_, i) => client.request(push({ body: Buffer.from(`p${i}`) }), never));
  return [...new Set((await Promise.all(sent)).map(inWords))];
}

const numbered = (count: number): string[] => Array.from({ length: count }, (_, i) => `p${i}`).sort();

test('speaks HTTP/2 to whom offers it, many requests over one connection', async (t) => {
  await using upstream = await createHttp2Upstream();
  const client = createClient(upstream.url);
  t.after(() => client.close());
  assert.deepEqual(await burst(client, 30), ['200']);
  assert.deepEqual(upstream.bodies.sort(), numbered(30));
  assert.equal(upstream.sessions.length, 1);
});

test('speaks HTTP/1.1 when it is told to', async (t) => {
  await using upstream = await createHttp2Upstream(undefined, { allowHTTP1: false });
  const client = createClient(upstream.url, { enable_http2: false });
  t.after(() => client.close());
  assert.match(inWords(await client.request(push(), never)), /^network: /);
  assert.equal(upstream.sessions.length, 0);
});

test('a session whose peer is gone without a word is given up, and the next attempts get through', async (t) => {
  await using upstream = await createHttp2Upstream();
  await using hole = await createHole(upstream.port);
  const client = createClient(`https://127.0.0.1:${hole.port}`, { remote_timeout: '1s' });
  t.after(() => client.close());
  assert.deepEqual(await burst(client, 3), ['200']);
  hole.deafen();
  const started = performance.now();
  let outcome = '';
  do outcome = inWords(await client.request(push(), never));
  while (outcome !== '200' && performance.now() - started < 6000);
  assert.equal(outcome, '200');
  assert.equal(hole.accepted(), 2);
});

test('a peer that never says a word is left for a new connection', async (t) => {
  await using upstream = await createHttp2Upstream();
  await using hole = await createHole(upstream.port, 1);
  const client = createClient(`https://127.0.0.1:${hole.port}`, { remote_timeout: '500ms' });
  t.after(() => client.close());
  assert.match(
    inWords(await client.request(push(), never)),
    /^timeout: .*: no answer within 500ms, a connection is still in the TLS handshake$/,
  );
  let outcome = '';
  for (let i = 0; i < 5 && outcome !== '200'; i++) outcome = inWords(await client.request(push(), never));
  assert.equal(outcome, '200');
});

test('a GOAWAY in the middle of a burst costs nothing', async (t) => {
  await using upstream = await createHttp2Upstream((stream, count) => {
    if (count === 10) stream.session?.goaway(constants.NGHTTP2_NO_ERROR, stream.id);
    stream.respond({ ':status': 200 }, { endStream: true });
  });
  const client = createClient(upstream.url);
  t.after(() => client.close());
  assert.deepEqual(await burst(client, 40), ['200']);
  assert.deepEqual([...new Set(upstream.bodies)].sort(), numbered(40));
});

// Node's servers cannot say 0: they write the newest stream's id instead of it. So 1 is said, and that stream is the peer's to answer.
for (const [after, leave] of [
  ['left open', () => undefined],
  ['closed', (session: Http2Session | undefined) => session?.destroy()],
] as const) {
  test(`what GOAWAY disowns is sent again while the peer goes on with the rest, on a connection that is ${after} then`, async (t) => {
    const begun: ServerHttp2Stream[] = [];
    await using upstream = await createHttp2Upstream((stream) => {
      if (stream.session !== upstream.sessions[0]) {
        stream.respond({ ':status': 200 }, { endStream: true });
        // All the rest has come: the first is over now.
        const kept = begun.find(({ id }) => id === 1);
        if (new Set(upstream.bodies).size === 40 && kept?.headersSent === false) {
          kept.on('close', () => leave(kept.session));
          kept.respond({ ':status': 200 }, { endStream: true });
        }
      } else if (begun.push(stream) === 10) stream.session?.goaway(constants.NGHTTP2_NO_ERROR, 1);
    });
    const client = createClient(upstream.url);
    t.after(() => client.close());
    assert.deepEqual(await burst(client, 40), ['200']);
    assert.deepEqual([...new Set(upstream.bodies)].sort(), numbered(40));
    const kept = upstream.bodies[begun.findIndex(({ id }) => id === 1)];
    assert.equal(upstream.bodies.filter((body) => body === kept).length, 1, 'what the peer goes on with is not sent again');
  });
}

test('GOAWAY on a connection says nothing of those before it, which the peer still goes on with', async (t) => {
  const held: ServerHttp2Stream[] = [];
  const take = (stream: ServerHttp2Stream): void => stream.respond({ ':status': 200 }, { endStream: true });
  await using upstream = await createHttp2Upstream((stream) => {
    if (stream.session !== upstream.sessions[0]) {
      if (upstream.bodies.at(-1) === 'later') stream.session?.goaway(constants.NGHTTP2_NO_ERROR, stream.id);
      take(stream);
    } else if (held.push(stream) === 4) {
      stream.session?.goaway(constants.NGHTTP2_NO_ERROR, 5);
    }
  });
  const client = createClient(upstream.url);
  t.after(() => client.close());
  const first = Array.from({ length: 4 }, (_, i) => client.request(push({ body: Buffer.from(`p${i}`) }), never));
  assert.equal(inWords(await Promise.race(first)), '200', 'the one that was disowned');
  assert.equal(inWords(await client.request(push({ body: Buffer.from('later') }), never)), '200');
  for (const stream of held) if (Number(stream.id) <= 5) take(stream);
  assert.deepEqual((await Promise.all(first)).map(inWords), ['200', '200', '200', '200']);
  const disowned = upstream.bodies[held.findIndex(({ id }) => Number(id) > 5)];
  assert.deepEqual(upstream.bodies.slice(4), [disowned, 'later']);
});

test('a caller who ends a push that GOAWAY disowned ends no other that waits with it for the next connection', async (t) => {
  const ended = new AbortController();
  let streams = 0;
  let silent = false;
  await using upstream = await createHttp2Upstream((stream) => {
    if (++streams === 1) stream.respond({ ':status': 200 }, { endStream: true });
    if (streams !== 3) return;
    silent = true;
    stream.session?.goaway(constants.NGHTTP2_NO_ERROR, 1);
  });
  await using relay = await createRelay(upstream.port, () => {
    if (silent) ended.abort(new Error('enough'));
    return !silent;
  });
  const client = createClient(`https://127.0.0.1:${relay.port}`, { remote_timeout: '1s' });
  t.after(() => client.close());
  assert.equal(inWords(await client.request(push(), never)), '200');
  const outcomes = await Promise.all([client.request(push(), ended.signal), client.request(push(), never)]);
  assert.equal(outcomes.map(inWords)[0], 'aborted');
  assert.match(inWords(outcomes[1]), /^timeout: /);
});

test('connections that are all closed with GOAWAY for a while cost no attempt', async (t) => {
  let refusals = 0;
  await using upstream = await createHttp2Upstream((stream) => stream.respond({ ':status': 200 }, { endStream: true }));
  const client = createClient(upstream.url);
  t.after(() => client.close());
  const refuse = setInterval(() => {
    for (const session of upstream.sessions) if (!session.closed && refusals++ < 5) session.goaway(constants.NGHTTP2_NO_ERROR, 0);
  }, 1);
  assert.deepEqual(await burst(client, 20), ['200']);
  clearInterval(refuse);
});

test('GOAWAY with an error fails what the peer may have looked at, and sends the rest again', async (t) => {
  await using upstream = await createHttp2Upstream((stream, count) => {
    if (count === 1) stream.respond({ ':status': 200 }, { endStream: true });
    else if (stream.session !== upstream.sessions[0]) stream.respond({ ':status': 200 }, { endStream: true });
    else if (count === 5) stream.session?.goaway(constants.NGHTTP2_ENHANCE_YOUR_CALM, 5);
  });
  const client = createClient(upstream.url);
  t.after(() => client.close());
  assert.deepEqual(await burst(client, 1), ['200']);
  const sent = Array.from({ length: 4 }, (_, i) => client.request(push({ body: Buffer.from(`q${i}`) }), never));
  const outcomes = (await Promise.all(sent)).map(inWords).map((words) => words.split(':', 1).join());
  assert.deepEqual(outcomes, ['network', 'network', '200', '200']);
  assert.deepEqual(upstream.bodies.slice(5).sort(), ['q2', 'q3']);
});

test('a body in pieces whose stream was refused is not sent a second time', async (t) => {
  let streams = 0;
  await using upstream = await createHttp2Upstream((stream) => {
    streams++;
    stream.close(constants.NGHTTP2_REFUSED_STREAM);
  });
  const client = createClient(upstream.url);
  t.after(() => client.close());
  const body = (async function* () {
    yield Buffer.from('one');
  })();
  assert.match(inWords(await client.request(push({ body }), never)), /^network: .*would not look at the request/);
  assert.equal(streams, 1);
});

test('what cannot be put on the wire is a failure of the request, and leaves its session', async (t) => {
  await using upstream = await createHttp2Upstream();
  const client = createClient(upstream.url);
  t.after(() => client.close());
  assert.deepEqual(await burst(client, 1), ['200']);
  const at = `unsendable: 127.0.0.1:${upstream.port}: invalid`;
  assert.equal(inWords(await client.request(push({ headers: { 'x-bad': 'a\r\nb: c' } }), never)), `${at} x-bad header`);
  assert.equal(inWords(await client.request(push({ query: 'a b' }), never)), `${at} request path`);
  assert.deepEqual(await burst(client, 1), ['200']);
  assert.equal(upstream.sessions.length, 1);
});

test('a stream that is refused again and again is the same attempt', async (t) => {
  await using upstream = await createHttp2Upstream((stream, count) => {
    if (count <= 4) stream.close(constants.NGHTTP2_REFUSED_STREAM);
    else stream.respond({ ':status': 200 }, { endStream: true });
  });
  const client = createClient(upstream.url);
  t.after(() => client.close());
  assert.equal(inWords(await client.request(push(), never)), '200');
});

test('a stream that is reset otherwise is a failure', async (t) => {
  await using upstream = await createHttp2Upstream((stream) => stream.close(constants.NGHTTP2_INTERNAL_ERROR));
  const client = createClient(upstream.url);
  t.after(() => client.close());
  assert.match(inWords(await client.request(push(), never)), /^network: 127.0.0.1:\d+: .*INTERNAL_ERROR/);
});

test('a peer that allows one stream gets one at a time on each connection', async (t) => {
  await using upstream = await createHttp2Upstream(undefined, { settings: { maxConcurrentStreams: 1 } });
  const client = createClient(upstream.url);
  t.after(() => client.close());
  assert.deepEqual(await burst(client, 50), ['200']);
  assert.deepEqual(upstream.bodies.sort(), numbered(50));
});

test('a peer that allows no stream for a while is waited for', async (t) => {
  await using upstream = await createHttp2Upstream(undefined, { settings: { maxConcurrentStreams: 0 } });
  const client = createClient(upstream.url);
  t.after(() => client.close());
  const outcomes = burst(client, 50);
  await new Promise((resolve) => setTimeout(resolve, 300));
  assert.equal(upstream.bodies.length, 0);
  upstream.allow(100);
  assert.deepEqual(await outcomes, ['200']);
  assert.deepEqual(upstream.bodies.sort(), numbered(50));
});

test('informational answers, before and after the body has come, are not the answer', async (t) => {
  await using upstream = await createHttp2Upstream((stream) => {
    for (const status of [100, 102, 103, 100]) stream.additionalHeaders({ ':status': status });
    stream.respond({ ':status': 422 });
    stream.end('no');
  });
  const client = createClient(upstream.url);
  t.after(() => client.close());
  assert.deepEqual(await burst(client, 3), ['422 no']);
  assert.deepEqual(upstream.bodies.sort(), numbered(3));
});

test('an attempt that times out leaves its session to the others', async (t) => {
  await using upstream = await createHttp2Upstream((stream, count) => {
    if (count > 1) stream.respond({ ':status': 200 }, { endStream: true });
  });
  const client = createClient(upstream.url, { remote_timeout: '1s' });
  t.after(() => client.close());
  assert.match(inWords(await client.request(push(), never)), /^timeout: /);
  assert.deepEqual(await burst(client, 3), ['200']);
  assert.equal(upstream.sessions.length, 1);
});

import assert from 'node:assert/strict';
import { constants, createSecureServer, type SecureServerOptions, type ServerHttp2Session, type ServerHttp2Stream } from 'node:http2';
import type { AddressInfo } from 'node:net';
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
  server.on('session', (session) => {
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
      for (const session of sessions) session.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

function createClient(url: string, keys: object = {}): HttpClient {
  return createHttpClient(config(url, { tls_config: { ca_file: authority.ca }, ...keys }), createTestHost());
}

/** So many numbered pushes at once; how often each outcome came. */
async function burst(client: HttpClient, count: number): Promise<string[]> {
  const sent = Array.from({ length: count }, (_, i) => client.send(push({ body: Buffer.from(`p${i}`) }), never));
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
  assert.match(inWords(await client.send(push(), never)), /^network: /);
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
  do outcome = inWords(await client.send(push(), never));
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
    inWords(await client.send(push(), never)),
    /^timeout: .*: no answer within 500ms, a connection is still in the TLS handshake$/,
  );
  let outcome = '';
  for (let i = 0; i < 5 && outcome !== '200'; i++) outcome = inWords(await client.send(push(), never));
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

test('a stream that is refused again and again is the same attempt', async (t) => {
  await using upstream = await createHttp2Upstream((stream, count) => {
    if (count <= 4) stream.close(constants.NGHTTP2_REFUSED_STREAM);
    else stream.respond({ ':status': 200 }, { endStream: true });
  });
  const client = createClient(upstream.url);
  t.after(() => client.close());
  assert.equal(inWords(await client.send(push(), never)), '200');
});

test('a stream that is reset otherwise is a failure', async (t) => {
  await using upstream = await createHttp2Upstream((stream) => stream.close(constants.NGHTTP2_INTERNAL_ERROR));
  const client = createClient(upstream.url);
  t.after(() => client.close());
  assert.match(inWords(await client.send(push(), never)), /^network: 127.0.0.1:\d+: .*INTERNAL_ERROR/);
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

test('an attempt that times out leaves its session to the others', async (t) => {
  await using upstream = await createHttp2Upstream((stream, count) => {
    if (count > 1) stream.respond({ ':status': 200 }, { endStream: true });
  });
  const client = createClient(upstream.url, { remote_timeout: '1s' });
  t.after(() => client.close());
  assert.match(inWords(await client.send(push(), never)), /^timeout: /);
  assert.deepEqual(await burst(client, 3), ['200']);
  assert.equal(upstream.sessions.length, 1);
});

import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { createHttpClient } from '../../../src/net/client/client.ts';
import { createTestHost } from '../../support/host.ts';
import { config, createUpstream, inWords, never, push, values } from './upstream.ts';

const host = createTestHost();

test('sends path, query, headers and body as they are', async (t) => {
  await using upstream = await createUpstream();
  const client = createHttpClient(config(`${upstream.url}/pyro//`), host);
  t.after(() => client.close());
  const outcome = await client.request(push({ query: "name=a{x='1'}&from=%41", headers: { 'content-type': ['one', 'two'] } }), never);
  assert.equal(inWords(outcome), '200');
  const [seen] = upstream.seen;
  assert.equal(seen?.method, 'POST');
  assert.equal(seen?.path, "/pyro/ingest?name=a{x='1'}&from=%41");
  assert.deepEqual(values(seen, 'content-type'), ['one', 'two']);
  assert.deepEqual(values(seen, 'content-length'), ['7']);
  assert.equal(seen?.body.toString(), 'profile');
});

test('cleans a path as a whole when asked to, and leaves any other as it is written', async (t) => {
  await using upstream = await createUpstream();
  const client = createHttpClient(config(`${upstream.url}//x//y`), host);
  t.after(() => client.close());
  await client.request({ ...push({ query: 'a=//' }), clean: true }, never);
  await client.request(push(), never);
  assert.deepEqual(
    upstream.seen.map(({ path }) => path),
    ['/x/y/ingest?a=//', '//x//y/ingest?name=app'],
  );
});

test("the record's own headers replace those of headers, http_headers are added to both", async (t) => {
  await using upstream = await createUpstream();
  const client = createHttpClient(
    config(upstream.url, {
      headers: { 'Content-Type': 'mine', 'X-Both': 'a', 'User-Agent': 'mine/1', Host: 'virtual.test', 'Content-Length': '1' },
      http_headers: { 'X-Both': ['b', 'c'] },
    }),
    host,
  );
  t.after(() => client.close());
  await client.request(push(), never);
  const [seen] = upstream.seen;
  assert.deepEqual(values(seen, 'content-type'), ['application/proto']);
  assert.deepEqual(values(seen, 'x-both'), ['a', 'b', 'c']);
  assert.deepEqual(values(seen, 'user-agent'), ['mine/1']);
  assert.deepEqual(values(seen, 'host'), ['virtual.test']);
});

test('names itself where nobody else does', async (t) => {
  await using upstream = await createUpstream();
  const client = createHttpClient(config(upstream.url), host);
  t.after(() => client.close());
  await client.request(push(), never);
  assert.match(values(upstream.seen[0], 'user-agent').join(), /^Flamegate\/\S+ \(.+\)$/);
});

test('tells the facts of an answer', async (t) => {
  await using upstream = await createUpstream((response) => {
    response.writeHead(503, { 'Content-Type': 'Application/JSON; charset=utf-8', 'Retry-After': '7', 'Content-Encoding': 'gzip' });
    response.end(gzipSync(`{"code":"unavailable"}${'é'.repeat(5000)}`));
  });
  const client = createHttpClient(config(upstream.url), host);
  t.after(() => client.close());
  const outcome = await client.request(push(), never);
  assert.equal(outcome.kind, 'response');
  if (outcome.kind !== 'response') return;
  assert.equal(outcome.status, 503);
  assert.equal(outcome.contentType, 'application/json');
  assert.equal(outcome.retryAfter, '7');
  assert.match(outcome.text, /^\{"code":"unavailable"\}é+$/);
  assert.ok(Buffer.byteLength(outcome.text) <= 2048);
});

test('uses its connection again, also after error answers', async (t) => {
  let hits = 0;
  await using upstream = await createUpstream((response) => {
    response.writeHead(hits++ % 2 === 0 ? 200 : 400);
    response.end('x'.repeat(5120));
  });
  const client = createHttpClient(config(upstream.url), host);
  t.after(() => client.close());
  for (let i = 0; i < 6; i++) await client.request(push(), never);
  // A second one where the next request came before undici had put the first back.
  assert.ok(upstream.connections() <= 2);
});

test('many requests at once do not wait for each other', async (t) => {
  const held: (() => void)[] = [];
  await using upstream = await createUpstream((response) => {
    held.push(() => response.end());
    if (held.length === 40) for (const answer of held) answer();
  });
  const client = createHttpClient(config(upstream.url), host);
  t.after(() => client.close());
  const outcomes = await Promise.all(Array.from({ length: 40 }, () => client.request(push(), never)));
  assert.deepEqual(new Set(outcomes.map(inWords)), new Set(['200']));
});

test('the caller can end an attempt', async (t) => {
  const stop = new AbortController();
  await using upstream = await createUpstream(() => stop.abort());
  const client = createHttpClient(config(upstream.url), host);
  t.after(() => client.close());
  assert.equal(inWords(await client.request(push(), stop.signal)), 'aborted');
  assert.equal(inWords(await client.request(push(), stop.signal)), 'aborted');
  assert.equal(upstream.seen.length, 1);
});

test('speaks to addresses of either family', async (t) => {
  const server = createServer((_, response) => response.end('six'));
  const listening = await new Promise<boolean>((resolve) => {
    server.once('error', () => resolve(false));
    server.listen(0, '::1', () => resolve(true));
  });
  if (!listening) return t.skip('this machine has no IPv6');
  const { port } = server.address() as AddressInfo; // listening on TCP
  const client = createHttpClient(config(`http://[::1]:${port}`), host);
  const outcome = inWords(await client.request(push(), never));
  await client.close();
  server.close();
  assert.equal(outcome, '200 six');
});

test('send() tells once, in a later turn, and what is cancelled is told so', async (t) => {
  await using upstream = await createUpstream();
  const client = createHttpClient(config(upstream.url), host);
  t.after(() => client.close());
  const told: string[] = [];
  let returned = false;
  await new Promise<void>((resolve) => {
    const cancel = client.send(push(), (outcome) => {
      assert.ok(returned);
      told.push(inWords(outcome));
      cancel();
      resolve();
    });
    returned = true;
  });
  await new Promise<void>((resolve) => {
    client.send(push(), (outcome) => {
      told.push(inWords(outcome));
      resolve();
    })();
  });
  assert.deepEqual(told, ['200', 'aborted']);
});

test('headers that were prepared go out with more of their own, and a GET reads what it asks for', async (t) => {
  await using upstream = await createUpstream((response) => response.end('x'.repeat(100_000)));
  const client = createHttpClient(config(upstream.url, { headers: { 'X-Both': 'a' }, http_headers: { 'X-Both': ['b'] } }), host);
  t.after(() => client.close());
  const prepared = client.prepare({ 'Content-Type': 'application/proto' });
  await client.request(push({ headers: {}, prepared, extra: ['traceparent', '00-1'] }), never);
  const got = await client.request(push({ method: 'GET', body: new Uint8Array(), headers: {}, maxBodyBytes: 90_000 }), never);
  assert.equal(got.kind === 'response' && got.body.byteLength, 90_000);
  const [posted, asked] = upstream.seen;
  assert.deepEqual(values(posted, 'x-both'), ['a', 'b']);
  assert.deepEqual(values(posted, 'content-type'), ['application/proto']);
  assert.deepEqual(values(posted, 'traceparent'), ['00-1']);
  assert.equal(asked?.method, 'GET');
  assert.deepEqual(values(asked, 'content-length'), []);
});

test('what cannot be put on the wire is told in a later turn, and says so', async (t) => {
  await using upstream = await createUpstream();
  const client = createHttpClient(config(upstream.url), host);
  t.after(() => client.close());
  await client.request(push(), never);
  let returned = false;
  const told = new Promise<string>((resolve) => {
    client.send(push({ headers: { 'x-bad': 'a\nb' } }), (outcome) => resolve(`${returned} ${inWords(outcome)}`));
    returned = true;
  });
  assert.equal(await told, `true unsendable: 127.0.0.1:${upstream.port}: invalid x-bad header`);
  assert.equal(inWords(await client.request(push(), never)), '200');
  assert.equal(upstream.connections(), 1, 'the connection is as good as before');
});

import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import type { ServerResponse } from 'node:http';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { test } from 'node:test';
import { systemClock } from '../../../src/core/clock.ts';
import { createHttpClient } from '../../../src/net/client/client.ts';
import { FakeClock } from '../../support/fake-clock.ts';
import { createTestHost } from '../../support/host.ts';
import { config, createUpstream, inWords, never, push, type Seen, type Upstream, values } from './upstream.ts';

const host = createTestHost();

/** Numbers its tokens: t1, t2, ... */
function createTokenServer(fields: object = { expires_in: 3600 }): Promise<Upstream> {
  let count = 0;
  return createUpstream((response) => giveToken(response, `t${++count}`, fields));
}

function giveToken(response: ServerResponse, token: string, fields: object = {}): void {
  response.setHeader('Content-Type', 'application/json');
  response.end(JSON.stringify({ access_token: token, token_type: 'Bearer', ...fields }));
}

const oauth2 = (server: Upstream, more: object = {}): object => ({
  oauth2: { client_id: 'me', client_secret: 'a b', token_url: `${server.url}/token`, ...more },
});

const tokens = (upstream: Upstream): string[] => upstream.seen.flatMap((seen) => values(seen, 'authorization'));
const credentials = (seen: Seen | undefined): string =>
  Buffer.from(values(seen, 'authorization').join().replace('Basic ', ''), 'base64').toString();

test('asks for a token with id, secret, scopes and parameters, and sends it instead of any other Authorization', async (t) => {
  await using server = await createTokenServer();
  await using upstream = await createUpstream();
  const keys = { ...oauth2(server, { scopes: ['A', 'B'], endpoint_params: { hi: 'hello' } }), headers: { Authorization: 'Custom abc' } };
  const client = createHttpClient(config(upstream.url, keys), host);
  t.after(() => client.close());
  await client.request(push(), never);
  assert.deepEqual(tokens(upstream), ['Bearer t1']);
  const [asked] = server.seen;
  assert.equal(asked?.path, '/token');
  assert.equal(credentials(asked), 'me:a+b');
  assert.deepEqual(values(asked, 'content-type'), ['application/x-www-form-urlencoded']);
  assert.match(values(asked, 'user-agent').join(), /^Flamegate/);
  assert.deepEqual(Object.fromEntries(new URLSearchParams(asked?.body.toString())), {
    grant_type: 'client_credentials',
    scope: 'A B',
    hi: 'hello',
  });
});

test('one token serves many requests, and many at once ask for one', async (t) => {
  await using server = await createTokenServer();
  await using upstream = await createUpstream();
  const client = createHttpClient(config(upstream.url, oauth2(server)), host);
  t.after(() => client.close());
  await Promise.all(Array.from({ length: 5 }, () => client.request(push(), never)));
  await client.request(push(), never);
  assert.equal(server.seen.length, 1);
  assert.deepEqual(new Set(tokens(upstream)), new Set(['Bearer t1']));
});

test('a token is renewed shortly before it ends', async (t) => {
  const fake = new FakeClock();
  // Only the monotonic clock is ours: what is on the network takes its own time.
  const clock = { ...systemClock, monotonic: () => fake.monotonic() };
  await using server = await createTokenServer({ expires_in: 60 });
  await using upstream = await createUpstream();
  const client = createHttpClient(config(upstream.url, oauth2(server)), createTestHost({ clock }));
  t.after(() => client.close());
  for (const ms of [0, 53_000, 2000]) {
    await fake.advance(ms);
    await client.request(push(), never);
  }
  assert.deepEqual(tokens(upstream), ['Bearer t1', 'Bearer t1', 'Bearer t2']);
});

test('a secret file that changes brings a new token', async (t) => {
  const directory = await mkdtemp(path.join(tmpdir(), 'flamegate-oauth2-'));
  t.after(() => rm(directory, { recursive: true }));
  const file = path.join(directory, 'secret');
  await using server = await createTokenServer();
  await using upstream = await createUpstream();
  const client = createHttpClient(config(upstream.url, oauth2(server, { client_secret: undefined, client_secret_file: file })), host);
  t.after(() => client.close());
  for (const secret of ['one\n', 'one\n', 'two\n']) {
    await writeFile(file, secret);
    await client.request(push(), never);
  }
  assert.deepEqual(tokens(upstream), ['Bearer t1', 'Bearer t1', 'Bearer t2']);
  assert.deepEqual(server.seen.map(credentials), ['me:one', 'me:two']);
});

test('a token that the endpoint refuses is not used again', async (t) => {
  await using server = await createTokenServer();
  await using upstream = await createUpstream((response, seen) => {
    response.writeHead(values(seen, 'authorization').join() === 'Bearer t1' ? 401 : 200).end();
  });
  const client = createHttpClient(config(upstream.url, oauth2(server)), host);
  t.after(() => client.close());
  assert.equal(inWords(await client.request(push(), never)), '401');
  assert.equal(inWords(await client.request(push(), never)), '200');
});

test('a server that wants the secret in the body gets it there, from then on at once', async (t) => {
  let count = 0;
  await using server = await createUpstream((response, seen) => {
    if (values(seen, 'authorization').length === 0) return giveToken(response, `t${++count}`, { expires_in: 0 });
    response.writeHead(401, { 'Content-Type': 'application/json' }).end('{"error":"invalid_client"}');
  });
  await using upstream = await createUpstream();
  const client = createHttpClient(config(upstream.url, oauth2(server)), host);
  t.after(() => client.close());
  await client.request(push(), never);
  await client.request(push(), never);
  assert.deepEqual(tokens(upstream), ['Bearer t1', 'Bearer t2']);
  assert.equal(server.seen.length, 3);
  assert.equal(new URLSearchParams(server.seen[1]?.body.toString()).get('client_secret'), 'a b');
});

const refusals: readonly [string, (response: ServerResponse) => void, RegExp][] = [
  [
    'refuses with a reason',
    (response) =>
      response.writeHead(400, { 'Content-Type': 'application/json' }).end('{"error":"invalid_scope","error_description":"no A"}'),
    /: 400 invalid_scope no A$/,
  ],
  ['refuses with a challenge', (response) => response.writeHead(401, { 'WWW-Authenticate': 'Basic realm="x"' }).end(), /: it answers 401$/],
  [
    'answers with a web page',
    (response) => response.writeHead(200, { 'Content-Type': 'text/html' }).end('<html>'),
    /: what it answers is no token, /,
  ],
  ['closes the connection', (response) => response.destroy(), /: the connection was lost before an answer came/],
];

for (const [what, answer, reason] of refusals) {
  test(`a token server that ${what} is a failure of credentials`, async (t) => {
    await using server = await createUpstream(answer);
    await using upstream = await createUpstream();
    const client = createHttpClient(config(upstream.url, oauth2(server)), host);
    t.after(() => client.close());
    const words = inWords(await client.request(push(), never));
    assert.match(words, new RegExp(`^credentials: oauth2: no token from 127.0.0.1:${server.port}: `));
    assert.match(words, reason);
    assert.doesNotMatch(words, /a b|a\+b/);
    assert.equal(upstream.seen.length, 0);
  });
}

test('a token server that stalls costs an attempt its time and no more', async (t) => {
  await using server = await createUpstream(() => undefined);
  await using upstream = await createUpstream();
  const client = createHttpClient(config(upstream.url, { ...oauth2(server), remote_timeout: '200ms' }), host);
  t.after(() => client.close());
  assert.match(
    inWords(await client.request(push(), never)),
    /^credentials: oauth2: (no token from )?127.0.0.1:\d+(: no answer within 200ms| has sent no token yet)$/,
  );
});

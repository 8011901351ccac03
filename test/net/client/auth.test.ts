import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { test } from 'node:test';
import { createHttpClient } from '../../../src/net/client/client.ts';
import { createTestHost } from '../../support/host.ts';
import { config, createUpstream, inWords, never, push, values } from './upstream.ts';

const host = createTestHost();

/** The Authorization that goes out with these keys. */
async function authorization(keys: object, userInfo = ''): Promise<string[]> {
  await using upstream = await createUpstream();
  const client = createHttpClient(config(upstream.url.replace('//', `//${userInfo}`), keys), host);
  await client.request(push(), never);
  await client.close();
  return values(upstream.seen[0], 'authorization');
}

const basic = (text: string): string => `Basic ${Buffer.from(text).toString('base64')}`;

const ways: readonly [string, object, string, readonly string[]][] = [
  ['nothing', {}, '', []],
  ['basic_auth', { basic_auth: { username: 'arthur', password: '42' } }, '', [basic('arthur:42')]],
  [
    'basic_auth with a password that a line end follows',
    { basic_auth: { username: 'arthur', password: '42\r\n' } },
    '',
    [basic('arthur:42')],
  ],
  ['basic_auth without a password', { basic_auth: { username: 'user' } }, '', [basic('user:')]],
  ['basic_auth without a name', { basic_auth: { password: 'secret' } }, '', [basic(':secret')]],
  ['an authorization', { authorization: { credentials: 'theToken' } }, '', ['Bearer theToken']],
  ['an authorization of another type', { authorization: { type: '  Digest  ', credentials: 'x y' } }, '', ['Digest x y']],
  ['an authorization without credentials', { authorization: { type: 'APIKEY' } }, '', ['APIKEY']],
  ['a bearer_token', { bearer_token: 't' }, '', ['Bearer t']],
  ['user-info in the URL, decoded', {}, 'bob:s%40cret@', [basic('bob:s@cret')]],
  ['user-info, which beats a token', { bearer_token: 't' }, 'bob:x@', [basic('bob:x')]],
  ['headers, which beat everything', { bearer_token: 't', headers: { authorization: 'Custom abc' } }, 'bob:x@', ['Custom abc']],
];

for (const [what, keys, userInfo, expected] of ways) {
  test(`proves who we are with ${what}`, async () => assert.deepEqual(await authorization(keys, userInfo), expected));
}

test('a secret file is trimmed, and read again when it changes; while it is missing an attempt fails without a request', async () => {
  const directory = await mkdtemp(path.join(tmpdir(), 'flamegate-auth-'));
  const file = path.join(directory, 'token');
  await using upstream = await createUpstream();
  const client = createHttpClient(config(upstream.url, { bearer_token_file: file }), host);
  assert.equal(
    inWords(await client.request(push(), never)),
    `credentials: unable to read authorization credentials: unable to read file ${file}: ENOENT`,
  );
  assert.equal(upstream.seen.length, 0);
  for (const text of ['  first\n', 'other1', 'other2']) {
    await writeFile(file, text);
    await client.request(push(), never);
  }
  await client.close();
  await rm(directory, { recursive: true });
  assert.deepEqual(
    upstream.seen.map((seen) => values(seen, 'authorization')),
    [['Bearer first'], ['Bearer other1'], ['Bearer other2']],
  );
});

for (const [keys, complaint] of [
  [{ basic_auth: { password_file: '/nope' } }, 'unable to read basic auth password'],
  [{ authorization: { credentials_file: '/nope' } }, 'unable to read authorization credentials'],
  [{ oauth2: { client_id: '1', client_secret_file: '/nope', token_url: 'http://127.0.0.1:1/' } }, 'unable to read oauth2 client secret'],
] as const) {
  test(`says ${complaint}`, async () => {
    await using upstream = await createUpstream();
    const client = createHttpClient(config(upstream.url, keys), host);
    assert.equal(inWords(await client.request(push(), never)), `credentials: ${complaint}: unable to read file /nope: ENOENT`);
    await client.close();
    assert.equal(upstream.seen.length, 0);
  });
}

test('a secret file that no header can carry is a failure of credentials, which does not repeat it', async (t) => {
  const directory = await mkdtemp(path.join(tmpdir(), 'flamegate-auth-'));
  t.after(() => rm(directory, { recursive: true }));
  const file = path.join(directory, 'token');
  await writeFile(file, 'hunter2\r\nX-Evil: 1\n');
  await using upstream = await createUpstream();
  const client = createHttpClient(config(upstream.url, { bearer_token_file: file }), host);
  t.after(() => client.close());
  const words = inWords(await client.request(push(), never));
  assert.match(words, /^credentials: unable to read authorization credentials: .*found a line end in it$/);
  assert.doesNotMatch(words, /hunter2|Evil/);
  assert.equal(upstream.seen.length, 0);
});

test('an Authorization of headers needs no file', async () => {
  assert.deepEqual(await authorization({ bearer_token_file: '/nope', headers: { Authorization: 'x' } }), ['x']);
});

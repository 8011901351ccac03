import assert from 'node:assert/strict';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { test } from 'node:test';
import { Secret } from '../../../src/core/secret.ts';
import { createHttpClient } from '../../../src/net/client/client.ts';
import { createTestHost } from '../../support/host.ts';
import { createAuthority, pemOf } from './certificates.ts';
import { config, createUpstream, inWords, never, push, type Upstream, values } from './upstream.ts';

const host = createTestHost();

/** Sends every first request on. */
function redirecting(status: number, location: (seenPath: string) => string): Promise<Upstream> {
  return createUpstream((response, seen) => {
    if (seen.path.startsWith('/elsewhere')) return void response.end('there');
    response.writeHead(status, { Location: location(seen.path) }).end('moved');
  });
}

async function send(url: string, keys: object = {}): Promise<string> {
  const client = createHttpClient(config(url, keys), host);
  const outcome = await client.request(push(), never);
  await client.close();
  return inWords(outcome);
}

for (const status of [301, 302, 307, 308]) {
  test(`follows ${status} with method, body and credentials on the same host`, async () => {
    await using upstream = await redirecting(status, () => '/elsewhere?a=b');
    assert.equal(await send(upstream.url, { bearer_token: 't' }), '200 there');
    const [first, second] = upstream.seen;
    assert.equal(`${first?.method} ${first?.path}`, 'POST /ingest?name=app');
    assert.equal(`${second?.method} ${second?.path} ${second?.body}`, 'POST /elsewhere?a=b profile');
    assert.deepEqual(values(second, 'authorization'), ['Bearer t']);
    assert.deepEqual(values(second, 'content-type'), ['application/proto']);
  });
}

for (const status of [300, 303, 304]) {
  test(`a ${status} stands as it is`, async () => {
    await using upstream = await redirecting(status, () => '/elsewhere');
    assert.match(await send(upstream.url), new RegExp(`^${status}`));
    assert.equal(upstream.seen.length, 1);
  });
}

test('follows nothing when it may not', async () => {
  await using upstream = await redirecting(307, () => '/elsewhere');
  assert.equal(await send(upstream.url, { follow_redirects: false }), '307 moved');
});

test('a Location that leads nowhere is an answer', async () => {
  await using upstream = await redirecting(307, () => 'mailto:root@localhost');
  assert.equal(await send(upstream.url), '307 moved');
});

test('ends a loop after ten', async () => {
  await using upstream = await redirecting(307, (path) => path);
  assert.equal(await send(upstream.url), '307 moved');
  assert.equal(upstream.seen.length, 11);
});

test('another port of the same host name gets the credentials', async () => {
  await using target = await createUpstream();
  await using upstream = await redirecting(307, () => `${target.url}/elsewhere`);
  assert.equal(await send(upstream.url, { bearer_token: 't', headers: { Host: 'virtual.test' } }), '200');
  assert.deepEqual(values(target.seen[0], 'authorization'), ['Bearer t']);
  assert.deepEqual(values(target.seen[0], 'host'), [`127.0.0.1:${target.port}`]);
});

test('no secret and no tenant reaches another host name, also not when the chain leads back', async () => {
  await using upstream = await createUpstream((response, seen) => {
    if (seen.path === '/back') return void response.end('back');
    response.writeHead(307, { Location: `http://localhost:${relay.port}/relay` }).end();
  });
  await using relay = await createUpstream((response) => response.writeHead(308, { Location: `${upstream.url}/back` }).end());
  const client = createHttpClient(
    config(upstream.url, {
      bearer_token: 't',
      headers: {
        'X-Plain': '1',
        'X-Both': '1',
        'X-Scope-OrgID': 'squad-1',
        'X-Api-Key': 'k',
        'X-Region': new Secret('r'),
        Cookie: 'c',
        Host: 'virtual.test',
      },
      http_headers: { 'X-Secret': ['s'], 'X-Both': ['s'] },
    }),
    host,
  );
  const headers = { 'content-type': 'application/proto', 'x-team': 'squad-2', 'x-alloy-id': 'uid', traceparent: '00-1' };
  assert.equal(inWords(await client.request(push({ headers }), never)), '200 back');
  await client.close();
  for (const seen of [relay.seen[0], upstream.seen[1]]) {
    const names = seen?.headers.map(([name]) => name).filter((name) => name !== 'connection' && name !== 'content-length');
    assert.deepEqual(names?.sort(), ['content-type', 'host', 'traceparent', 'user-agent', 'x-alloy-id', 'x-plain']);
  }
  assert.deepEqual(values(relay.seen[0], 'host'), [`localhost:${relay.port}`]);
});

test('a Location without a host stays on the host, whatever the paths look like', async () => {
  for (const [url, location, path] of [
    ['//elsewhere.test/x', '/elsewhere', '/elsewhere'],
    ['/a', '/\\elsewhere.test/elsewhere', '/%5Celsewhere.test/elsewhere'],
  ] as const) {
    await using upstream = await createUpstream((response, seen) => {
      if (seen.path.endsWith('elsewhere')) return void response.end('there');
      response.writeHead(307, { Location: location }).end();
    });
    assert.equal(await send(`${upstream.url}${url}`), '200 there');
    assert.equal(upstream.seen[1]?.path, path);
  }
});

test('nothing that was encrypted goes on in the clear with its secrets', async (t) => {
  const authority = createAuthority('Test Authority');
  t.after(() => authority[Symbol.dispose]());
  await using target = await createUpstream();
  const server = createServer(pemOf(authority.issue('server')), (_, response) =>
    response.writeHead(307, { Location: `http://127.0.0.1:${target.port}/elsewhere` }).end(),
  );
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.after(() => server.close());
  const { port } = server.address() as AddressInfo; // listening on TCP
  const keys = { bearer_token: 't', headers: { 'X-Scope-OrgID': 'squad-1' }, tls_config: { ca_file: authority.ca } };
  assert.equal(await send(`https://127.0.0.1:${port}`, keys), '200');
  assert.deepEqual(values(target.seen[0], 'authorization'), []);
  assert.deepEqual(values(target.seen[0], 'x-scope-orgid'), []);
});

test('a redirect whose body does not end is the answer when time is over', async () => {
  await using upstream = await createUpstream((response) => {
    response.writeHead(307, { Location: '/elsewhere', 'Content-Length': 10 }).write('mov');
  });
  assert.equal(await send(upstream.url, { remote_timeout: '200ms' }), '307 mov');
  assert.equal(upstream.seen.length, 1);
});

import assert from 'node:assert/strict';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { after, before, test } from 'node:test';
import { createHttpClient } from '../../../src/net/client/client.ts';
import { createGrpcClient } from '../../../src/net/client/grpc.ts';
import { proxyChooser } from '../../../src/net/client/proxy.ts';
import { createTestHost } from '../../support/host.ts';
import { createForwardProxy, createSocksProxy } from '../../support/proxies.ts';
import { type Authority, createAuthority, pemOf } from './certificates.ts';
import { createGrpcUpstream } from './grpc-upstream.ts';
import { config, createUpstream, inWords, never, push, values } from './upstream.ts';

const host = createTestHost();
let authority: Authority;
before(() => {
  authority = createAuthority('Test Authority');
});
after(() => authority[Symbol.dispose]());

async function send(url: string, keys: object): Promise<string> {
  const client = createHttpClient(config(url, keys), host);
  const outcome = await client.request(push(), never);
  await client.close();
  return inWords(outcome);
}

async function createTlsUpstream(names?: string): Promise<{ port: number } & AsyncDisposable> {
  const server = createServer(pemOf(authority.issue('server', names === undefined ? {} : { names })), (_, response) =>
    response.end('secure'),
  );
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo; // listening on TCP
  return {
    port,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

test('a cleartext request goes to the proxy as a whole URL, with its own host', async () => {
  await using upstream = await createUpstream();
  await using proxy = await createForwardProxy({ targetPort: upstream.port });
  const withUser = proxy.url.replace('//', '//me:pass@');
  assert.equal(await send('http://pyroscope.test/pyro', { proxy_url: withUser, proxy_connect_header: { 'X-Tunnel': ['no'] } }), '200');
  assert.deepEqual(proxy.seen, ['POST http://pyroscope.test/pyro/ingest?name=app']);
  const [head] = proxy.heads;
  assert.equal(head?.headers.host, 'pyroscope.test');
  assert.equal(head?.headers['proxy-authorization'], `Basic ${Buffer.from('me:pass').toString('base64')}`);
  assert.equal(head?.headers['x-tunnel'], undefined);
  assert.equal(upstream.seen[0]?.body.toString(), 'profile');
});

test('TLS goes through a tunnel, which is asked for with the headers that are for it', async () => {
  await using upstream = await createTlsUpstream('DNS:pyroscope.test');
  await using proxy = await createForwardProxy({
    targetPort: upstream.port,
    authorization: `Basic ${Buffer.from('me:pass').toString('base64')}`,
  });
  const keys = {
    proxy_url: proxy.url.replace('//', '//me:pass@'),
    proxy_connect_header: { 'X-Tunnel': ['a', 'b'] },
    tls_config: { ca_file: authority.ca },
    headers: { 'X-Scope-OrgID': 'squad-1' },
  };
  assert.equal(await send('https://pyroscope.test', keys), '200 secure');
  assert.deepEqual(proxy.seen, ['CONNECT pyroscope.test:443']);
  assert.equal(proxy.heads[0]?.headers['x-tunnel'], 'a, b');
  assert.equal(proxy.heads[0]?.headers['x-scope-orgid'], undefined);
});

test('a proxy that is not there, refuses, or stalls is one clear reason', async () => {
  await using upstream = await createTlsUpstream();
  await using proxy = await createForwardProxy({ authorization: 'nobody' });
  await using stalling = await createForwardProxy({ stalls: true });
  const url = `https://127.0.0.1:${upstream.port}`;
  const at = `127.0.0.1:${upstream.port}`;
  assert.equal(
    await send(url, { proxy_url: proxy.url }),
    `network: ${at}: the proxy 127.0.0.1:${proxy.port} refuses the connection with 407 Proxy Authentication Required, see proxy_url (user and password in it) and proxy_connect_header`,
  );
  assert.match(
    await send(url, { proxy_url: stalling.url, remote_timeout: '200ms' }),
    new RegExp(`^timeout: ${at}: no answer within 200ms, a connection is still waiting for the proxy 127.0.0.1:${stalling.port}$`),
  );
  const { url: gone } = proxy;
  await proxy[Symbol.asyncDispose]();
  assert.match(await send(url, { proxy_url: gone }), /^network: .*: the connection was refused$/);
  assert.match(await send('http://pyroscope.test', { proxy_url: gone }), /^network: pyroscope.test: the connection was refused$/);
});

test('a proxy that wants to know who we are is not the answer of the server', async () => {
  await using proxy = await createForwardProxy({ authorization: 'nobody' });
  assert.match(
    await send('http://pyroscope.test', { proxy_url: proxy.url }),
    /^network: pyroscope.test: the proxy .* refuses the connection with 407, see proxy_url/,
  );
});

test('a proxy may be spoken to by TLS', async () => {
  await using upstream = await createTlsUpstream('DNS:pyroscope.test');
  await using inner = await createForwardProxy({ targetPort: upstream.port });
  const { connect } = await import('node:net');
  const { createServer: createTls } = await import('node:tls');
  const outer = createTls(pemOf(authority.issue('proxy')), (client) => {
    const onward = connect(inner.port, '127.0.0.1');
    client.pipe(onward).pipe(client);
    client.on('error', () => onward.destroy());
    onward.on('error', () => client.destroy());
  });
  await new Promise<void>((resolve) => outer.listen(0, '127.0.0.1', resolve));
  const { port } = outer.address() as AddressInfo; // listening on TCP
  const keys = { proxy_url: `https://127.0.0.1:${port}`, tls_config: { ca_file: authority.ca } };
  assert.equal(await send('https://pyroscope.test', keys), '200 secure');
  outer.close();
});

const choices: readonly [string, object, Record<string, string>, string, string | undefined][] = [
  ['proxy_url is for every host', { proxy_url: 'http://p:1' }, {}, 'http://localhost', 'http://p:1/'],
  ['with no_proxy, loopback is called directly', { proxy_url: 'http://p:1', no_proxy: 'x' }, {}, 'http://127.0.0.1:9', undefined],
  ['with no_proxy, others are not', { proxy_url: 'http://p:1', no_proxy: 'x' }, {}, 'http://y', 'http://p:1/'],
  ['the environment is not asked', {}, { HTTP_PROXY: 'http://p:1', http_proxy: 'http://p:1' }, 'http://y', undefined],
  ['unless it is to be', { proxy_from_environment: true }, { HTTP_PROXY: 'p:1' }, 'http://y', 'http://p:1/'],
  [
    'each scheme has its variable',
    { proxy_from_environment: true },
    { HTTP_PROXY: 'http://p:1', https_proxy: 'http://q:1' },
    'https://y',
    'http://q:1/',
  ],
  [
    'upper case comes first',
    { proxy_from_environment: true },
    { http_proxy: 'http://p:1', HTTP_PROXY: 'http://q:1' },
    'http://y',
    'http://q:1/',
  ],
  ['NO_PROXY counts', { proxy_from_environment: true }, { HTTP_PROXY: 'http://p:1', NO_PROXY: 'y' }, 'http://y', undefined],
  ['loopback is called directly', { proxy_from_environment: true }, { HTTP_PROXY: 'http://p:1' }, 'http://localhost', undefined],
  ['nothing is set', { proxy_from_environment: true }, {}, 'http://y', undefined],
];

for (const [what, keys, environment, url, expected] of choices) {
  test(`chooses a proxy: ${what}`, () => {
    const chosen = proxyChooser(config('http://a', keys), environment)(new URL(url));
    assert.equal(chosen?.href, expected);
  });
}

test('a proxy of another kind is said to be of no use', async () => {
  const before = process.env['HTTPS_PROXY'];
  process.env['HTTPS_PROXY'] = 'socks4://127.0.0.1:1';
  try {
    assert.match(
      await send('https://pyroscope.test', { proxy_from_environment: true }),
      /a proxy that is spoken to by socks4:\/\/ cannot be used/,
    );
  } finally {
    if (before === undefined) delete process.env['HTTPS_PROXY'];
    else process.env['HTTPS_PROXY'] = before;
  }
});

for (const scheme of ['socks5', 'socks5h']) {
  test(`${scheme}: cleartext, TLS and gRPC go through, names are looked up by the proxy, user and password are told`, async (t) => {
    await using upstream = await createUpstream();
    await using secure = await createTlsUpstream('DNS:pyroscope.test');
    await using grpc = await createGrpcUpstream();
    const user = 'me@work:p:ss';
    await using plainProxy = await createSocksProxy({ targetPort: upstream.port, user });
    await using secureProxy = await createSocksProxy({ targetPort: secure.port });
    await using grpcProxy = await createSocksProxy({ targetPort: grpc.port, user });
    const via = (url: string): string => url.replace('socks5://', `${scheme}://me%40work:p%3Ass@`);
    assert.equal(await send('http://pyroscope.test/pyro', { proxy_url: via(plainProxy.url) }), '200');
    assert.equal(upstream.seen[0]?.path, '/pyro/ingest?name=app');
    assert.deepEqual(values(upstream.seen[0], 'proxy-authorization'), []);
    assert.equal(
      await send('https://pyroscope.test', { proxy_url: via(secureProxy.url), tls_config: { ca_file: authority.ca } }),
      '200 secure',
    );
    const client = createGrpcClient(config('http://pyroscope.test:4040', { proxy_url: via(grpcProxy.url) }), host);
    t.after(() => client.close());
    assert.equal((await client.request(Buffer.from('p'), {}, never)).kind, 'response');
    assert.deepEqual(
      [plainProxy.seen, secureProxy.seen, grpcProxy.seen],
      [['pyroscope.test:80'], ['pyroscope.test:443'], ['pyroscope.test:4040']],
    );
  });
}

test('what a SOCKS5 proxy refuses is one clear reason', async () => {
  await using refusing = await createSocksProxy({ reply: 5 });
  await using asking = await createSocksProxy({ user: 'me:pass' });
  const refused = async (proxy: string, url = 'http://pyroscope.test'): Promise<string> => send(url, { proxy_url: proxy });
  const by = (port: number): string => `network: pyroscope.test: the proxy 127.0.0.1:${port} refuses the connection: `;
  assert.equal(await refused(refusing.url), `${by(refusing.port)}the server refuses it`);
  assert.equal(await refused(asking.url), `${by(asking.port)}it wants another authentication, see proxy_url (user and password in it)`);
  assert.equal(
    await refused(asking.url.replace('//', '//me:hunter2@')),
    `${by(asking.port)}it does not take the user and password of proxy_url`,
  );
  assert.match(await refused(refusing.url, 'http://[2001:db8::1]:81'), /the server refuses it/);
  assert.match(await refused(refusing.url, 'http://192.0.2.7'), /the server refuses it/);
  assert.deepEqual(refusing.seen, ['pyroscope.test:80', '20010db8000000000000000000000001:81', 'c0000207:80']);
});

test('an HTTP server in place of a SOCKS5 proxy is said to be none', async () => {
  await using upstream = await createUpstream();
  assert.match(
    await send('http://pyroscope.test', { proxy_url: upstream.url.replace('http', 'socks5') }),
    /^network: pyroscope.test: the proxy .*: (what it answers is not SOCKS5|it closes the connection)$/,
  );
});

test('values of several headers survive a proxy', async () => {
  await using upstream = await createUpstream();
  await using proxy = await createForwardProxy({ targetPort: upstream.port });
  await send('http://pyroscope.test', { proxy_url: proxy.url, headers: { 'X-Scope-OrgID': 'squad-1' } });
  assert.deepEqual(values(upstream.seen[0], 'x-scope-orgid'), ['squad-1']);
});

import assert from 'node:assert/strict';
import { copyFile } from 'node:fs/promises';
import { createServer, type ServerOptions } from 'node:https';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { after, before, test } from 'node:test';
import type { TLSSocket } from 'node:tls';
import { createHttpClient } from '../../../src/net/client/client.ts';
import { createTestHost } from '../../support/host.ts';
import { type Authority, type Certified, createAuthority, pemOf } from './certificates.ts';
import { config, inWords, never, push } from './upstream.ts';

const host = createTestHost();
let authority: Authority;
let server: Certified;
let client: Certified;

before(() => {
  authority = createAuthority('Test Authority');
  server = authority.issue('server');
  client = authority.issue('agent');
});
after(() => authority[Symbol.dispose]());

interface TlsUpstream extends AsyncDisposable {
  readonly url: string;
  readonly port: number;
  /** "TLSv1.3 localhost agent reused", one a request: version, SNI, client certificate, whether the session was resumed. */
  readonly seen: string[];
}

async function createTlsUpstream(certified: Certified, options: ServerOptions = {}): Promise<TlsUpstream> {
  const seen: string[] = [];
  const upstream = createServer({ ...pemOf(certified), ...options }, (request, response) => {
    const socket = request.socket as TLSSocket; // of an https server
    const agent = socket.getPeerCertificate().subject?.CN ?? 'nobody';
    seen.push([socket.getProtocol(), socket.servername || '-', agent, socket.isSessionReused() ? 'resumed' : 'new'].join(' '));
    response.end();
  });
  upstream.on('tlsClientError', () => undefined);
  await new Promise<void>((resolve) => upstream.listen(0, resolve));
  const { port } = upstream.address() as AddressInfo; // listening on TCP
  return {
    url: `https://127.0.0.1:${port}`,
    port,
    seen,
    async [Symbol.asyncDispose]() {
      upstream.closeAllConnections();
      await new Promise((resolve) => upstream.close(resolve));
    },
  };
}

async function send(url: string, tls_config: object | undefined): Promise<string> {
  const sender = createHttpClient(config(url, { tls_config }), host);
  const outcome = await sender.request(push(), never);
  await sender.close();
  return inWords(outcome);
}

test('a CA of its own is what is trusted', async () => {
  await using upstream = await createTlsUpstream(server);
  assert.equal(await send(upstream.url, { ca_file: authority.ca }), '200');
  assert.equal(await send(`https://localhost:${upstream.port}`, { ca_file: authority.ca }), '200');
  assert.deepEqual(upstream.seen, ['TLSv1.3 - nobody new', 'TLSv1.3 localhost nobody new']);
});

test('a certificate of nobody we trust names its issuer and the key', async () => {
  await using upstream = await createTlsUpstream(server);
  assert.equal(
    await send(upstream.url, undefined),
    `network: 127.0.0.1:${upstream.port}: its certificate (issuer CN=Test Authority) is not trusted, unable to verify the first certificate: tls_config.ca_file or ca_pem says whom to trust`,
  );
});

test('a certificate for another name names both and the key', async () => {
  await using upstream = await createTlsUpstream(authority.issue('wrong', { names: 'DNS:elsewhere.test' }));
  const tls = { ca_file: authority.ca };
  assert.equal(
    await send(upstream.url, tls),
    `network: 127.0.0.1:${upstream.port}: its certificate (issuer CN=Test Authority) is for DNS:elsewhere.test, not for 127.0.0.1: see tls_config.server_name`,
  );
  assert.equal(await send(upstream.url, { ...tls, server_name: 'elsewhere.test' }), '200');
  assert.deepEqual(upstream.seen, ['TLSv1.3 elsewhere.test nobody new']);
});

test('a certificate that has expired says when', async () => {
  await using upstream = await createTlsUpstream(authority.issue('old', { days: -1 }));
  assert.match(
    await send(upstream.url, { ca_file: authority.ca }),
    /its certificate \(issuer CN=Test Authority\) has expired on \w+ .* \d{4} GMT/,
  );
});

test('insecure_skip_verify takes any certificate', async () => {
  await using upstream = await createTlsUpstream(authority.issue('any', { names: 'DNS:elsewhere.test', days: -1 }));
  assert.equal(await send(upstream.url, { insecure_skip_verify: true }), '200');
});

test('a client certificate proves who we are', async () => {
  await using upstream = await createTlsUpstream(server, {
    requestCert: true,
    rejectUnauthorized: true,
    ca: pemOf({ cert: authority.ca, key: server.key }).cert,
  });
  const tls = { ca_file: authority.ca };
  assert.equal(await send(upstream.url, { ...tls, cert_file: client.cert, key_file: client.key }), '200');
  assert.match(upstream.seen.join(), / agent /);
  assert.match(await send(upstream.url, tls), /^network: .*(refuses the TLS handshake|client certificate|certificate required)/);
});

test('min_version is the oldest that is spoken', async () => {
  await using upstream = await createTlsUpstream(server, { maxVersion: 'TLSv1.2' });
  assert.equal(await send(upstream.url, { ca_file: authority.ca }), '200');
  assert.match(await send(upstream.url, { ca_file: authority.ca, min_version: 'TLS13' }), /the TLS handshake failed: .*version/i);
});

test('TLS 1.0 is spoken only to whom min_version says so', async () => {
  await using upstream = await createTlsUpstream(server, { minVersion: 'TLSv1', maxVersion: 'TLSv1', ciphers: 'DEFAULT@SECLEVEL=0' });
  assert.match(await send(upstream.url, { ca_file: authority.ca }), /the TLS handshake failed/);
  assert.equal(await send(upstream.url, { ca_file: authority.ca, min_version: 'TLS10' }), '200');
});

test('a final dot of the host stays out of the handshake', async () => {
  await using upstream = await createTlsUpstream(server);
  assert.equal(await send(`https://localhost.:${upstream.port}`, { ca_file: authority.ca }), '200');
  assert.match(upstream.seen.join(), / localhost /);
});

test('a second connection resumes the session of the first', async () => {
  await using upstream = await createTlsUpstream(server);
  const sender = createHttpClient(config(upstream.url, { tls_config: { ca_file: authority.ca }, max_connection_age: '1ms' }), host);
  for (let i = 0; i < 3; i++) await sender.request(push(), never);
  await sender.close();
  assert.match(upstream.seen.join(), /resumed/);
});

test('a CA file that changes counts for the next request; one that is of no use changes nothing', async () => {
  using other = createAuthority('Other Authority');
  await using upstream = await createTlsUpstream(server);
  const file = path.join(other.directory, 'followed.pem');
  await copyFile(other.ca, file);
  const watched = createTestHost();
  const sender = createHttpClient(config(upstream.url, { tls_config: { ca_file: file } }), watched);
  assert.match(inWords(await sender.request(push(), never)), /is not trusted/);
  await copyFile(authority.ca, file);
  assert.equal(inWords(await sender.request(push(), never)), '200');
  await copyFile(server.key, file);
  assert.equal(inWords(await sender.request(push(), never)), '200');
  assert.equal(inWords(await sender.request(push(), never)), '200');
  await sender.close();
  assert.deepEqual(
    watched.lines.map(({ level, facts }) => [level, facts['reason']]),
    [['warn', `unable to use specified CA cert ${file}`]],
  );
});

test('certificates that change are for new connections, also where one is open', async () => {
  using other = createAuthority('Other Authority');
  await using upstream = await createTlsUpstream(server);
  const file = path.join(other.directory, 'changing.pem');
  await copyFile(authority.ca, file);
  const sender = createHttpClient(config(upstream.url, { tls_config: { ca_file: file } }), createTestHost());
  assert.equal(inWords(await sender.request(push(), never)), '200');
  await copyFile(other.ca, file);
  assert.match(inWords(await sender.request(push(), never)), /is not trusted/);
  await sender.close();
});

const unusable: readonly [string, (a: Authority) => object, RegExp][] = [
  ['a CA file that is missing', () => ({ ca_file: '/nope' }), /^unable to read CA cert: unable to read file \/nope: ENOENT$/],
  ['a CA file that holds none', () => ({ ca_file: server.key }), /^unable to use specified CA cert .*server\.key$/],
  ['an inline CA that is none', () => ({ ca_pem: 'x' }), /^unable to use specified CA cert inline$/],
  [
    'a certificate that is missing',
    () => ({ cert_file: '/nope', key_file: client.key }),
    /^unable to read specified client cert: unable to read file/,
  ],
  [
    'a key that is missing',
    () => ({ cert_file: client.cert, key_file: '/nope' }),
    /^unable to read specified client key: unable to read file/,
  ],
  [
    'a key of another certificate',
    () => ({ cert_file: client.cert, key_file: server.key }),
    /^unable to use specified client cert .*agent\.pem with its key: /,
  ],
  [
    'a key that is none',
    () => ({ cert_file: client.cert, key_pem: 'x' }),
    /^unable to use specified client cert .*agent\.pem with its key: /,
  ],
];

for (const [what, tls, message] of unusable) {
  test(`refuses ${what} before anything is sent`, () => {
    assert.throws(() => createHttpClient(config('https://127.0.0.1:1', { tls_config: tls(authority) }), host), { message });
  });
}

test('cleartext where TLS is expected is a failed handshake', async () => {
  await using upstream = await (await import('./upstream.ts')).createUpstream();
  assert.match(await send(upstream.url.replace('http', 'https'), undefined), /^network: 127.0.0.1:\d+: the TLS handshake failed/);
});

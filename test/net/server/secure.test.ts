import assert from 'node:assert/strict';
import { copyFileSync, readFileSync, writeFileSync } from 'node:fs';
import http2 from 'node:http2';
import https from 'node:https';
import net from 'node:net';
import { duplexPair } from 'node:stream';
import { after, test } from 'node:test';
import tls from 'node:tls';
import type { Peer } from '../../../src/net/server/exchange.ts';
import { type ListenerTlsConfig, ListenerTlsSchema } from '../../../src/net/server/schema.ts';
import { createServer } from '../../../src/net/server/serve.ts';
import { ListenerTls } from '../../../src/net/tls.ts';
import { FakeClock } from '../../support/fake-clock.ts';
import { createAuthority } from '../client/certificates.ts';
import { call, call2, echo, raw, routeOf, serverOptions, serving, until } from './serving.ts';

const authority = createAuthority('Server authority');
const clients = createAuthority('Client authority');
const server = authority.issue('server');
const renewed = authority.issue('renewed');
const client = clients.issue('client');
const stranger = authority.issue('stranger');
after(() => {
  authority[Symbol.dispose]();
  clients[Symbol.dispose]();
});

const ca = readFileSync(authority.ca);

function material(more: object = {}): ListenerTls {
  return new ListenerTls(ListenerTlsSchema.parse({ cert_file: server.cert, key_file: server.key, ...more }));
}

/** Over HTTPS with HTTP/1.1; the client's certificate when there is one. */
function get(port: number, options: https.RequestOptions & { session?: Buffer } = {}): Promise<number> {
  return new Promise((resolve, reject) => {
    const request = https.request({ host: '127.0.0.1', port, path: '/echo', method: 'POST', agent: false, ca, ...options }, (response) => {
      response.resume();
      response.on('end', () => resolve(response.statusCode ?? 0));
    });
    request.on('error', reject);
    request.end('hello');
  });
}

test('serves HTTP/2 and HTTP/1.1 by ALPN on one port, and nothing in the clear', async (t) => {
  const peers: Peer[] = [];
  const route = routeOf((request) => {
    peers.push(request.exchange.peer);
    return echo.handle(request);
  });
  const it = await serving(t, { '/echo': route }, { connections: { tls: material() } });
  assert.equal(await get(it.port), 200);
  const session = http2.connect(`https://127.0.0.1:${it.port}`, { ca });
  assert.equal((await call2(it.port, { body: 'two' }, session)).body.toString(), 'two');
  session.close();
  assert.deepEqual(
    peers.map(({ secure, address, certificate }) => ({ secure, address, certificate })),
    [
      { secure: true, address: '127.0.0.1', certificate: undefined },
      { secure: true, address: '127.0.0.1', certificate: undefined },
    ],
  );
  const clear = await call(it.port, { body: 'x' });
  assert.deepEqual([clear.status, clear.body.toString()], [400, 'this port speaks HTTPS: use https:// in the URL\n']);
  assert.equal(peers.length, 2);
});

test('asks of clients what it is told to ask', async (t) => {
  const mine = { cert: readFileSync(client.cert), key: readFileSync(client.key) };
  const foreign = { cert: readFileSync(stranger.cert), key: readFileSync(stranger.key) };
  const verifying = { client_ca_file: clients.ca };
  const cases: readonly { asks: object; none: boolean; mine: boolean; foreign: boolean }[] = [
    { asks: {}, none: true, mine: true, foreign: true },
    { asks: { client_auth: 'request' }, none: true, mine: true, foreign: true },
    { asks: { client_auth: 'require' }, none: false, mine: true, foreign: true },
    { asks: { ...verifying, client_auth: 'verify_if_given' }, none: true, mine: true, foreign: false },
    { asks: verifying, none: false, mine: true, foreign: false },
  ];
  for (const { asks, ...wanted } of cases) {
    const it = await serving(t, { '/echo': echo }, { connections: { tls: material(asks) } });
    const isServed = async (options: https.RequestOptions): Promise<boolean> => (await get(it.port, options).catch(() => 0)) === 200;
    const seen = { none: await isServed({}), mine: await isServed(mine), foreign: await isServed(foreign) };
    assert.deepEqual(seen, wanted, JSON.stringify(asks));
    await until(() => it.listener.connections === 0);
  }
});

test('names the subject of a certificate that was verified, and of no other', async (t) => {
  const peers: Peer[] = [];
  const route = routeOf((request) => {
    peers.push(request.exchange.peer);
    return echo.handle(request);
  });
  const options = { cert: readFileSync(client.cert), key: readFileSync(client.key) };
  for (const asks of [{ client_ca_file: clients.ca }, { client_auth: 'request' }]) {
    const it = await serving(t, { '/echo': route }, { connections: { tls: material(asks) } });
    await get(it.port, options);
  }
  assert.deepEqual(
    peers.map(({ certificate }) => certificate),
    ['CN=client', undefined],
  );
});

test('other authorities count for who comes next, also with a session of before; who is here stays', async (t) => {
  const clock = new FakeClock();
  const client_ca_file = `${authority.directory}/clients.pem`;
  copyFileSync(clients.ca, client_ca_file);
  const it = await serving(t, { '/echo': echo }, { clock, connections: { tls: material({ client_ca_file }) } });
  const mine = { cert: readFileSync(client.cert), key: readFileSync(client.key) };
  const theirs = { cert: readFileSync(stranger.cert), key: readFileSync(stranger.key) };
  const agent = new https.Agent({ keepAlive: true, maxSockets: 1 });
  assert.equal(await get(it.port, { ...mine, agent }), 200);
  const session = await sessionOf(it.port, mine);
  assert.equal(await isResumed(it.port, { ...mine, session }), true);
  copyFileSync(authority.ca, client_ca_file);
  await clock.advance(1000);
  assert.equal(await get(it.port, theirs), 200);
  await assert.rejects(get(it.port, mine));
  await assert.rejects(get(it.port, { ...mine, session }), 'a session is no way around');
  assert.equal(await get(it.port, { ...mine, agent }), 200, 'an open connection is left alone');
  agent.destroy();
  // Half written: nobody is locked out, and nobody let in.
  writeFileSync(client_ca_file, '-----BEGIN CERTIFICATE-----\nMIIB');
  await clock.advance(1000);
  assert.equal(await get(it.port, theirs), 200);
  await assert.rejects(get(it.port, mine));
  assert.match(
    JSON.stringify(it.host.lines.filter(({ level }) => level === 'error')),
    /client_ca_file .*clients\.pem holds no certificate/,
  );
});

const shortest = 'POST /echo HTTP/1.1\r\nhost: a\r\ncontent-length: 0\r\n\r\n';

/** What a client may come back with. */
function sessionOf(port: number, options: tls.ConnectionOptions): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const socket = tls.connect({ host: '127.0.0.1', port, ca, ALPNProtocols: ['http/1.1'], ...options });
    socket.once('session', (session: Buffer) => {
      socket.destroy();
      resolve(session);
    });
    socket.on('error', reject);
    socket.write(shortest);
    socket.resume();
  });
}

function isResumed(port: number, options: tls.ConnectionOptions): Promise<boolean> {
  return new Promise((resolve, reject) => {
    const socket = tls.connect({ host: '127.0.0.1', port, ca, ALPNProtocols: ['http/1.1'], ...options });
    socket.on('error', reject);
    socket.once('data', () => {
      resolve(socket.isSessionReused());
      socket.destroy();
    });
    socket.write(shortest);
  });
}

test('a handshake that never ends is closed', async (t) => {
  const it = await serving(t, { '/echo': echo }, { connections: { tls: material(), headerTimeoutMs: 200 } });
  assert.equal(await raw(it.port, Buffer.from('16030100c8010000c40303', 'hex')), '');
  await until(() => it.listener.connections === 0);
});

test('speaks no older version than it is told to', async (t) => {
  const it = await serving(t, { '/echo': echo }, { connections: { tls: material({ min_version: 'TLS13' }) } });
  await assert.rejects(get(it.port, { maxVersion: 'TLSv1.2' }));
  assert.equal(await get(it.port), 200);
});

test('serves a renewed certificate without a restart, and the last good one when the new is of no use', async (t) => {
  const clock = new FakeClock();
  const [cert_file, key_file] = [`${authority.directory}/followed.pem`, `${authority.directory}/followed.key`];
  copyFileSync(server.cert, cert_file);
  copyFileSync(server.key, key_file);
  const it = await serving(t, { '/echo': echo }, { clock, connections: { tls: material({ cert_file, key_file }) } });
  assert.equal(await subjectOf(it.port), 'server');
  copyFileSync(renewed.cert, cert_file);
  copyFileSync(renewed.key, key_file);
  assert.equal(await subjectOf(it.port), 'server', 'the files are looked at once a second at most');
  await clock.advance(1000);
  assert.equal(await subjectOf(it.port), 'renewed');
  writeFileSync(cert_file, 'garbage');
  for (let look = 0; look < 3; look++) {
    await clock.advance(1000);
    assert.equal(await subjectOf(it.port), 'renewed');
  }
  const errors = it.host.lines.filter(({ level }) => level === 'error');
  assert.equal(errors.length, 1);
  assert.match(String(errors[0]?.facts['error']), /cert_file .*followed\.pem is no certificate/);
});

test('a reload that asks for TLS or certificates ends what came in without: idle at once, the rest after its answer', async (t) => {
  const answers: (() => void)[] = [];
  const route = routeOf(
    () =>
      new Promise((resolve) => {
        answers.push(() => resolve({ status: 200, headers: {} }));
      }),
  );
  const it = await serving(t, { '/echo': echo, '/slow': route });
  const switchTo = (tls: ListenerTls): void => {
    it.listener.serve(createServer(new Map([['/echo', echo]]), serverOptions(it.host, { connections: { tls } })));
  };
  const head = (path: string): string => `POST ${path} HTTP/1.1\r\nHost: g\r\nContent-Length: 0\r\n\r\n`;
  const idle = raw(it.port, head('/echo'));
  const busy = raw(it.port, head('/slow'));
  const session = http2.connect(`http://127.0.0.1:${it.port}`);
  await call2(it.port, {}, session);
  const sessionClosed = new Promise((resolve) => session.once('close', resolve));
  let silent: net.Socket | undefined;
  const said = raw(it.port, '', (socket) => {
    silent = socket;
  });
  await until(() => it.listener.connections === 4 && answers.length === 1);
  switchTo(material());
  assert.match(await idle, /^HTTP\/1\.1 200 /);
  await sessionClosed;
  answers[0]?.();
  assert.match(await busy, /^HTTP\/1\.1 200 OK\r\n.*connection: close/is);
  silent?.write(head('/echo'));
  assert.match(await said, /^HTTP\/1\.1 400 .*this port speaks HTTPS/s, 'what has said nothing yet hears the new rules');
  const agent = new https.Agent({ keepAlive: true, maxSockets: 1 });
  assert.equal(await get(it.port, { agent }), 200);
  switchTo(material({ client_ca_file: clients.ca }));
  await until(() => it.listener.connections === 0);
  await assert.rejects(get(it.port, { agent }));
  agent.destroy();
});

test('a handshake that a reload overtakes is not served by the rules it began under', async (t) => {
  const it = await serving(t, { '/echo': echo }, { connections: { tls: material() } });
  const [near, far] = duplexPair();
  const socket = net.connect({ host: '127.0.0.1', port: it.port });
  far.on('data', (piece: Buffer) => socket.write(piece));
  socket.once('data', (piece: Buffer) => {
    const connections = { tls: material({ client_ca_file: clients.ca }) };
    it.listener.serve(createServer(new Map([['/echo', echo]]), serverOptions(it.host, { connections })));
    far.write(piece);
    socket.on('data', (more: Buffer) => far.write(more));
  });
  socket.on('error', () => {});
  socket.on('close', () => far.end());
  const client = tls.connect({ socket: near, host: '127.0.0.1', ca });
  let said = '';
  client.on('data', (piece: Buffer) => {
    said += piece.toString();
  });
  client.on('error', () => {});
  client.write('POST /echo HTTP/1.1\r\nHost: g\r\nContent-Length: 0\r\nConnection: close\r\n\r\n');
  await new Promise((resolve) => client.once('end', resolve));
  client.destroy();
  assert.equal(said, '');
  await until(() => it.listener.connections === 0);
});

test('a file that is missing or of no use is named', () => {
  const none = '/no/such/file.pem';
  assert.throws(() => material({ cert_file: none }), /unable to read file \/no\/such\/file\.pem: ENOENT/);
  assert.throws(() => material({ key_file: none }), /\/no\/such\/file\.pem/);
  assert.throws(() => material({ client_ca_file: none }), /\/no\/such\/file\.pem/);
  assert.throws(
    () => material({ cert_file: renewed.cert }),
    /cert_file .*renewed\.pem is no certificate for the key of key_file .*server\.key/,
  );
  assert.throws(() => material({ client_ca_file: server.key }), /client_ca_file .*server\.key holds no certificate/);
});

test('half a configuration is refused, and the default asks for certificates where it could verify them', () => {
  const files = { cert_file: 'c', key_file: 'k' };
  for (const config of [
    { cert_file: 'c' },
    { key_file: 'k' },
    { ...files, client_auth: 'require_and_verify' },
    { ...files, client_auth: 'verify_if_given' },
    { ...files, client_ca_file: 'a', client_auth: 'none' },
    { ...files, client_ca_file: 'a', client_auth: 'require' },
    { ...files, min_version: 'TLSv1.2' },
  ]) {
    assert.equal(ListenerTlsSchema.safeParse(config).success, false, JSON.stringify(config));
  }
  const authOf = (config: object): ListenerTlsConfig['client_auth'] => ListenerTlsSchema.parse({ ...files, ...config }).client_auth;
  assert.deepEqual(
    [authOf({}), authOf({ client_ca_file: 'a' }), authOf({ client_auth: 'require' })],
    ['none', 'require_and_verify', 'require'],
  );
});

/** Of the certificate that is served; the whole handshake and a proper end, as both sides must see it. */
function subjectOf(port: number): Promise<string> {
  return new Promise((resolve, reject) => {
    let name = '';
    const socket = tls.connect({ host: '127.0.0.1', port, ca }, () => {
      name = String(socket.getPeerCertificate().subject.CN);
      socket.end('POST /echo HTTP/1.1\r\nHost: g\r\nContent-Length: 0\r\nConnection: close\r\n\r\n');
    });
    socket.resume();
    socket.on('error', reject);
    socket.on('close', () => resolve(name));
  });
}

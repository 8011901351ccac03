import assert from 'node:assert/strict';
import http from 'node:http';
import http2 from 'node:http2';
import net from 'node:net';
import { test } from 'node:test';
import { Admission } from '../../../src/net/server/admission.ts';
import type { Identity, Request } from '../../../src/net/server/exchange.ts';
import { Tokens } from '../../../src/net/server/tokens.ts';
import { createTestHost } from '../../support/host.ts';
import { credentialsFile } from './credentials.ts';
import { call, call2, echo, raw, routeOf, serving, until } from './serving.ts';

const tenant = { header: 'x-scope-orgid', fallback: '' };
const file = 'any-token\none-token squad-1\nmany-token squad-1,squad-2\n';

test('credentials are looked at before the body is read', async (t) => {
  const host = createTestHost();
  const authenticator = new Tokens(credentialsFile(t, file).path, host);
  let served = 0;
  const route = routeOf(async () => {
    served += 1;
    return { status: 200, headers: {} };
  });
  const it = await serving(t, { '/echo': route }, { host, senders: { authenticator, tenant }, maxRequestBytes: 2 ** 30 });
  // The head of 256 MiB, without any of it.
  const head = `POST /echo HTTP/1.1\r\nhost: a\r\ncontent-length: ${2 ** 28}\r\n`;
  for (const more of ['', 'expect: 100-continue\r\n', 'authorization: Bearer wrong\r\n']) {
    const said = await raw(it.port, `${head}${more}\r\n`);
    assert.match(said, /^HTTP\/1\.1 401 Unauthorized\r\n/);
    assert.match(said, /www-authenticate: Bearer realm="flamegate"/i);
    assert.doesNotMatch(said, /100 Continue/i);
  }
  assert.equal(it.admission.heldBytes, 0);
  // One that sends its body all the same still hears why.
  const big = await call(it.port, { body: Buffer.alloc(8 * 2 ** 20), headers: { authorization: 'Bearer wrong' } }).catch((why) => why.code);
  assert.ok(big === 'EPIPE' || big === 'ECONNRESET' || big.status === 401, String(big));
  assert.equal((await call2(it.port, { body: Buffer.alloc(1000), headers: { authorization: 'Bearer wrong' } })).status, 401);
  assert.equal((await call(it.port, { headers: { authorization: 'Bearer any-token' } })).status, 200);
  assert.equal(served, 1);
  assert.deepEqual([...new Set(it.refused)], ['auth']);
});

test('an identity sends for its own tenants only', async (t) => {
  const host = createTestHost();
  const authenticator = new Tokens(credentialsFile(t, file).path, host);
  const seen: Request[] = [];
  const route = routeOf(async (request) => {
    seen.push(request);
    return { status: 200, headers: {} };
  });
  const ask = async (port: number, token: string, named?: string): Promise<string> => {
    const headers = { authorization: `Bearer ${token}`, ...(named !== undefined && { 'x-scope-orgid': named }) };
    const { status, body } = await call(port, { headers });
    return status === 200 ? `for ${seen.at(-1)?.tenant}` : `${status} ${body}`.trim();
  };
  const plain = await serving(t, { '/echo': route }, { host, senders: { authenticator, tenant } });
  assert.equal(await ask(plain.port, 'any-token'), 'for ');
  assert.equal(await ask(plain.port, 'any-token', 'squad-9'), 'for squad-9');
  assert.equal(await ask(plain.port, 'one-token'), 'for squad-1');
  assert.equal(await ask(plain.port, 'one-token', 'squad-1'), 'for squad-1');
  assert.equal(await ask(plain.port, 'one-token', 'squad-2'), '403 these credentials are not for the tenant squad-2, only for squad-1');
  assert.equal(await ask(plain.port, 'many-token', 'squad-2'), 'for squad-2');
  assert.match(
    await ask(plain.port, 'many-token', 'squad-3'),
    /^403 these credentials are not for the tenant squad-3, only for squad-1, squad-2$/,
  );
  assert.match(await ask(plain.port, 'many-token'), /^403 .*name one of squad-1, squad-2 in x-scope-orgid$/);
  assert.match(await ask(plain.port, 'one-token', 'a|squad-1'), /^401 the header x-scope-orgid must have/);
  assert.deepEqual(plain.refused, ['tenant', 'tenant', 'tenant', 'tenant']);

  const withDefault = await serving(
    t,
    { '/echo': route },
    { host, senders: { authenticator, tenant: { ...tenant, fallback: 'squad-2' } } },
  );
  assert.equal(await ask(withDefault.port, 'many-token'), 'for squad-2');
  assert.equal(await ask(withDefault.port, 'one-token'), 'for squad-1', 'its own goes before the default');
  assert.equal(await ask(withDefault.port, 'any-token'), 'for squad-2');

  const headerless = await serving(t, { '/echo': route }, { host, senders: { authenticator, tenant: undefined } });
  assert.equal(await ask(headerless.port, 'one-token', 'squad-2'), 'for squad-1', 'no header is looked at');
  assert.match(await ask(headerless.port, 'many-token', 'squad-2'), /^403 /);
});

test('an open route asks nobody, and takes next to nothing', async (t) => {
  const host = createTestHost();
  const authenticator = new Tokens(credentialsFile(t, file).path, host);
  const routes = { '/open': { ...echo, open: true }, '/echo': echo };
  const it = await serving(t, routes, { host, senders: { authenticator, tenant } });
  assert.equal((await call(it.port, { path: '/open', body: 'x', headers: { 'x-scope-orgid': 'a|b' } })).status, 200);
  assert.equal((await call(it.port, { path: '/echo', body: 'x' })).status, 401);
  assert.equal((await call(it.port, { path: '/open', body: Buffer.alloc(4097) })).status, 413);
});

test('a sender without credentials on a kept connection leaves the next request alone', async (t) => {
  const host = createTestHost();
  const authenticator = new Tokens(credentialsFile(t, file).path, host);
  const it = await serving(t, { '/echo': echo }, { host, senders: { authenticator, tenant } });
  const agent = new http.Agent({ keepAlive: true, maxSockets: 1 });
  t.after(() => agent.destroy());
  const headers = { authorization: 'Bearer any-token' };
  assert.equal((await call(it.port, { agent, headers, body: 'x' })).status, 200);
  assert.equal((await call(it.port, { agent, body: 'x' })).status, 401, 'the connection proves nothing');
  assert.equal((await call(it.port, { agent, headers, body: 'x' })).status, 200);
  const pipelined = `POST /echo HTTP/1.1\r\nhost: a\r\nauthorization: Bearer any-token\r\ncontent-length: 1\r\n\r\nx`;
  const socket = net.connect(it.port, '127.0.0.1');
  t.after(() => socket.destroy());
  socket.write(`${pipelined}POST /echo HTTP/1.1\r\nhost: a\r\ncontent-length: 0\r\nconnection: close\r\n\r\n`);
  let said = '';
  for await (const piece of socket) said += piece;
  assert.deepEqual(said.match(/HTTP\/1\.1 \d+/g), ['HTTP/1.1 200', 'HTTP/1.1 401']);
});

test('HTTP/2: while nobody knows who sends, next to nothing of a body comes in', async (t) => {
  const { promise, resolve } = Promise.withResolvers<Identity>();
  const authenticator = { identify: () => promise, start: () => Promise.resolve(), stop: () => Promise.resolve() };
  const admission = new Admission(2 ** 26);
  const it = await serving(t, { '/echo': echo }, { senders: { authenticator, tenant }, admission, maxRequestBytes: 2 ** 23 });
  const session = http2.connect(`http://127.0.0.1:${it.port}`);
  t.after(() => session.destroy());
  const answers = Array.from({ length: 4 }, () => call2(it.port, { body: Buffer.alloc(2 ** 20) }, session));
  await until(() => admission.heldBytes === 4 * 65_536);
  // A ping is answered behind whatever window there is to be had.
  for (let round = 0; round < 5; round++) await new Promise((pong) => session.ping(pong));
  const sent = session.socket?.bytesWritten ?? 0;
  assert.ok(sent > 4 * 60_000 && sent < 4 * 70_000, `${sent} bytes: a window of 64 KiB for each, and it is full`);
  resolve({ name: '', tenants: undefined });
  for (const { status, body } of await Promise.all(answers)) assert.deepEqual([status, body.length], [200, 2 ** 20]);
  assert.equal(admission.heldBytes, 0);
});

test('who waits to be known is refused when there is no room', async (t) => {
  const { promise, resolve } = Promise.withResolvers<Identity>();
  const authenticator = { identify: () => promise, start: () => Promise.resolve(), stop: () => Promise.resolve() };
  const admission = new Admission(2 ** 17);
  const it = await serving(t, { '/echo': echo }, { senders: { authenticator, tenant }, admission });
  const waiting = [call(it.port, { body: 'x' }), call(it.port, { body: 'x' })];
  await until(() => admission.heldBytes === 2 ** 17);
  assert.equal((await call(it.port, { body: 'x' })).status, 503);
  resolve({ name: '', tenants: undefined });
  for (const { status } of await Promise.all(waiting)) assert.equal(status, 200);
  assert.equal(admission.heldBytes, 0);
});

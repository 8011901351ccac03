import assert from 'node:assert/strict';
import { linkSync, lstatSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import http from 'node:http';
import net, { type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { openListener } from '../../../src/net/server/listener.ts';
import { FakeClock, settle } from '../../support/fake-clock.ts';
import { createTestHost } from '../../support/host.ts';
import { routeOf, serving } from './serving.ts';

function directory(t: TestContext): string {
  const path = mkdtempSync(join(tmpdir(), 'flamegate-bind-'));
  t.after(() => rmSync(path, { recursive: true, force: true }));
  return path;
}

/** A socket as a killed process leaves it. */
async function staleSocket(path: string): Promise<void> {
  const first = `${path}.first`;
  const server = net.createServer();
  await new Promise<void>((resolve) => server.listen(first, resolve));
  linkSync(first, path); // closing removes the other name only
  await new Promise((resolve) => server.close(resolve));
}

function statusBy(socketPath: string): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    const request = http.request({ socketPath, path: '/echo', method: 'POST', agent: false }, (response) => {
      response.resume();
      resolve(response.statusCode);
    });
    request.on('error', reject);
    request.end();
  });
}

const fine = { '/echo': routeOf(() => Promise.resolve({ status: 200, headers: {} })) };

test('takes over a unix socket on which nobody listens any more, for its owner and group', async (t) => {
  const path = join(directory(t), 'gateway.sock');
  await staleSocket(path);
  await assert.rejects(statusBy(path), /ECONNREFUSED/);
  const it = await serving(t, fine, { endpoint: `unix:${path}` });
  assert.equal(await statusBy(path), 200);
  assert.equal(lstatSync(path).mode & 0o777, 0o660);
  await it.listener.close();
  assert.throws(() => lstatSync(path), /ENOENT/, 'a stop leaves nothing behind');
  await serving(t, fine, { endpoint: `unix:${path}` });
  assert.equal(await statusBy(path), 200, 'and a start comes after it');
});

test('leaves a unix socket alone on which somebody listens, and whatever is no socket', async (t) => {
  const dir = directory(t);
  const path = join(dir, 'gateway.sock');
  await serving(t, fine, { endpoint: `unix:${path}` });
  await assert.rejects(
    openListener({ endpoint: `unix:${path}` }, createTestHost()),
    /^CannotListen: cannot listen on unix:.*: another process listens there$/,
  );
  assert.equal(await statusBy(path), 200);
  const file = join(dir, 'file');
  writeFileSync(file, 'precious');
  symlinkSync(path, join(dir, 'link'));
  for (const taken of [file, join(dir, 'link'), dir]) {
    await assert.rejects(openListener({ endpoint: `unix:${taken}` }, createTestHost()), /a file of this name is there that is no socket/);
    lstatSync(taken);
  }
  await assert.rejects(openListener({ endpoint: `unix:${dir}/nowhere/gateway.sock` }, createTestHost()), /cannot listen on unix:/);
});

async function occupied(t: TestContext, answer: http.RequestListener): Promise<string> {
  const server = http.createServer(answer);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  return `127.0.0.1:${(server.address() as AddressInfo).port}`;
}

async function complaint(endpoint: string): Promise<string> {
  const opened = await openListener({ endpoint }, createTestHost()).catch((why) => why);
  assert.ok(opened instanceof Error);
  return opened.message;
}

test('a port that is taken: says when Pyroscope itself has it, or another gateway', async (t) => {
  // As a Pyroscope answers, whose method is only there for POST.
  const pyroscope = await occupied(t, ({ url }, response) => {
    response.writeHead(url === '/push.v1.PusherService/Push' ? 405 : 200, { allow: 'POST' }).end();
  });
  assert.match(await complaint(pyroscope), /EADDRINUSE.*; Pyroscope itself answers there: give one of the two another address$/);
  const gateway = await serving(t, { '/push.v1.PusherService/Push': fine['/echo'] });
  assert.match(await complaint(gateway.listener.address), /EADDRINUSE.*; another Flamegate answers there/);
  const other = await occupied(t, (_, response) => response.writeHead(404).end('x'.repeat(100_000)));
  assert.match(await complaint(other), /EADDRINUSE[^;]*$/);
});

test('whoever has the port and says nothing is not waited for', async (t) => {
  const silent = net.createServer();
  await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve));
  t.after(() => silent.close());
  const clock = new FakeClock();
  const asked = new Promise<net.Socket>((resolve) => silent.once('connection', resolve));
  const opening = openListener({ endpoint: `127.0.0.1:${(silent.address() as AddressInfo).port}` }, createTestHost({ clock }));
  const outcome = opening.catch((why) => why.message);
  const socket = await asked;
  socket.on('error', () => {});
  await settle();
  await clock.advance(1000);
  assert.match(await outcome, /EADDRINUSE[^;]*$/);
});

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { type PprofSummary, summarize } from '../../../src/wire/pprof.ts';

const app = new URL('../../../src/cli/demo/app.ts', import.meta.url).pathname;

test('is profiled by the real SDK: wall, CPU and heap of its own functions', { timeout: 30_000 }, async (t) => {
  const wanted = new Set(['wall', 'cpu', 'inuse_space']);
  const seen: PprofSummary[] = [];
  const done = Promise.withResolvers<void>();
  const server = createServer(async (request, response) => {
    const pieces: Buffer[] = [];
    for await (const piece of request) pieces.push(piece as Buffer); // no encoding is set
    response.end();
    assert.match(request.url ?? '', /name=demo-shop%7B.*region%3Deu-west/);
    const summary = summarize(Buffer.concat(pieces), 100);
    seen.push(summary);
    for (const { type, total } of summary.types) if (total > 0) wanted.delete(type);
    if (wanted.size === 0) done.resolve();
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo; // it listens on TCP
  const child = spawn(process.execPath, [app, `http://127.0.0.1:${port}`, '500'], {
    stdio: ['ignore', 'inherit', 'inherit'],
    env: { ...process.env, PYROSCOPE_SERVER_ADDRESS: 'http://127.0.0.1:1' },
  });
  t.after(() => {
    child.kill('SIGKILL');
    server.closeAllConnections();
    server.close();
  });
  await done.promise;
  assert.ok(seen.some(({ top }) => top.some(({ name }) => name.includes('priceOrder'))));
});

test('without the SDK it names what is missing', async (t) => {
  const dir = mkdtempSync(join(tmpdir(), 'flamegate-app-'));
  t.after(() => rmSync(dir, { recursive: true }));
  cpSync(app, join(dir, 'app.mts')); // a module, with nothing to import from
  const child = spawn(process.execPath, [join(dir, 'app.mts'), 'http://127.0.0.1:1'], { stdio: ['ignore', 'ignore', 'pipe'] });
  let stderr = '';
  child.stderr.setEncoding('utf8').on('data', (piece: string) => {
    stderr += piece;
  });
  const [code] = await once(child, 'close');
  assert.equal(code, 69);
  assert.match(stderr, /npm install @pyroscope\/nodejs\n$/);
});

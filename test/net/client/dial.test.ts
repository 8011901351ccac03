import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { type AddressInfo, connect, createServer } from 'node:net';
import { test } from 'node:test';
import { type Clock, systemClock } from '../../../src/core/clock.ts';
import { dial } from '../../../src/net/client/dial.ts';
import type { Address } from '../../../src/net/client/names.ts';

const v4 = (address: string): Address => ({ address, family: 4 });

interface Listening extends AsyncDisposable {
  readonly port: number;
}

async function listen(): Promise<Listening> {
  const server = createServer((socket) => socket.on('error', () => undefined));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo; // listening on TCP
  return { port, [Symbol.asyncDispose]: async () => void server.close() };
}

/** Dials, and tells how it ended: the address that won, or the error; and what was said of each address. */
async function outcome(
  addresses: readonly Address[],
  port: number,
  { signal = new AbortController().signal, clock = systemClock }: { signal?: AbortSignal; clock?: Clock } = {},
): Promise<[string, string[]]> {
  const said: string[] = [];
  const options = {
    addresses,
    port,
    clock,
    worked: ({ address }: Address) => void said.push(`${address} worked`),
    failed: ({ address }: Address) => void said.push(`${address} failed`),
  };
  try {
    const socket = await dial(options, signal);
    const won = String(socket.remoteAddress);
    socket.destroy();
    return [won, said];
  } catch (error) {
    return [error instanceof AggregateError ? error.errors.map(String).join('; ') : String(error), said];
  }
}

test('connects to the first address', async () => {
  await using server = await listen();
  assert.deepEqual(await outcome([v4('127.0.0.1'), v4('127.0.0.2')], server.port), ['127.0.0.1', ['127.0.0.1 worked']]);
});

test('goes on at once when an address refuses, without waiting for its timer', async () => {
  await using server = await listen();
  const clock = { ...systemClock, after: () => () => undefined };
  const won = await outcome([v4('127.0.0.2'), v4('127.0.0.1')], server.port, { clock });
  assert.deepEqual(won, ['127.0.0.1', ['127.0.0.2 failed', '127.0.0.1 worked']]);
});

test('tells of every address when none answers', async () => {
  const server = await listen();
  await server[Symbol.asyncDispose]();
  const [error, said] = await outcome([v4('127.0.0.2'), v4('127.0.0.1')], server.port);
  assert.match(error, /ECONNREFUSED 127.0.0.2:\d+; Error: connect ECONNREFUSED 127.0.0.1:/);
  assert.deepEqual(said, ['127.0.0.2 failed', '127.0.0.1 failed']);
});

test('is ended by its signal', async () => {
  const stop = new AbortController();
  stop.abort(new Error('enough'));
  assert.deepEqual(await outcome([v4('127.0.0.1')], 1, { signal: stop.signal }), ['Error: enough', []]);
});

/**
 * A server that answers no SYN until it is told to: its process is stopped, and what the kernel would accept for it is used up. On 127.0.0.2,
 * at a port that is free elsewhere.
 */
async function createSilentServer(): Promise<{ port: number; wake: () => void } & AsyncDisposable> {
  const code = `require('node:net').createServer((s) => s.on('error', () => {})).listen({ port: 0, host: '127.0.0.2', backlog: 1 }, function () { console.log(this.address().port); })`;
  const child = spawn(process.execPath, ['-e', code], { stdio: ['ignore', 'pipe', 'ignore'] });
  const [line] = await once(child.stdout, 'data');
  const port = Number(line);
  child.kill('SIGSTOP');
  const fillers = Array.from({ length: 4 }, () => connect(port, '127.0.0.2').on('error', () => undefined));
  await Promise.all(fillers.slice(0, 2).map((filler) => once(filler, 'connect')));
  return {
    port,
    wake: () => void child.kill('SIGCONT'),
    async [Symbol.asyncDispose]() {
      for (const filler of fillers) filler.destroy();
      const gone = once(child, 'exit');
      child.kill('SIGKILL');
      await gone;
    },
  };
}

test('tries the next address beside one that is silent, and remembers which that was', { skip: process.platform !== 'linux' }, async () => {
  await using silent = await createSilentServer();
  const server = createServer((socket) => socket.on('error', () => undefined));
  await new Promise<void>((resolve) => server.listen(silent.port, '127.0.0.1', resolve));
  const started = performance.now();
  const [won, said] = await outcome([v4('127.0.0.2'), v4('127.0.0.1')], silent.port);
  server.close();
  assert.deepEqual([won, said], ['127.0.0.1', ['127.0.0.1 worked', '127.0.0.2 failed']]);
  assert.ok(performance.now() - started >= 240);
});

test('does not give up a slow address because the next one was tried', { skip: process.platform !== 'linux' }, async () => {
  await using silent = await createSilentServer();
  // The kernel sends the SYN again after a second.
  const dialing = outcome([v4('127.0.0.2'), v4('127.0.0.1')], silent.port);
  await new Promise((resolve) => setTimeout(resolve, 300));
  silent.wake();
  assert.deepEqual(await dialing, ['127.0.0.2', ['127.0.0.1 failed', '127.0.0.2 worked']]);
});

test('a silent address is left when the signal aborts', { skip: process.platform !== 'linux' }, async () => {
  await using silent = await createSilentServer();
  const stop = new AbortController();
  const dialing = outcome([v4('127.0.0.2')], silent.port, { signal: stop.signal });
  stop.abort(new Error('enough'));
  assert.deepEqual(await dialing, ['Error: enough', ['127.0.0.2 failed']]);
});

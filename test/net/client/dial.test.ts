import assert from 'node:assert/strict';
import { type AddressInfo, createServer } from 'node:net';
import { test } from 'node:test';
import { systemClock } from '../../../src/core/clock.ts';
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
async function outcome(addresses: readonly Address[], port: number, signal = new AbortController().signal): Promise<[string, string[]]> {
  const said: string[] = [];
  const options = {
    addresses,
    port,
    clock: systemClock,
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

test('goes on at once when an address refuses', async () => {
  await using server = await listen();
  const started = performance.now();
  assert.deepEqual(await outcome([v4('127.0.0.2'), v4('127.0.0.1')], server.port), ['127.0.0.1', ['127.0.0.2 failed', '127.0.0.1 worked']]);
  assert.ok(performance.now() - started < 240);
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
  assert.deepEqual(await outcome([v4('127.0.0.1')], 1, stop.signal), ['Error: enough', []]);
});

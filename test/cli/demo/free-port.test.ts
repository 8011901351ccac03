import assert from 'node:assert/strict';
import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { test } from 'node:test';
import { freePort } from '../../../src/cli/demo/free-port.ts';

test('a port that is taken is passed over', async (t) => {
  const holder = createServer().listen(0, '127.0.0.1');
  await once(holder, 'listening');
  t.after(() => holder.close());
  const { port } = holder.address() as AddressInfo; // it listens on TCP
  const free = await freePort(port);
  assert.ok(free > port && free < port + 100, `${free} after ${port}`);
  const taken = createServer().listen(free, '127.0.0.1'); // what it is for
  await once(taken, 'listening');
  taken.close();
});

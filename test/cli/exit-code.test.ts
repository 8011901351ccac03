import assert from 'node:assert/strict';
import { createServer } from 'node:net';
import { test } from 'node:test';
import { exitCode, exitCodeOf } from '../../src/cli/exit-code.ts';
import { systemClock } from '../../src/core/clock.ts';
import { openListener } from '../../src/net/server/listener.ts';
import { createTestLogger } from '../support/host.ts';

test('a taken port is 69, however deep the cause lies', async () => {
  const busy = createServer((socket) => socket.resume()); // or it would not see that whoever asked who it is has left
  await new Promise<void>((resolve) => busy.listen(0, '127.0.0.1', resolve));
  const address = busy.address();
  const port = typeof address === 'object' ? address?.port : 0;
  const why = await openListener({ endpoint: `127.0.0.1:${port}` }, { clock: systemClock, log: createTestLogger([]) }).catch(
    (e: unknown) => e,
  );
  assert.equal(exitCodeOf(why), exitCode.unavailable);
  await new Promise((resolve) => busy.close(resolve));
});

test('an error that knows its exit code is believed, everything else goes by its system code', () => {
  const failure = (facts: object): Error => Object.assign(new Error('x'), facts);
  assert.equal(exitCodeOf(failure({ exitCode: 73 })), 73);
  assert.equal(exitCodeOf(failure({ code: 'EACCES', syscall: 'listen' })), exitCode.unavailable);
  assert.equal(exitCodeOf(failure({ code: 'EACCES', syscall: 'open' })), exitCode.directory);
  assert.equal(exitCodeOf(failure({ code: 'ENOSPC' })), exitCode.io);
  assert.equal(exitCodeOf(new TypeError('x is not a function')), exitCode.bug);
  assert.equal(exitCodeOf('text'), exitCode.bug);
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { SharedResources } from '../../src/service/shared.ts';

function resource(log: string[], closing: Promise<void> = Promise.resolve()): { close(): Promise<void> } {
  log.push('open');
  return {
    async close() {
      log.push('close');
      await closing;
      log.push('closed');
    },
  };
}

test('the first opens, the last closes, whoever lets go twice counts once', async () => {
  const shared = new SharedResources();
  const log: string[] = [];
  const one = await shared.share('key', async () => resource(log));
  const two = await shared.share('key', async () => resource(log));
  assert.equal(one.resource, two.resource);
  await one.release();
  await one.release();
  assert.deepEqual(log, ['open']);
  await two.release();
  assert.deepEqual(log, ['open', 'close', 'closed']);
});

test('who asks while it closes waits and gets a new one', async () => {
  const shared = new SharedResources();
  const log: string[] = [];
  const { promise: closing, resolve } = Promise.withResolvers<void>();
  const one = await shared.share('key', async () => resource(log, closing));
  const released = one.release();
  const next = shared.share('key', async () => resource(log));
  resolve();
  await released;
  assert.notEqual((await next).resource, one.resource);
  assert.deepEqual(log, ['open', 'close', 'closed', 'open']);
});

test('what does not open can be asked for again, and other keys do not notice', async () => {
  const shared = new SharedResources();
  const log: string[] = [];
  await shared.share('other', async () => resource(log));
  await assert.rejects(
    shared.share('key', async () => {
      throw new Error('busy');
    }),
    /busy/,
  );
  await shared.share('key', async () => resource(log));
  assert.deepEqual(log, ['open', 'open']);
});

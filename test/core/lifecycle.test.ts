import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Named, startAll, stopAll } from '../../src/core/lifecycle.ts';

const never = new AbortController().signal;

function part(id: string, seen: string[], fails: { start?: boolean; stop?: boolean } = {}): Named {
  return {
    id,
    component: {
      async start() {
        if (fails.start) throw new Error(`${id} does not start`);
        seen.push(`+${id}`);
      },
      async stop() {
        seen.push(`-${id}`);
        if (fails.stop) throw new Error(`${id} does not stop`);
      },
    },
  };
}

test('parts start in the order given', async () => {
  const seen: string[] = [];
  await startAll([part('exporter', seen), part('receiver', seen)], never);
  assert.deepEqual(seen, ['+exporter', '+receiver']);
});

test('when one does not start, it and those that did are stopped again, the last one first', async () => {
  const seen: string[] = [];
  await assert.rejects(startAll([part('a', seen), part('b', seen), part('c', seen, { start: true })], never), /c does not start/);
  assert.deepEqual(seen, ['+a', '+b', '-c', '-b', '-a']);
});

test('a start that hangs is given up with the signal: what had started is stopped at once, the one that hangs when it comes round', async () => {
  const seen: string[] = [];
  const [slow, controller] = [Promise.withResolvers<void>(), new AbortController()];
  const hangs = { id: 'c', component: { start: () => slow.promise, stop: async () => void seen.push('-c') } };
  const starting = startAll([part('a', seen), hangs, part('d', seen)], controller.signal);
  await new Promise(setImmediate);
  controller.abort(new Error('the gateway stops'));
  await assert.rejects(starting, /the gateway stops/);
  assert.deepEqual(seen, ['+a', '-a']);
  slow.resolve();
  await new Promise(setImmediate);
  assert.deepEqual(seen, ['+a', '-a', '-c']);
});

test('every part is stopped whatever the others throw, and the failure names the part', async () => {
  const seen: string[] = [];
  await assert.rejects(stopAll([part('a', seen, { stop: true }), part('b', seen)], never), /stopping a failed: a does not stop/);
  assert.deepEqual(seen, ['-a', '-b']);
  await assert.rejects(stopAll([part('a', seen, { stop: true }), part('b', seen, { stop: true })], never), AggregateError);
});

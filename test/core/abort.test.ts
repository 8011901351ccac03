import assert from 'node:assert/strict';
import { getEventListeners } from 'node:events';
import { test } from 'node:test';
import { aborted, follow } from '../../src/core/abort.ts';

test('any of the signals pulls the controller, with its own reason', () => {
  const [one, two] = [new AbortController(), new AbortController()];
  const { controller, release } = follow(one.signal, undefined, two.signal);
  two.abort(new Error('two'));
  assert.match(String(controller.signal.reason), /two/);
  release();
});

test('a signal that has aborted before aborts at once', () => {
  assert.equal(follow(AbortSignal.abort('late')).controller.signal.reason, 'late');
});

test('release leaves no listener behind', () => {
  const source = new AbortController();
  for (let round = 0; round < 100; round++) follow(source.signal).release();
  assert.equal(getEventListeners(source.signal, 'abort').length, 0);
});

test('aborted() resolves when the signal does, or has', async () => {
  const source = new AbortController();
  const waiting = aborted(source.signal);
  source.abort();
  await waiting;
  await aborted(source.signal);
});

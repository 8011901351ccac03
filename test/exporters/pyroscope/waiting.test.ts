import assert from 'node:assert/strict';
import test from 'node:test';
import { Failed } from '../../../src/core/errors.ts';
import { Waiting } from '../../../src/exporters/pyroscope/delivery/waiting.ts';

const open = new AbortController().signal;
const failed = (endpoint: string): Failed => new Failed({ endpoint, status: 500, code: 13, message: endpoint });

/** What is known of the verdict by now. */
async function stateOf(waiting: Waiting): Promise<unknown> {
  return Promise.race([
    waiting.verdict.then(
      () => 'yes',
      (why) => why,
    ),
    new Promise((resolve) => setImmediate(resolve, 'open')),
  ]);
}

test('the verdict is yes when every endpoint has taken every record', async () => {
  const waiting = new Waiting(2, open);
  waiting.settle();
  assert.equal(await stateOf(waiting), 'open');
  waiting.settle();
  assert.equal(await stateOf(waiting), 'yes');
});

test('the verdict is the first failure, told after all have ended', async () => {
  const waiting = new Waiting(3, open);
  const [first, second] = [failed('first'), failed('second')];
  waiting.settle(first);
  waiting.settle(second);
  assert.equal(await stateOf(waiting), 'open');
  waiting.settle();
  assert.equal(await stateOf(waiting), first);
});

test('with nothing to wait for the verdict is yes at once', async () => {
  assert.equal(await stateOf(new Waiting(0, open)), 'yes');
});

test('a sender that leaves is not waited for, and its reason is the verdict', async () => {
  const controller = new AbortController();
  const waiting = new Waiting(1, controller.signal);
  let canceled = 0;
  const delivery = {
    cancel: () => {
      canceled += 1;
    },
  };
  waiting.begun([delivery]);
  controller.abort('left');
  assert.equal(canceled, 1);
  assert.equal(await stateOf(waiting), 'left');
  waiting.settle(failed('late'));
  assert.equal(await stateOf(waiting), 'left');
  const late = new Waiting(1, AbortSignal.abort('before'));
  late.begun([delivery]);
  assert.equal(canceled, 2);
  assert.equal(await stateOf(late), 'before');
});

test('a verdict that nobody listens to does no harm, and no listener is left on the signal', async () => {
  const controller = new AbortController();
  let listeners = 0;
  const { addEventListener, removeEventListener } = controller.signal;
  Object.assign(controller.signal, {
    addEventListener(...args: Parameters<typeof addEventListener>) {
      listeners += 1;
      addEventListener.apply(controller.signal, args);
    },
    removeEventListener(...args: Parameters<typeof removeEventListener>) {
      listeners -= 1;
      removeEventListener.apply(controller.signal, args);
    },
  });
  new Waiting(1, controller.signal).settle(failed('nobody listens'));
  await stateOf(new Waiting(0, open)); // an unhandled rejection would end the test by now
  assert.equal(listeners, 0);
});

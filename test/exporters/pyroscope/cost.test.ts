import assert from 'node:assert/strict';
import { createHook } from 'node:async_hooks';
import test from 'node:test';
import { batchOf, pushSeries } from '../../support/batches.ts';
import { eventually, rig, server } from './rig.ts';

/** Promises and timers that are made while `work` runs. */
async function made(work: () => Promise<void>): Promise<Readonly<Record<string, number>>> {
  const counts: Record<string, number> = {};
  const hook = createHook({
    init(_id, type) {
      counts[type] = (counts[type] ?? 0) + 1;
    },
  });
  hook.enable();
  try {
    await work();
  } finally {
    hook.disable();
  }
  return counts;
}

for (const [ack, most] of [
  ['queued', 1],
  ['delivered', 10],
] as const) {
  test(`with ack ${ack} a push over a connection that is there makes at most ${most} promises and no timer of its own`, async () => {
    const up = await server();
    const { exporter, host, account } = await rig({ endpoints: [{ url: up.url, name: 'up' }], ack });
    const signal = new AbortController().signal;
    const batch = batchOf(pushSeries({ service_name: 'a' }));
    const pushes = 200;
    let pushed = 0;
    const push = (): void => {
      pushed += 1;
      exporter.prepare({ ...batch, receivedAt: host.clock.now() }).commit({ signal });
    };
    push();
    await eventually(() => account('up').delivered === pushed);
    const counts = await made(async () => {
      const last = pushed + pushes;
      const { promise, resolve } = Promise.withResolvers<void>();
      const next = (): void => {
        if (pushed === last) resolve();
        else {
          push();
          wait();
        }
      };
      const wait = (): void => void (account('up').delivered === pushed ? setImmediate(next) : setImmediate(wait));
      wait();
      await promise;
    });
    assert.ok((counts['PROMISE'] ?? 0) / pushes <= most, `${counts['PROMISE']} promises for ${pushes} pushes`);
    // Sockets of the server and of the client set timeouts of their own.
    assert.ok((counts['Timeout'] ?? 0) / pushes <= 3, `${counts['Timeout']} timers for ${pushes} pushes`);
  });
}

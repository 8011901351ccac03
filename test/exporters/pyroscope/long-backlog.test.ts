import assert from 'node:assert/strict';
import test from 'node:test';
import { emptyAccount } from '../../../src/core/account.ts';
import { Search } from '../../../src/exporters/pyroscope/poison/search.ts';
import { MemoryLog } from '../../../src/queue/memory.ts';
import { record } from '../../queue/contract.ts';
import { pushSeries } from '../../support/batches.ts';
import { FakeClock } from '../../support/fake-clock.ts';
import { rig, server } from './rig.ts';

test('a search over a long backlog of a tenant that is held lets others run', async () => {
  const log = new MemoryLog({ maxSizeBytes: 2 ** 30, overflow: 'drop_oldest', fsync: 'group' }, new FakeClock());
  const cursor = await log.cursor('a', { from: 'end', retired: false, account: emptyAccount() });
  for (let n = 0; n < 10_000; n++) log.append([record('r')]);
  let turned = false;
  setImmediate(() => {
    turned = true;
  });
  assert.equal(await new Search(cursor, () => true).next(), undefined);
  assert.ok(turned);
});

test('what is dropped at a stop is dropped in several turns of the event loop', async () => {
  const down = await server(() => ({ do: 'stall' }));
  const { push, exporter, account } = await rig({ endpoints: [{ name: 'a', url: down.url }] });
  for (let n = 0; n < 1000; n++) await push(pushSeries({ service_name: 'a' }));
  const seen = new Set<number>();
  let ended = false;
  const look = (): void => {
    seen.add(account('a').dropped.shutdown);
    if (!ended) setImmediate(look);
  };
  look();
  await exporter.stop(AbortSignal.abort(new Error('the end')));
  ended = true;
  assert.equal(account('a').dropped.shutdown, 1000);
  assert.ok(seen.size > 3, `seen: ${[...seen]}`);
});

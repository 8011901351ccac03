import { emptyAccount } from '../../src/core/account.ts';
import { systemClock } from '../../src/core/clock.ts';
import { systemFiles } from '../../src/queue/disk/files.ts';
import { DiskLog } from '../../src/queue/disk.ts';
import type { LogRecord } from '../../src/queue/log.ts';
import { encodeRequest } from '../../src/wire/request.ts';
import { pushBody } from '../payload.ts';

/** What is told, as JSON in the first argument. */
export interface FillOrder {
  readonly queueDir: string;
  readonly cursor: string;
  readonly records: number;
  readonly profileBytes: number;
  readonly maxSizeBytes: number;
}

/*
 * Puts records into a queue on disk faster than pushes could, and leaves it as a crash does: the last segment open, without an index. Nothing
 * is synced, because nothing depends on it.
 */

const atOnce = 128;

// What it is started with.
const order = JSON.parse(process.argv[2] ?? '{}') as FillOrder;
const log = await DiskLog.open({
  dir: order.queueDir,
  files: systemFiles,
  lock: true,
  limits: { maxSizeBytes: order.maxSizeBytes, overflow: 'refuse', fsync: 'never' },
  clock: systemClock,
  report: {
    opened() {},
    damaged() {},
    appended() {},
    synced() {},
    stored() {},
    failed: (what, why) => process.stderr.write(`${what}: ${why}\n`),
  },
});
await log.cursor(order.cursor, { from: 'end', retired: false, account: emptyAccount() });
const facts = { path: '', query: '', contentTypes: [], trace: undefined, receiver: 'pyroscope', dead: undefined };
const record: Omit<LogRecord, 'receivedAt'> = {
  tenant: '',
  profiles: 1,
  only: undefined,
  inOrder: false,
  head: encodeRequest({ ...facts, kind: 'push', rawBytes: order.profileBytes }),
  body: pushBody(order.profileBytes),
};
for (let left = order.records; left > 0; left -= atOnce) {
  const group = Array.from({ length: Math.min(atOnce, left) }, () => log.append([{ ...record, receivedAt: systemClock.now() }]));
  await Promise.all(group);
}
process.exit();

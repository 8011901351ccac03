import { systemClock } from '../../../src/core/clock.ts';
import { append, nameOf, options, record, take } from '../contract.ts';
import { openDisk } from './open-disk.ts';

// A life of a log until it is killed: appends in threes, and is done with half of them. Says what was acknowledged after it was, and what is
// done with before it is.
const [dir = '', life = ''] = process.argv.slice(2);
const log = await openDisk(dir, systemClock, { limits: { maxSizeBytes: 2 ** 30, overflow: 'drop_oldest', fsync: 'group' } });
const cursor = await log.cursor('a', options());
const say = (word: string, name: string): void => void process.stdout.write(`${word} ${name}\n`);
for (let round = 0; ; round++) {
  const names = [0, 1, 2].map((at) => `${life}-${round}-${at}`);
  await Promise.all(
    names.map((name) => append(log, record(name, { body: Buffer.from(name.padEnd(20_000, '|')) })).then(() => say('ack', name))),
  );
  const lease = await take(cursor, 'newest');
  say('done', nameOf(lease.record).split('|')[0] ?? '');
  lease.done();
}

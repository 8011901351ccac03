import assert from 'node:assert/strict';
import { test } from 'node:test';
import { crc32 } from 'node:zlib';
import type { LogRecord } from '../../../src/queue/log.ts';
import { FakeClock } from '../../support/fake-clock.ts';
import { options, record, take } from '../contract.ts';
import { Content } from './content.ts';
import formatOne from './fixture-format-1.json' with { type: 'json' };
import { type Image, MemoryFiles } from './memory-files.ts';
import { MemoryReport, openDisk } from './open-disk.ts';

type Fixture = Readonly<Record<string, readonly { readonly at: number; readonly hex: string }[]>>;

/** A directory as an earlier build left it: pieces of each file, the last of which ends it. */
function imageOf(fixture: Fixture): Image {
  const image = new Map<string, Content>();
  for (const [path, pieces] of Object.entries(fixture)) {
    const content = new Content();
    for (const { at, hex } of pieces) {
      content.write(at, Buffer.from(hex, 'hex'));
      if (hex === '' && content.length < at) content.write(at - 1, Uint8Array.of(0));
    }
    image.set(path, content);
  }
  return image;
}

test('a directory of format 1 is read: records, progress, names, pause, retirement', async () => {
  const report = new MemoryReport();
  const log = await openDisk('/log', new FakeClock(), { files: new MemoryFiles(imageOf(formatOne)), report });
  assert.deepEqual([report.damagedRecords, report.openedWith?.setAside, report.openedWith?.foreign], [0, [], []]);
  assert.deepEqual(log.names(), [
    { name: 'https://pyroscope:4040/a b', retired: false },
    { name: 'paused', retired: true },
  ]);
  const one = record('one', { tenant: 'squad-1', profiles: 3 });
  const two = record('two', { inOrder: true, receivedAt: 1_700_000_000_123.5 });
  const three = record('three', { only: 'paused', head: new Uint8Array() });
  const four = record('four', { profiles: 4 });
  const expected: Readonly<Record<string, readonly LogRecord[]>> = { 'https://pyroscope:4040/a b': [two, four], paused: [one, three] };
  for (const [name, records] of Object.entries(expected)) {
    const cursor = await log.cursor(name, options({ retired: name === 'paused' }));
    assert.equal(cursor.paused, name === 'paused');
    await cursor.pause(false);
    for (const each of records) {
      const lease = await take(cursor);
      assert.deepEqual(
        { ...lease.record, head: Uint8Array.from(lease.record.head), body: Buffer.from(lease.record.body) },
        { ...each, head: Uint8Array.from(each.head) },
      );
      lease.done();
    }
    assert.equal(cursor.stats.records, 0);
  }
  await log.close();
});

test('a directory of a later format is refused with what it needs, and nothing in it is touched', async () => {
  const image = new Map(imageOf(formatOne));
  image.set('/log/log.json', Content.of(Buffer.from('{"version":2,"needs":"9.1.0","id":"00"}')));
  const files = new MemoryFiles(image);
  const changes = files.history.length;
  await assert.rejects(openDisk('/log', new FakeClock(), { files }), {
    name: 'DirectoryError',
    exitCode: 73,
    message: /it has format 2 and this build knows format 1: it needs flamegate 9.1.0; nothing was changed/,
  });
  assert.equal(files.history.length, changes);
});

test('a segment of a later format is a reason not to start', async () => {
  const image = new Map(imageOf(formatOne));
  const [path = ''] = [...image.keys()].filter((each) => each.endsWith('.seg'));
  const header = Buffer.from(image.get(path)?.bytes ?? []);
  header.writeUInt16LE(2, 8);
  header.writeUInt32LE(crc32(header.subarray(0, 60)), 60);
  image.set(path, Content.of(header));
  await assert.rejects(openDisk('/log', new FakeClock(), { files: new MemoryFiles(image) }), { exitCode: 73, message: /later release/ });
});

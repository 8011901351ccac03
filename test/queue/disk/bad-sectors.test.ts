import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { OpenFile } from '../../../src/queue/disk/files.ts';
import { FakeClock } from '../../support/fake-clock.ts';
import { append, drain, options, record } from '../contract.ts';
import { failure, type Image, MemoryFiles } from './memory-files.ts';
import { MemoryReport, openDisk } from './open-disk.ts';

const pageBytes = 4096;
const recordBytes = 300_000;

/** A file system of which one page cannot be read. */
class BadPage extends MemoryFiles {
  readonly #path: string;
  readonly #page: number;

  constructor(image: Image, path: string, at: number) {
    super(image);
    this.#path = path;
    this.#page = Math.floor(at / pageBytes);
  }

  override async open(path: string, mode: 'new' | 'write' | 'read'): Promise<OpenFile> {
    const file = await super.open(path, mode);
    if (path !== this.#path) return file;
    const bad = this.#page * pageBytes;
    return {
      ...file,
      read: async (into, at) => {
        if (at < bad + pageBytes && at + into.length > bad) throw failure('EIO', path);
        return file.read(into, at);
      },
    };
  }
}

/** Five records in one segment; as a process leaves them that dies, or that ends in peace. */
async function build(end: 'killed' | 'closed'): Promise<Image> {
  const files = new MemoryFiles();
  const log = await openDisk('/log', new FakeClock(), { files });
  const cursor = await log.cursor('a', options());
  for (const name of ['1', '2', '3', '4', '5']) await append(log, record(name, { body: Buffer.alloc(recordBytes, `${name}|`) }));
  await drain(cursor, 1);
  await cursor.close();
  const image = files.image();
  await log.close();
  return end === 'killed' ? image : files.image();
}

/** What a start finds. */
async function reopen(files: MemoryFiles): Promise<{ readonly found: readonly string[]; readonly report: MemoryReport }> {
  const report = new MemoryReport();
  const clock = new FakeClock();
  const log = await openDisk('/log', clock, { files, report });
  const cursor = await log.cursor('a', options());
  const found = (await drain(cursor, cursor.stats.records)).map((name) => name.slice(0, 1));
  await log.close();
  return { found, report };
}

const segment = '/log/0000000000000000.seg';
const frameBytes = recordBytes + 100;

for (const [what, at, lost] of [
  ['in the middle of a record', 64 + 2.5 * frameBytes, ['3']],
  ['where one ends and the next begins', 64 + 2 * frameBytes, ['2', '3']],
] as const) {
  test(`a bad sector ${what} costs what stands there when a start scans`, async () => {
    const { found, report } = await reopen(new BadPage(await build('killed'), segment, at));
    assert.deepEqual(
      found,
      ['2', '3', '4', '5'].filter((name) => !lost.some((each) => each === name)),
    );
    assert.deepEqual([report.damagedRecords, report.openedWith?.setAside], [lost.length, []]);
  });
}

test('a bad sector under the header of a segment costs nothing that its index knows and that was not there', async () => {
  const { found, report } = await reopen(new BadPage(await build('closed'), segment, 0));
  assert.deepEqual([found, report.openedWith?.setAside], [['2', '3', '4', '5'], []]);
});

test('a bad sector in the file of a cursor costs one of its two places', async () => {
  for (const at of [0, 2 ** 20]) {
    const { found } = await reopen(new BadPage(await build('closed'), '/log/cursors/a.cur', at));
    assert.deepEqual(found.slice(-4), ['2', '3', '4', '5']);
  }
});

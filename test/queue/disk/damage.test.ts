import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { LogRecord } from '../../../src/queue/log.ts';
import { FakeClock } from '../../support/fake-clock.ts';
import { append, nameOf, options, record, take } from '../contract.ts';
import { Content } from './content.ts';
import { failure, type Image, MemoryFiles } from './memory-files.ts';
import { MemoryReport, openDisk } from './open-disk.ts';

const limits = { maxSizeBytes: 2 ** 20, overflow: 'drop_oldest', fsync: 'group' } as const;
const names = Array.from({ length: 24 }, (_, at) => String(at).padStart(2, '0'));

function bodied(name: string): LogRecord {
  return record(name, { profiles: 2, body: Buffer.alloc(10_000, `${name}|`) });
}

/** The files of a log with 24 records in four segments of six, closed in peace. */
async function build(records: readonly LogRecord[] = names.map(bodied)): Promise<Map<string, Content>> {
  const files = new MemoryFiles();
  const log = await openDisk('/log', new FakeClock(), { files, limits });
  const cursor = await log.cursor('a', options());
  for (const each of records) await append(log, each);
  await cursor.close();
  await log.close();
  return files.image();
}

interface Outcome {
  readonly found: readonly string[];
  readonly damaged: number;
  readonly dropped: number;
  readonly recovered: number;
  readonly report: MemoryReport;
  readonly files: MemoryFiles;
}

/** Opens what is left and takes all that is there. */
async function reopen(image: Image): Promise<Outcome> {
  const report = new MemoryReport();
  const files = new MemoryFiles(image);
  const log = await openDisk('/log', new FakeClock(), { files, limits, report });
  const { account } = options();
  const cursor = await log.cursor('a', options({ account }));
  await cursor.pause(false);
  const found: string[] = [];
  for (let left = cursor.stats.records; left > 0; left = cursor.stats.records) {
    const lease = await cursor.take('oldest');
    if (lease === undefined) continue;
    const name = nameOf(lease.record).split('|')[0] ?? '';
    assert.equal(Buffer.compare(lease.record.body, bodied(name).body), 0, 'bytes that were appended');
    found.push(name);
    lease.done();
  }
  await cursor.close();
  await log.close();
  return { found, damaged: report.damagedRecords, dropped: account.dropped.damaged, recovered: account.recovered, report, files };
}

function segmentsOf(image: Image): string[] {
  return [...image.keys()].filter((path) => path.endsWith('.seg')).sort();
}

function dropIndexes(image: Map<string, Content>): void {
  for (const path of [...image.keys()]) if (path.endsWith('.idx')) image.delete(path);
}

/** The content of a file, to damage. */
function fileAt(image: Image, path: string | undefined): Content {
  return image.get(path ?? '') ?? assert.fail(`no file ${path}`);
}

function flip(image: Image, path: string | undefined, at: number): void {
  const content = fileAt(image, path);
  const byte = new Uint8Array(1);
  content.read(byte, at);
  content.write(at, Uint8Array.of((byte[0] ?? 0) ^ 0x10));
}

/** Of a record in its segment: six a segment, all alike. */
function frameOffset(image: Image, at: number): number {
  const segment = fileAt(image, segmentsOf(image)[Math.floor(at / 6)]);
  return 64 + (at % 6) * Math.floor((segment.length - 64) / 6);
}

test('a clean log is found whole', async () => {
  const image = await build();
  assert.equal(segmentsOf(image).length, 4);
  const { found, damaged, recovered } = await reopen(image);
  assert.deepEqual([found, damaged, recovered], [names, 0, 48]);
});

for (const indexed of [true, false]) {
  const how = indexed ? 'read' : 'scanned';

  test(`a record with a flipped bit is passed over and counted when it is ${how}`, async () => {
    const image = await build();
    if (!indexed) dropIndexes(image);
    flip(image, segmentsOf(image)[1], frameOffset(image, 8) + 5000);
    const { found, damaged, dropped } = await reopen(image);
    assert.deepEqual(found, names.with(8, '').filter(Boolean));
    assert.equal(damaged, 1);
    assert.equal(dropped, indexed ? 2 : 1, 'profiles where they are known, else one a record');
  });

  test(`a frame with a damaged head costs its record alone when it is ${how}`, async () => {
    const image = await build();
    if (!indexed) dropIndexes(image);
    for (const at of [0, 9, 17, 23]) flip(image, segmentsOf(image)[Math.floor(at / 6)], frameOffset(image, at) + 10);
    const { found, damaged } = await reopen(image);
    assert.deepEqual(
      found,
      names.filter((_, at) => ![0, 9, 17, 23].includes(at)),
    );
    assert.equal(damaged, 4);
  });

  test(`zeroes over two records cost those two when they are ${how}`, async () => {
    const image = await build();
    if (!indexed) dropIndexes(image);
    fileAt(image, segmentsOf(image)[2]).write(frameOffset(image, 14) + 100, new Uint8Array(10_000));
    const { found, damaged } = await reopen(image);
    assert.equal(damaged, 2);
    assert.deepEqual(
      found,
      names.filter((_, at) => at !== 14 && at !== 15),
    );
  });
}

test('a segment with a damaged header loses nothing', async () => {
  const image = await build();
  for (const [at, path] of segmentsOf(image).entries()) flip(image, path, at * 9);
  const { found, damaged } = await reopen(image);
  assert.deepEqual([found, damaged], [names, 0]);
});

test('a truncated segment loses what is behind the cut, exactly', async () => {
  const image = await build();
  fileAt(image, segmentsOf(image)[3]).truncate(frameOffset(image, 20) + 40);
  fileAt(image, segmentsOf(image)[0]).truncate(frameOffset(image, 5));
  const { found, damaged } = await reopen(image);
  assert.equal(damaged, 5);
  assert.deepEqual(
    found,
    names.filter((_, at) => at !== 5 && at < 20),
  );
});

test('a segment of zeroes is set aside, and its records are counted', async () => {
  const image = await build();
  const [, path] = segmentsOf(image);
  const content = fileAt(image, path);
  content.write(0, new Uint8Array(content.length));
  const { found, damaged, report, files } = await reopen(image);
  assert.equal(damaged, 6);
  assert.deepEqual(
    found,
    names.filter((_, at) => at < 6 || at >= 12),
  );
  assert.match(report.openedWith?.setAside.join() ?? '', /its header cannot be read/);
  assert.ok(files.image().has(`${path}.bad`));
});

for (const gone of [0, 2, 3]) {
  test(`a segment that is gone (number ${gone}) costs its records, and new ones get other positions`, async () => {
    const image = await build();
    image.delete(segmentsOf(image)[gone] ?? '');
    const { found, damaged, files } = await reopen(image);
    assert.equal(damaged, 6);
    assert.deepEqual(
      found,
      names.filter((_, at) => Math.floor(at / 6) !== gone),
    );
    const log = await openDisk('/log', new FakeClock(), { files: new MemoryFiles(files.image()), limits });
    const cursor = await log.cursor('a', options());
    await append(log, bodied('new'));
    const lease = await take(cursor);
    assert.ok(lease.position >= 24, `position ${lease.position}`);
    await log.close();
  });
}

test('segments whose names were exchanged lose nothing', async () => {
  const image = await build();
  const [first = '', , third = ''] = segmentsOf(image);
  const [a, b] = [fileAt(image, first), fileAt(image, third)];
  image.set(first, b);
  image.set(third, a);
  const { found, damaged } = await reopen(image);
  assert.deepEqual([found, damaged], [names, 0]);
});

test('a copy of a segment is set aside, under whatever name', async () => {
  for (const name of ['/log/0000000000000003.seg', '/log/00000000000000ff.seg']) {
    const image = await build();
    image.set(name, fileAt(image, segmentsOf(image)[0]).clone());
    const { found, damaged, report } = await reopen(image);
    assert.deepEqual([found, damaged], [names, 0]);
    assert.match(report.openedWith?.setAside.join() ?? '', /it is a copy of another segment/);
  }
});

test('a segment of another log is set aside', async () => {
  const image = await build();
  const other = await build(['98', '99'].map(bodied));
  image.set('/log/00000000000000ff.seg', fileAt(other, segmentsOf(other)[0]));
  const { found, damaged, report } = await reopen(image);
  assert.deepEqual([found, damaged], [names, 0]);
  assert.match(report.openedWith?.setAside.join() ?? '', /it belongs to another log/);
});

test('foreign files are left alone and named', async () => {
  const image = await build();
  image.set('/log/notes.txt', Content.of(Buffer.from('mine')));
  const { found, report, files } = await reopen(image);
  assert.deepEqual(found, names);
  assert.deepEqual(report.openedWith?.foreign, ['notes.txt']);
  assert.ok(files.image().has('/log/notes.txt'));
});

test('a segment that may not be read is a reason not to start, and nothing is changed', async () => {
  const files = new MemoryFiles(await build());
  const [, path = ''] = segmentsOf(files.image());
  files.fault = (verb, each) => {
    if (verb === 'open' && each === path) throw failure('EACCES', path);
  };
  await assert.rejects(openDisk('/log', new FakeClock(), { files }), {
    name: 'DirectoryError',
    exitCode: 73,
    message: /0006.seg cannot be read: EACCES/,
  });
  files.fault = () => {};
  assert.deepEqual((await reopen(files.image())).found, names);
});

test('a log whose log.json is gone or garbage is known by its segments', async () => {
  for (const text of [undefined, 'garbage', '{"version":1,"id":"short"}']) {
    const image = await build();
    if (text === undefined) image.delete('/log/log.json');
    else image.set('/log/log.json', Content.of(Buffer.from(text)));
    const { found, damaged } = await reopen(image);
    assert.deepEqual([found, damaged], [names, 0]);
  }
});

test('indexes that are garbage or of another segment are made anew', async () => {
  const image = await build();
  const [first = '', second = '', third = ''] = [...image.keys()].filter((path) => path.endsWith('.idx')).sort();
  image.set(first, Content.of(Buffer.from('garbage')));
  image.set(second, fileAt(image, third));
  flip(image, third, 90);
  const { found, damaged } = await reopen(image);
  assert.deepEqual([found, damaged], [names, 0]);
});

test('a cursor with one damaged slot goes on, with two it repeats', async () => {
  const files = new MemoryFiles();
  const log = await openDisk('/log', new FakeClock(), { files, limits });
  const cursor = await log.cursor('a', options());
  for (const name of names) await append(log, bodied(name));
  for (let at = 0; at < 20; at++) (await take(cursor)).done();
  await cursor.pause(true);
  await cursor.pause(false);
  await log.close();
  for (const at of [40, 2 ** 20 + 40]) {
    const oneSlot = files.image();
    flip(oneSlot, '/log/cursors/a.cur', at);
    assert.deepEqual((await reopen(oneSlot)).found, names.slice(20));
  }
  const noSlot = files.image();
  for (const at of [40, 2 ** 20 + 40]) flip(noSlot, '/log/cursors/a.cur', at);
  const { found } = await reopen(noSlot);
  assert.deepEqual(found, names.slice(18), 'from the first position that is left');
});

test('a frame that stands twice is one record', async () => {
  const image = await build();
  dropIndexes(image);
  const segment = fileAt(image, segmentsOf(image)[3]);
  segment.write(frameOffset(image, 23), segment.bytes.subarray(frameOffset(image, 20), frameOffset(image, 21)));
  const { found, damaged } = await reopen(image);
  assert.deepEqual([found, damaged], [names.slice(0, 23), 1]);
});

test('frames in a payload are not taken for frames, not even when the search comes upon them', async () => {
  const other = await build(['98', '99'].map(bodied));
  const forged = fileAt(other, segmentsOf(other)[0]).bytes.subarray(64, 10_100);
  const image = await build(names.map((name) => record(name, { body: Buffer.concat([Buffer.alloc(100), forged]) })));
  dropIndexes(image);
  const segment = fileAt(image, segmentsOf(image)[0]);
  segment.write(0, Buffer.concat([segment.bytes.subarray(0, 64), new Uint8Array(40)])); // the first frame's head is gone: the scan searches its body
  const report = new MemoryReport();
  const log = await openDisk('/log', new FakeClock(), { files: new MemoryFiles(image), limits, report });
  assert.deepEqual([report.damagedRecords, log.stats.records], [1, 23]);
  await log.close();
});

const damage = fc.record({
  file: fc.nat({ max: 7 }),
  kind: fc.constantFrom('flip', 'flip', 'zero', 'truncate', 'remove', 'repeat'),
  at: fc.nat({ max: 60_000 }),
  length: fc.nat({ max: 20_000 }),
});

test('whatever happens to segments and indexes, what is found is whole, once, and what is not is counted exactly', async () => {
  const pristine = await build();
  await fc.assert(
    fc.asyncProperty(fc.array(damage, { minLength: 1, maxLength: 4 }), async (damages) => {
      const image = new Map([...pristine].map(([path, content]) => [path, content.clone()]));
      const paths = [...image.keys()].filter((path) => /\.(seg|idx)$/.test(path)).sort();
      for (const { file, kind, at, length } of damages) {
        const path = paths[file] ?? '';
        const content = image.get(path);
        if (content === undefined || content.length === 0) continue;
        const offset = at % content.length;
        const part = content.bytes.subarray(offset, offset + length);
        if (kind === 'flip') flip(image, path, offset);
        else if (kind === 'zero') content.write(offset, new Uint8Array(part.length));
        else if (kind === 'truncate') content.truncate(offset);
        else if (kind === 'repeat') content.write(Math.max(0, offset - 7000), part);
        else image.delete(path);
      }
      const { found, damaged } = await reopen(image);
      assert.deepEqual(found, [...new Set(found)].sort());
      assert.equal(found.length + damaged, names.length);
    }),
    { numRuns: Number(process.env['FLAMEGATE_RUNS'] ?? 60) },
  );
});

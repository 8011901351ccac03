import assert from 'node:assert/strict';
import { test } from 'node:test';
import { crc32 } from 'node:zlib';
import fc from 'fast-check';
import { frameHeaderBytes, segmentHeaderBytes, writeFrameHeader } from '../../../src/queue/disk/frame.ts';
import { scanFrames } from '../../../src/queue/disk/scan.ts';
import { record } from '../contract.ts';
import { encodeRecord } from '../encode-record.ts';
import { Content } from './content.ts';
import { MemoryFiles } from './memory-files.ts';

const mark = Buffer.from('0123456789abcdef', 'hex');

function frame(position: number, body: Uint8Array): Buffer {
  const bytes = encodeRecord(record('', { head: new Uint8Array(), body }));
  const header = Buffer.alloc(frameHeaderBytes);
  writeFrameHeader(header, 0, mark, { position, length: bytes.length, crc: crc32(bytes), batch: { before: 0, after: 0, group: 0 } });
  return Buffer.concat([header, bytes]);
}

async function scan(bytes: Uint8Array, end = Number.MAX_SAFE_INTEGER): Promise<{ position: number; offset: number; sound: boolean }[]> {
  const file = await new MemoryFiles(new Map([['/x', Content.of(bytes)]])).open('/x', 'read');
  const found = [];
  for await (const { position, offset, front } of scanFrames(file, { sizeBytes: bytes.length, mark, first: 0, end })) {
    found.push({ position, offset, sound: front !== undefined });
  }
  return found;
}

test('every frame is found where it stands, whatever its size, with garbage between', async () => {
  const piece = fc.record({
    garbage: fc.nat({ max: 100 }),
    size: fc.constantFrom(0, 10, 5000, 2 ** 20, 2 ** 20 + 77),
    skip: fc.nat({ max: 2 }),
  });
  await fc.assert(
    fc.asyncProperty(fc.array(piece, { maxLength: 6 }), async (pieces) => {
      const parts: Uint8Array[] = [Buffer.alloc(segmentHeaderBytes)];
      const expected: { position: number; offset: number; sound: boolean }[] = [];
      let position = 0;
      for (const { garbage, size, skip } of pieces) {
        parts.push(Buffer.alloc(garbage, 7));
        position += skip;
        expected.push({ position, offset: parts.reduce((sum, { length }) => sum + length, 0), sound: true });
        parts.push(frame(position, Buffer.alloc(size, 1)));
        position += 1;
      }
      assert.deepEqual(await scan(Buffer.concat(parts)), expected);
    }),
    { numRuns: 30 },
  );
});

test('a frame whose record is damaged is told from a sound one', async () => {
  const bytes = Buffer.concat([Buffer.alloc(segmentHeaderBytes), frame(0, Buffer.from('abc')), frame(1, Buffer.from('def'))]);
  bytes.writeUInt8(0xff, segmentHeaderBytes + frameHeaderBytes + 25);
  assert.deepEqual(
    (await scan(bytes)).map(({ sound }) => sound),
    [false, true],
  );
});

test('frames of the next segment on are passed over, and so is one that the end cuts', async () => {
  const frames = [0, 1, 2, 3].map((position) => frame(position, Buffer.from('abc')));
  const bytes = Buffer.concat([Buffer.alloc(segmentHeaderBytes), ...frames]);
  assert.deepEqual(
    (await scan(bytes, 2)).map(({ position }) => position),
    [0, 1],
  );
  assert.deepEqual(
    (await scan(bytes.subarray(0, -1))).map(({ position }) => position),
    [0, 1, 2],
  );
});

test('any bytes can be scanned', async () => {
  const bytes = fc.array(
    fc.oneof(
      fc.uint8Array({ maxLength: 50 }),
      fc.constant(mark),
      fc.nat({ max: 3 }).map((position) => frame(position, Buffer.from('abc'))),
    ),
  );
  await fc.assert(
    fc.asyncProperty(bytes, async (parts) => {
      const found = await scan(Buffer.concat(parts));
      const positions = found.map(({ position }) => position);
      assert.deepEqual(positions, [...new Set(positions)].sort());
    }),
  );
});

import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, test } from 'node:test';
import { contentOf, watchFiles } from '../../src/cli/watch.ts';
import { systemClock } from '../../src/core/clock.ts';
import { FakeClock } from '../support/fake-clock.ts';
import { createTestLogger, type LogLine } from '../support/host.ts';

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'flamegate-watch-'));
});
afterEach(() => rmSync(directory, { recursive: true }));

/** Resolves at the next change that is told. */
function nextChange(paths: readonly string[]): { changed: Promise<void>; stop: () => void } {
  const { promise, resolve } = Promise.withResolvers<void>();
  const stop = watchFiles({ paths, clock: systemClock, log: createTestLogger([]), onChange: resolve });
  return { changed: promise, stop };
}

test('a file that is written anew is told', { timeout: 10_000 }, async () => {
  const file = join(directory, 'a.yaml');
  writeFileSync(file, 'a: 1');
  const { changed, stop } = nextChange([file]);
  writeFileSync(file, 'a: 2');
  await changed;
  stop();
});

test('the link swap of a Kubernetes volume is told', { timeout: 10_000 }, async () => {
  for (const [name, text] of [
    ['..one', 'a: 1'],
    ['..two', 'a: 2'],
  ] as const) {
    mkdirSync(join(directory, name));
    writeFileSync(join(directory, name, 'a.yaml'), text);
  }
  symlinkSync('..one', join(directory, '..data'));
  symlinkSync(join('..data', 'a.yaml'), join(directory, 'a.yaml'));
  const { changed, stop } = nextChange([join(directory, 'a.yaml')]);
  symlinkSync('..two', join(directory, '..tmp'));
  renameSync(join(directory, '..tmp'), join(directory, '..data'));
  await changed;
  stop();
});

test('a file that is new in a directory is told', { timeout: 10_000 }, async () => {
  const { changed, stop } = nextChange([directory]);
  writeFileSync(join(directory, 'b.alloy'), '');
  await changed;
  stop();
});

test('the same content again is no change, and what the system does not tell is found by looking', async () => {
  const clock = new FakeClock();
  const lines: LogLine[] = [];
  let changes = 0;
  const file = join(directory, 'none', 'a.yaml');
  // The directory does not exist, so there is nothing to watch.
  const stop = watchFiles({ paths: [file], clock, log: createTestLogger(lines), onChange: () => (changes += 1) });
  assert.equal(lines.filter((line) => line.level === 'warn').length, 1);
  mkdirSync(join(directory, 'none'));
  writeFileSync(file, 'a: 1');
  await clock.advance(2_000);
  assert.equal(changes, 1);
  writeFileSync(file, 'a: 1');
  await clock.advance(60_000);
  assert.equal(changes, 1);
  assert.equal(lines.length, 1, 'said once');
  stop();
  assert.equal(clock.pending, 0);
});

test('what has changed between the reading and the watch is told too', async () => {
  const clock = new FakeClock();
  let changes = 0;
  const file = join(directory, 'a.yaml');
  writeFileSync(file, 'a: 1');
  const seen = contentOf([file]);
  writeFileSync(file, 'a: 2');
  const stop = watchFiles({ paths: [file], seen, clock, log: createTestLogger([]), onChange: () => (changes += 1) });
  await clock.advance(1_000);
  assert.equal(changes, 1);
  stop();
});

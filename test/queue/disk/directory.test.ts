import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Births } from '../../../src/queue/ages.ts';
import { openDirectory } from '../../../src/queue/disk/directory.ts';
import { DirectoryError } from '../../../src/queue/disk/directory-error.ts';
import { FakeClock } from '../../support/fake-clock.ts';
import { failure, MemoryFiles } from './memory-files.ts';

const births = new Births(new FakeClock());

/** The directories that an open syncs. */
async function syncedBy(files: MemoryFiles, dir: string, lock: boolean): Promise<Set<string>> {
  const from = files.history.length;
  await openDirectory({ dir, files, lock }, births);
  return new Set(files.history.slice(from).flatMap((op) => (op.kind === 'syncDir' ? [op.dir] : [])));
}

test('every open makes the way to a directory durable: a start before may have been cut short after making it', async () => {
  const files = new MemoryFiles();
  for (const life of ['first', 'second']) {
    assert.ok((await syncedBy(files, '/v/q', true)).has('/v'), `${life}: the queue`);
    const dead = await syncedBy(files, '/v/q/dead/up', false);
    assert.ok(dead.has('/v/q/dead') && dead.has('/v/q'), `${life}: its dead letters`);
  }
});

test('a directory above that cannot be synced matters where it is ours', async () => {
  const files = new MemoryFiles();
  files.fault = (verb, path) => {
    if (verb === 'syncDir' && path === '/v') throw failure('EACCES', path);
  };
  await openDirectory({ dir: '/v/q', files, lock: true }, births);
  files.fault = (verb, path) => {
    if (verb === 'syncDir' && path === '/v/q') throw failure('EIO', path);
  };
  await assert.rejects(openDirectory({ dir: '/v/q/dead/up', files, lock: false }, births), DirectoryError);
});

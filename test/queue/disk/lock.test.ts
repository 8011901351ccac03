import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { after, test } from 'node:test';
import { systemClock } from '../../../src/core/clock.ts';
import { lockFile } from '../../../src/queue/disk/lock.ts';
import { drain, options } from '../contract.ts';
import { openDisk } from './open-disk.ts';

const base = await mkdtemp(`${tmpdir()}/flamegate-lock-`);
after(() => rm(base, { recursive: true }));

function start(script: string, ...argv: readonly string[]): ChildProcess {
  return spawn(process.execPath, [`${import.meta.dirname}/${script}`, ...argv], { stdio: ['ignore', 'pipe', 'inherit'] });
}

async function firstLine(child: ChildProcess): Promise<string> {
  const [data] = await once(child.stdout ?? assert.fail('no stdout'), 'data');
  return String(data).trim();
}

async function kill(child: ChildProcess): Promise<void> {
  child.kill('SIGKILL');
  await once(child, 'exit');
}

test('one process at a time holds a directory, and the kernel lets go when it is killed', async () => {
  const dir = `${base}/killed`;
  await (await openDisk(dir, systemClock)).close();
  const holder = start('lock-holder.ts', `${dir}/LOCK`);
  assert.equal(await firstLine(holder), 'locked');
  await assert.rejects(openDisk(dir, systemClock), { name: 'DirectoryError', exitCode: 73, message: /another process is using it/ });
  await kill(holder);
  await (await openDisk(dir, systemClock)).close();
});

test('a log that is open keeps other processes out', async () => {
  const log = await openDisk(`${base}/open`, systemClock);
  const other = start('lock-holder.ts', `${base}/open/LOCK`);
  assert.equal(await firstLine(other), 'refused');
  await log.close();
});

test('a lock is free again once it was given back', () => {
  const path = `${base}/again`;
  const unlock = lockFile(path) ?? assert.fail('it is free');
  assert.equal(lockFile(path), undefined);
  unlock();
  lockFile(path)?.();
});

test('a process that is killed again and again while it writes loses nothing that it acknowledged', async () => {
  const dir = `${base}/writer`;
  const [acknowledged, done] = [new Set<string>(), new Set<string>()];
  for (let life = 0; life < 2; life++) {
    const writer = start('writer.ts', dir, String(life));
    let text = '';
    for await (const chunk of writer.stdout ?? []) {
      text += String(chunk);
      if (text.split('\n').length > 24 + 12 * life) break;
    }
    await kill(writer);
    for (const line of text.slice(0, text.lastIndexOf('\n')).split('\n')) {
      const [word, name = ''] = line.split(' ');
      (word === 'ack' ? acknowledged : done).add(name);
    }
  }
  const log = await openDisk(dir, systemClock);
  const cursor = await log.cursor('a', options());
  const found = new Set((await drain(cursor, cursor.stats.records)).map((name) => name.split('|')[0] ?? ''));
  for (const name of acknowledged) assert.ok(found.has(name) || done.has(name), `${name} was acknowledged and is lost`);
  const repeated = [...found].filter((name) => done.has(name));
  assert.ok(repeated.length <= 2 * 200, `${repeated.length} repeated`);
  assert.ok(acknowledged.size > 20, `${acknowledged.size} acknowledged`);
  await log.close();
});

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { after } from 'node:test';
import { gzipSync } from 'node:zlib';
import type { Io } from '../../../src/cli/io.ts';
import type { Selection } from '../../../src/cli/queue/selection.ts';
import { systemClock } from '../../../src/core/clock.ts';
import { Labels } from '../../../src/core/labels.ts';
import { deadDir } from '../../../src/queue/dead-letters.ts';
import type { DiskLog } from '../../../src/queue/disk.ts';
import type { LogRecord } from '../../../src/queue/log.ts';
import { concatBytes } from '../../../src/wire/protobuf.ts';
import { encodePush } from '../../../src/wire/push.ts';
import { type DeadNote, encodeRequest } from '../../../src/wire/request.ts';
import { WireWriter } from '../../../src/wire/wire-writer.ts';
import { options } from '../../queue/contract.ts';
import { openDisk } from '../../queue/disk/open-disk.ts';

const base = await mkdtemp(`${tmpdir()}/flamegate-queue-`);
after(() => rm(base, { recursive: true }));
let dirs = 0;

/** A directory of the test's own that is not there yet. */
export function newDir(): string {
  return `${base}/${dirs++}`;
}

/** Nothing is chosen: everything. */
export const everything: Selection = { dead: false, endpoint: undefined, match: undefined, olderThanMs: undefined, limit: undefined };

/** What a verb wrote. */
export interface Said {
  readonly io: Io;
  readonly out: () => string;
  readonly err: () => string;
}

export function listen(): Said {
  const [out, err]: [string[], string[]] = [[], []];
  const io: Io = {
    stdout: { write: (text) => void out.push(text), isTty: false },
    stderr: { write: (text) => void err.push(text), isTty: false },
    env: {},
    cwd: base,
  };
  return { io, out: () => out.join(''), err: () => err.join('') };
}

/** A push of one profile, as the exporter stores it. */
export function pushRecord(service: string, facts: Partial<LogRecord> = {}, dead?: DeadNote): LogRecord {
  const labels = Labels.of({ __name__: 'process_cpu', service_name: service });
  const sample = new WireWriter(64);
  sample.bytes(1, gzipSync(`profile of ${service}`));
  const field = new WireWriter(64);
  field.bytes(2, sample.finish());
  const body = encodePush([{ labels, payload: { kind: 'push', fields: [field.finish()], profiles: 1, rawBytes: 7 } }]);
  return stored(body, 'push', '', facts, dead);
}

/** An /ingest body, as the exporter stores it. */
export function ingestRecord(name: string, facts: Partial<LogRecord> = {}): LogRecord {
  return stored(concatBytes([Buffer.from('a 1\n')]), 'ingest', `name=${encodeURIComponent(name)}&format=folded`, facts);
}

function stored(body: Uint8Array, kind: 'push' | 'ingest', query: string, facts: Partial<LogRecord>, dead?: DeadNote): LogRecord {
  const path = kind === 'ingest' ? '/ingest' : '';
  const head = encodeRequest({ kind, path, query, contentTypes: [], rawBytes: 7, trace: undefined, receiver: 'pyroscope', dead });
  return { receivedAt: systemClock.now(), tenant: 'squad-1', profiles: 1, only: undefined, inOrder: false, head, body, ...facts };
}

/** Why a dead letter is one. */
export const rejected: DeadNote = {
  reason: 'rejected',
  at: systemClock.now(),
  attempts: 2,
  status: 400,
  code: 3,
  message: 'labels are bad',
};

/** Makes a queue with these endpoints and records, and closes it. */
export async function makeQueue(dir: string, endpoints: readonly string[], records: readonly LogRecord[]): Promise<void> {
  const log = await openDisk(dir, systemClock);
  for (const name of endpoints) await (await log.cursor(name, options())).close();
  for (const each of records) await log.append([each]);
  await log.close();
}

/** Adds dead letters of an endpoint to a queue. */
export async function makeDead(dir: string, endpoint: string, records: readonly LogRecord[]): Promise<void> {
  await makeQueue(deadDir(dir, endpoint), ['dead'], records);
}

/** Runs with a log that is opened as a gateway would. */
export async function withLog<T>(dir: string, run: (log: DiskLog) => Promise<T>): Promise<T> {
  const log = await openDisk(dir, systemClock);
  try {
    return await run(log);
  } finally {
    await log.close();
  }
}

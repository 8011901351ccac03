/*
 * What a push costs in the client alone: records made in this process, sent to the sink over warm connections. CPU time of this process, user and
 * system, for each record delivered: by undici's dispatch() with nothing around it, and by the product's client.
 *
 *   node bench/client.ts [KIB=2] [CONNECTIONS=16] [SECONDS=3] [ROUNDS=3]
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client } from 'undici';
import { createHttpClient } from '../src/net/client/client.ts';
import { HttpClientSchema } from '../src/net/client/schema.ts';
import { createTestHost } from '../test/support/host.ts';
import { compile, hasCompiler, startSink } from './targets.ts';

const [kib = 2, connections = 16, seconds = 3, rounds = 3] = process.argv.slice(2).map(Number);
const body = Buffer.alloc(kib * 1024, 'x');
const path = '/push.v1.PusherService/Push';

/** Begins one push and tells when it is over. */
type Push = (done: () => void) => void;

/** CPU microseconds for each push, so many at a time. */
function measure(push: Push, ms: number): Promise<number> {
  return new Promise((resolve) => {
    const until = performance.now() + ms;
    const before = process.cpuUsage();
    let under = connections;
    let count = 0;
    const next = (): void => {
      count++;
      if (performance.now() < until) return void push(next);
      if (--under > 0) return;
      const { user, system } = process.cpuUsage(before);
      resolve((user + system) / count);
    };
    for (let i = 0; i < connections; i++) push(next);
  });
}

function byDispatch(port: number): Push {
  const options = { pipelining: 1, headersTimeout: 0, bodyTimeout: 0 };
  const free = Array.from({ length: connections }, () => new Client(`http://127.0.0.1:${port}`, options));
  const headers = [
    'user-agent',
    'bench',
    'content-type',
    'application/proto',
    'connect-protocol-version',
    '1',
    'connect-timeout-ms',
    '10000',
  ];
  return (done) => {
    const client = free.pop();
    if (client === undefined) throw new Error('no connection is free');
    client.dispatch(
      { path, method: 'POST', headers, body },
      {
        onRequestStart: () => undefined,
        onResponseStart: () => undefined,
        onResponseData: () => undefined,
        onResponseEnd() {
          free.push(client);
          done();
        },
        onResponseError(_, error) {
          throw error;
        },
      },
    );
  };
}

function byClient(port: number): Push {
  const client = createHttpClient(HttpClientSchema.parse({ url: `http://127.0.0.1:${port}` }), createTestHost());
  const prepared = client.prepare({ 'Content-Type': 'application/proto', 'Connect-Protocol-Version': '1' });
  return (done) => {
    const extra = ['connect-timeout-ms', '10000'];
    client.send({ path, query: '', headers: {}, prepared, extra, body }, (outcome) => {
      if (outcome.kind !== 'response' || outcome.status !== 200) throw new Error(JSON.stringify(outcome));
      done();
    });
  };
}

const dir = mkdtempSync(join(tmpdir(), 'flamegate-bench-'));
if (hasCompiler) compile(dir);
const sink = await startSink(dir);
try {
  const ways = { dispatch: byDispatch(sink.port), client: byClient(sink.port) };
  for (const push of Object.values(ways)) await measure(push, 2000);
  for (let round = 0; round < rounds; round++) {
    for (const [name, push] of Object.entries(ways)) {
      const us = await measure(push, seconds * 1000);
      process.stdout.write(`${name.padEnd(8)} ${kib} KiB, ${connections} at a time: ${us.toFixed(1)} us CPU a push\n`);
    }
  }
} finally {
  await sink.running.stop();
  rmSync(dir, { recursive: true });
}
process.exit(0);

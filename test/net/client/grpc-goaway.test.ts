import assert from 'node:assert/strict';
import { constants, createServer, type ServerHttp2Session, type ServerHttp2Stream } from 'node:http2';
import type { AddressInfo } from 'node:net';
import { type TestContext, test } from 'node:test';
import { createGrpcClient } from '../../../src/net/client/grpc.ts';
import { createTestHost } from '../../support/host.ts';
import { config, never } from './upstream.ts';

/** Ends each call well whose stream `instead` does not take; told how many came before. */
async function startPeer(t: TestContext, instead: (stream: ServerHttp2Stream, before: number) => boolean): Promise<string> {
  const sessions: ServerHttp2Session[] = [];
  const server = createServer();
  let came = 0;
  server.on('session', (session) => {
    sessions.push(session);
    session.on('error', () => undefined);
  });
  server.on('stream', (stream) => {
    stream.on('error', () => undefined);
    if (!instead(stream, came++)) take(stream);
  });
  t.after(async () => {
    for (const session of sessions) session.destroy();
    await new Promise((resolve) => server.close(resolve));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`; // listening on TCP
}

function take(stream: ServerHttp2Stream): void {
  stream.resume();
  stream.on('end', () => {
    stream.respond({ ':status': 200, 'content-type': 'application/grpc' }, { waitForTrailers: true });
    stream.on('wantTrailers', () => stream.sendTrailers({ 'grpc-status': '0' }));
    stream.end(Buffer.alloc(5)); // an empty message
  });
}

async function burst(t: TestContext, url: string, count: number, keys: object = {}): Promise<string[]> {
  const client = createGrpcClient(config(url, keys), createTestHost());
  t.after(() => client.close());
  const outcomes = await Promise.all(Array.from({ length: count }, (_, i) => client.request(Buffer.from(`p${i}`), {}, never)));
  return [
    ...new Set(outcomes.map((outcome) => (outcome.kind === 'response' ? `${outcome.code} ${outcome.message}` : JSON.stringify(outcome)))),
  ];
}

test('calls that GOAWAY disowns are made again while the peer goes on with the rest', async (t) => {
  const first: ServerHttp2Stream[] = [];
  let elsewhere = 0;
  const url = await startPeer(t, (stream) => {
    if (first.length > 0 && stream.session !== first[0]?.session) {
      // All the rest has come: the first is over now.
      if (++elsewhere === 39) first.slice(0, 1).forEach(take);
      return false;
    }
    if (first.push(stream) === 10) stream.session?.goaway(constants.NGHTTP2_NO_ERROR, 1);
    return true;
  });
  assert.deepEqual(await burst(t, url, 40), ['0 ']);
});

test('calls that are refused again and again are the same attempt', async (t) => {
  const url = await startPeer(t, (stream, before) => {
    if (before >= 60) return false;
    stream.close(constants.NGHTTP2_REFUSED_STREAM);
    return true;
  });
  assert.deepEqual(await burst(t, url, 20), ['0 ']);
});

test('a call that is refused until the attempt is over is a timeout', async (t) => {
  const url = await startPeer(t, (stream) => {
    stream.close(constants.NGHTTP2_REFUSED_STREAM);
    return true;
  });
  assert.match((await burst(t, url, 1, { remote_timeout: '300ms' })).join(), /"timeout".*no answer within 300ms/);
});

test('informational answers before the answer of a call are not it', async (t) => {
  const url = await startPeer(t, (stream) => {
    for (const status of [100, 103]) stream.additionalHeaders({ ':status': status });
    return false;
  });
  assert.deepEqual(await burst(t, url, 5), ['0 ']);
});

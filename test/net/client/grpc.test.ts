import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createGrpcClient } from '../../../src/net/client/grpc.ts';
import { createTestHost } from '../../support/host.ts';
import { createGrpcUpstream } from './grpc-upstream.ts';
import { config, never } from './upstream.ts';

const host = createTestHost();

test('sends the body as the message, with the headers as metadata', async (t) => {
  await using upstream = await createGrpcUpstream();
  const client = createGrpcClient(config(upstream.url, { headers: { 'X-Scope-OrgID': 'squad-1' }, bearer_token: 't' }), host);
  t.after(() => client.close());
  const outcome = await client.push(Buffer.from('profile'), { traceparent: '00-1' }, never);
  assert.deepEqual(outcome, { kind: 'response', code: 0, message: '', retryAfter: undefined });
  const [seen] = upstream.seen;
  assert.equal(seen?.body.toString(), 'profile');
  assert.deepEqual(seen?.metadata.get('x-scope-orgid'), ['squad-1']);
  assert.deepEqual(seen?.metadata.get('authorization'), ['Bearer t']);
  assert.deepEqual(seen?.metadata.get('traceparent'), ['00-1']);
});

test("tells the server's code, words and Retry-After", async (t) => {
  await using upstream = await createGrpcUpstream((answer) => answer(8, 'too many', { 'retry-after': '3' }));
  const client = createGrpcClient(config(upstream.url), host);
  t.after(() => client.close());
  assert.deepEqual(await client.push(Buffer.from('p'), {}, never), { kind: 'response', code: 8, message: 'too many', retryAfter: '3' });
});

test('a server that does not answer in time is a timeout, one that is not there a network failure', async (t) => {
  const upstream = await createGrpcUpstream(() => undefined);
  const client = createGrpcClient(config(upstream.url, { remote_timeout: '100ms' }), host);
  t.after(() => client.close());
  const slow = await client.push(Buffer.from('p'), {}, never);
  assert.deepEqual(slow, { kind: 'failure', cause: 'timeout', message: `127.0.0.1:${upstream.port}: no answer within 100ms` });
  await upstream[Symbol.asyncDispose]();
  const other = createGrpcClient(config(upstream.url), host);
  t.after(() => other.close());
  const gone = await other.push(Buffer.from('p'), {}, never);
  assert.equal(gone.kind === 'failure' ? gone.cause : gone.kind, 'network');
});

test('the caller can end a call', async (t) => {
  const stop = new AbortController();
  await using upstream = await createGrpcUpstream(() => stop.abort());
  const client = createGrpcClient(config(upstream.url), host);
  t.after(() => client.close());
  assert.deepEqual(await client.push(Buffer.from('p'), {}, stop.signal), { kind: 'aborted' });
});

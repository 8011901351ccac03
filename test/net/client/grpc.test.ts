import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { ServerCredentials } from '@grpc/grpc-js';
import { createGrpcClient, type GrpcClient } from '../../../src/net/client/grpc.ts';
import { createTestHost } from '../../support/host.ts';
import { createForwardProxy, createHole } from '../../support/proxies.ts';
import { type Authority, createAuthority, pemOf } from './certificates.ts';
import { createGrpcUpstream } from './grpc-upstream.ts';
import { config, createUpstream, never } from './upstream.ts';

const host = createTestHost();
const body = Buffer.from('profile');
let authority: Authority;
before(() => {
  authority = createAuthority('Test Authority');
});
after(() => authority[Symbol.dispose]());

function tlsCredentials(names = 'IP:127.0.0.1'): ServerCredentials {
  const { cert, key } = pemOf(authority.issue('server', { names }));
  return ServerCredentials.createSsl(null, [{ cert_chain: cert, private_key: key }]);
}

async function push(url: string, keys: object = {}): Promise<string> {
  const client = createGrpcClient(config(url, keys), host);
  const outcome = await client.request(body, {}, never);
  await client.close();
  return outcome.kind === 'response'
    ? `${outcome.code} ${outcome.message}`.trim()
    : outcome.kind === 'failure'
      ? `${outcome.cause}: ${outcome.message}`
      : 'aborted';
}

/** The next attempt gets through; on a busy machine one more may time out. */
async function untilAnswered(client: GrpcClient): Promise<void> {
  for (let i = 0; i < 10; i++) if ((await client.request(body, {}, never)).kind === 'response') return;
  assert.fail('no call got through');
}

test('sends the body as the message, with the headers as metadata', async (t) => {
  await using upstream = await createGrpcUpstream();
  const client = createGrpcClient(config(upstream.url, { headers: { 'X-Scope-OrgID': 'squad-1' }, bearer_token: 't' }), host);
  t.after(() => client.close());
  const outcome = await client.request(Buffer.from('profile'), { traceparent: '00-1' }, never);
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
  assert.deepEqual(await client.request(Buffer.from('p'), {}, never), { kind: 'response', code: 8, message: 'too many', retryAfter: '3' });
});

test('a server that does not answer in time is a timeout, one that is not there a network failure', async (t) => {
  const upstream = await createGrpcUpstream(() => undefined);
  const client = createGrpcClient(config(upstream.url, { remote_timeout: '100ms' }), host);
  t.after(() => client.close());
  const slow = await client.request(Buffer.from('p'), {}, never);
  assert.deepEqual(slow, { kind: 'failure', cause: 'timeout', message: `127.0.0.1:${upstream.port}: no answer within 100ms` });
  await upstream[Symbol.asyncDispose]();
  assert.equal(await push(upstream.url), `network: 127.0.0.1:${upstream.port}: connect ECONNREFUSED 127.0.0.1:${upstream.port}`);
});

test('the caller can end a call', async (t) => {
  const stop = new AbortController();
  await using upstream = await createGrpcUpstream(() => stop.abort());
  const client = createGrpcClient(config(upstream.url), host);
  t.after(() => client.close());
  assert.deepEqual(await client.request(Buffer.from('p'), {}, stop.signal), { kind: 'aborted' });
});

test('speaks TLS by the rules of tls_config', async () => {
  await using upstream = await createGrpcUpstream(undefined, tlsCredentials());
  await using other = await createGrpcUpstream(undefined, tlsCredentials('DNS:elsewhere.test'));
  const tls_config = { ca_file: authority.ca };
  assert.equal(await push(upstream.url, { tls_config }), '0');
  assert.equal(await push(other.url, { tls_config: { ...tls_config, server_name: 'elsewhere.test' } }), '0');
  assert.match(
    await push(other.url, { tls_config }),
    /^network: 127.0.0.1:\d+: its certificate \(issuer CN=Test Authority\) is for DNS:elsewhere.test, not for/,
  );
  assert.match(await push(upstream.url), /its certificate \(issuer CN=Test Authority\) is not trusted, .*: tls_config.ca_file/);
});

test('goes through a proxy, cleartext and TLS', async () => {
  await using plain = await createGrpcUpstream();
  await using secure = await createGrpcUpstream(undefined, tlsCredentials('DNS:pyroscope.test'));
  await using first = await createForwardProxy({ targetPort: plain.port });
  await using second = await createForwardProxy({ targetPort: secure.port });
  assert.equal(await push('http://pyroscope.test:4040', { proxy_url: first.url }), '0');
  assert.equal(await push('https://pyroscope.test', { proxy_url: second.url, tls_config: { ca_file: authority.ca } }), '0');
  assert.deepEqual([...first.seen, ...second.seen], ['CONNECT pyroscope.test:4040', 'CONNECT pyroscope.test:443']);
});

test('a proxy that refuses is the reason', async () => {
  await using proxy = await createForwardProxy({ authorization: 'nobody' });
  assert.match(
    await push('http://pyroscope.test:4040', { proxy_url: proxy.url }),
    /^network: pyroscope.test:4040: the proxy .* refuses the connection with 407/,
  );
});

test('a name that does not exist is the reason', async () => {
  assert.match(
    await push('http://nothing-here.invalid:4040'),
    /^network: nothing-here.invalid:4040: its name (does not resolve|could not be looked up)/,
  );
});

test('an HTTP server that speaks no gRPC is a failure', async () => {
  await using upstream = await createUpstream();
  assert.match(await push(upstream.url, { remote_timeout: '500ms' }), /^(network|timeout): 127.0.0.1:\d+: /);
});

test('a channel that hangs while it connects is replaced', async () => {
  await using upstream = await createGrpcUpstream();
  await using hole = await createHole(upstream.port, 1);
  const client = createGrpcClient(config(`http://127.0.0.1:${hole.port}`, { remote_timeout: '300ms' }), host);
  const first = await client.request(body, {}, never);
  assert.equal(first.kind === 'failure' ? first.cause : first.kind, 'timeout');
  await untilAnswered(client);
  await client.close();
});

test('a channel older than max_connection_age is replaced', async () => {
  await using upstream = await createGrpcUpstream();
  await using hole = await createHole(upstream.port);
  const client = createGrpcClient(config(`http://127.0.0.1:${hole.port}`, { max_connection_age: '1ms' }), host);
  await client.request(body, {}, never);
  await new Promise((resolve) => setTimeout(resolve, 2));
  await client.request(body, {}, never);
  await client.close();
  assert.equal(hole.accepted(), 2);
});

test('a missing secret file fails the call without a connection', async () => {
  await using upstream = await createGrpcUpstream();
  assert.equal(
    await push(upstream.url, { bearer_token_file: '/nope' }),
    'credentials: unable to read authorization credentials: unable to read file /nope: ENOENT',
  );
  assert.equal(upstream.seen.length, 0);
});

test('a channel whose peer is gone without a word is replaced', async () => {
  await using upstream = await createGrpcUpstream();
  await using hole = await createHole(upstream.port);
  const client = createGrpcClient(config(`http://127.0.0.1:${hole.port}`, { remote_timeout: '300ms' }), host);
  assert.equal((await client.request(body, {}, never)).kind, 'response');
  hole.deafen();
  assert.equal((await client.request(body, {}, never)).kind, 'failure');
  await untilAnswered(client);
  await client.close();
});

test('a call that is slow ends on its channel although that is replaced', async () => {
  let first = true;
  let answerSlow: () => void = () => undefined;
  await using upstream = await createGrpcUpstream((answer) => {
    if (first) answerSlow = () => answer(0);
    else if (upstream.seen.length > 2) answer(0);
    first = false;
  });
  const client = createGrpcClient(config(upstream.url, { max_connection_age: '1ms' }), host);
  const slow = client.request(body, {}, never);
  while (upstream.seen.length === 0) await new Promise((resolve) => setTimeout(resolve, 2));
  const stop = new AbortController();
  const other = client.request(body, {}, stop.signal);
  while (upstream.seen.length < 2) await new Promise((resolve) => setTimeout(resolve, 2));
  answerSlow();
  assert.equal((await slow).kind, 'response');
  stop.abort();
  assert.equal((await other).kind, 'aborted');
  await client.close();
});

test('metadata that cannot be sent is told in a later turn, and is not the backend that is away', async (t) => {
  await using upstream = await createGrpcUpstream();
  const client = createGrpcClient(config(upstream.url), host);
  t.after(() => client.close());
  let returned = false;
  const told = new Promise<string>((resolve) => {
    client.push(body, { 'x-bad': 'hunter2\n' }, (outcome) => resolve(`${returned} ${JSON.stringify(outcome)}`));
    returned = true;
  });
  assert.match(await told, /^true \{"kind":"failure","cause":"unsendable"/);
  assert.doesNotMatch(await told, /hunter2/);
});

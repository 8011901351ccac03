import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { createFetcher, type Fetcher } from '../../../src/net/client/fetch.ts';
import { createTestHost } from '../../support/host.ts';
import { config, createUpstream, never, values } from './upstream.ts';

function fetcher(t: TestContext, keys: object = {}): Fetcher {
  const made = createFetcher(config('http://targets/', keys), createTestHost(), 16);
  t.after(() => made.close());
  return made;
}

test('gets a whole body, a redirect by 303 and all', async (t) => {
  await using upstream = await createUpstream((response, { path }) => {
    if (path === '/there') response.end('x'.repeat(200_000));
    else response.writeHead(303, { Location: '/there' }).end();
  });
  const answer = await fetcher(t, { bearer_token: 't' }).get({ url: new URL(`${upstream.url}/a?b`), timeoutMs: 5000 }, 200_000, never);
  assert.equal(answer.kind === 'response' && `${answer.status} ${answer.body.byteLength}`, '200 200000');
  assert.deepEqual(
    upstream.seen.map((seen) => `${seen.method} ${seen.path} ${values(seen, 'authorization')}`),
    ['GET /a?b Bearer t', 'GET /there Bearer t'],
  );
});

test('says of a body that it is too large, was cut or did not end', async (t) => {
  await using upstream = await createUpstream((response, { path }) => {
    if (path === '/large') return void response.end('x'.repeat(11));
    response.writeHead(200, { 'Content-Length': 10 });
    response.write('abc', () => {
      if (path === '/cut') response.destroy();
    });
  });
  const client = fetcher(t);
  const causes = [];
  for (const path of ['large', 'cut', 'late']) {
    const answer = await client.get({ url: new URL(`${upstream.url}/${path}`), timeoutMs: path === 'late' ? 200 : 5000 }, 10, never);
    causes.push(answer.kind === 'failure' ? answer.cause : answer.kind);
  }
  assert.deepEqual(causes, ['too_large', 'cut', 'timeout']);
});

test('opens a body that comes for longer than the time it had for its head, until the signal ends it', async (t) => {
  const stop = new AbortController();
  await using upstream = await createUpstream((response) => {
    response.write('one');
    response.on('close', () => undefined);
  });
  const answer = await fetcher(t).open({ url: new URL(upstream.url), timeoutMs: 5000 }, stop.signal);
  assert.equal(answer.kind, 'response');
  if (answer.kind !== 'response') return;
  const seen: string[] = [];
  await assert.rejects(async () => {
    for await (const piece of answer.body) {
      seen.push(Buffer.from(piece).toString());
      stop.abort(new Error('enough'));
    }
  }, /enough/);
  assert.deepEqual(seen, ['one']);
});

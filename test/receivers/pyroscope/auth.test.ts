import assert from 'node:assert/strict';
import { test } from 'node:test';
import { inspect } from 'node:util';
import { pyroscopeReceiver } from '../../../src/receivers/pyroscope/factory.ts';
import { basic, credentialsFile, hashOf } from '../../net/server/credentials.ts';
import { call } from '../../net/server/serving.ts';
import { createTestHost } from '../../support/host.ts';
import { bytesOf, ingest, pushOf, receiving, speeches } from './receiving.ts';

const tokens = 'any-canary\none-canary squad-1\n';

test('a push without credentials, with wrong ones, or for another tenant is refused in the words of its protocol', async (t) => {
  const it = await receiving(t, { auth: { bearer: { tokens_file: credentialsFile(t, tokens).path } } });
  for (const { name, protocol, send } of speeches) {
    const right = await send(it.port, pushOf(), { authorization: 'Bearer one-canary' });
    assert.deepEqual([right.status, right.code], [200, 0], name);
    const cases: [string, Record<string, string>, number, number, RegExp][] = [
      ['missing', {}, 401, 16, /^no credentials: expected Authorization: Bearer and a token$/],
      ['wrong', { authorization: 'Bearer not-canary' }, 401, 16, /^the token is not known here$/],
      ['another tenant', { authorization: 'Bearer one-canary', 'x-scope-orgid': 'squad-2' }, 403, 7, /only for squad-1$/],
      ['no tenant', { authorization: 'Bearer any-canary', 'x-scope-orgid': '..' }, 401, 16, /^the header x-scope-orgid must have/],
    ];
    for (const [what, headers, status, code, message] of cases) {
      const answer = await send(it.port, pushOf(), headers);
      assert.deepEqual([answer.status, answer.code], [protocol === 'connect' ? status : 200, code], `${name}, ${what}`);
      assert.match(answer.message, message, `${name}, ${what}`);
      if (protocol === 'connect' && status === 401) assert.ok(answer.answer.headers['www-authenticate'], `${name}, ${what}`);
    }
  }
  assert.equal(it.batches.length, speeches.length);
  assert.ok(it.batches.every(({ origin, series }) => origin.tenant === 'squad-1' && series.every(({ tenant }) => tenant === 'squad-1')));
  const refused = (reason: string): number | undefined =>
    it.host.metric('flamegate_receiver_requests_refused_total', { receiver: 'pyroscope', reason });
  assert.deepEqual([refused('auth'), refused('tenant')], [2 * speeches.length, 2 * speeches.length]);
});

test('/ingest is refused as a line of text, and what a balancer asks is not', async (t) => {
  const it = await receiving(t, { auth: { bearer: { tokens_file: credentialsFile(t, tokens).path } } });
  const missing = await ingest(it.port, '?name=a');
  assert.deepEqual(
    [missing.status, missing.headers['www-authenticate'], missing.headers['content-type'], missing.body.toString()],
    [401, 'Bearer realm="flamegate"', 'text/plain; charset=utf-8', 'no credentials: expected Authorization: Bearer and a token\n'],
  );
  const other = await ingest(it.port, '?name=a', { headers: { authorization: 'Bearer one-canary', 'x-scope-orgid': 'b' } });
  assert.deepEqual([other.status, other.headers['www-authenticate']], [403, undefined]);
  assert.equal((await ingest(it.port, '?name=a', { headers: { authorization: 'Bearer any-canary' } })).status, 200);
  assert.equal((await call(it.port, { method: 'GET', path: '/ready' })).status, 200);
  const health = { path: '/grpc.health.v1.Health/Check', headers: { 'content-type': 'application/proto' } };
  assert.equal((await call(it.port, health)).status, 200);
  assert.equal((await call(it.port, { path: '/debuginfo.v1alpha1.DebuginfoService/Upload/x' })).status, 401);
});

test('users and passwords work the same, in a real thread; what was right once costs nothing more', async (t) => {
  const users = `ann:${hashOf('ann-canary', 10)}:squad-1\nbob:${hashOf('bob-canary')}\n`;
  const it = await receiving(t, { auth: { basic: { users_file: credentialsFile(t, users).path } } });
  const send = (authorization: string): Promise<number> =>
    call(it.port, {
      path: '/push.v1.PusherService/Push',
      body: bytesOf(pushOf()),
      headers: { authorization, 'content-type': 'application/proto' },
    }).then(({ status }) => status);
  assert.equal(await send(basic('ann', 'ann-canary')), 200);
  assert.equal(await send(basic('ann', 'bob-canary')), 401);
  assert.equal(await send('Bearer ann-canary'), 401);
  // Somebody who guesses, 400 at once and different each time: what was right is answered beside it, and nothing but 401 and 429 is.
  const guesses = Promise.all(Array.from({ length: 400 }, (_, at) => send(basic('ann', `guess ${at}`))));
  const waits: number[] = [];
  for (let at = 0; at < 30; at++) {
    const startedAt = performance.now();
    assert.equal(await send(basic('ann', 'ann-canary')), 200);
    waits.push(performance.now() - startedAt);
  }
  assert.equal(await send(basic('bob', 'bob-canary')), 200, 'who was never seen gets in beside the guesser');
  const statuses = await guesses;
  assert.ok(statuses.every((status) => status === 401 || status === 429));
  const looked = statuses.filter((status) => status === 401).length;
  assert.ok(looked > 0 && looked < 30, `${looked} guesses of 400 were looked at`);
  // All of the guesses looked at before it would take 20 s.
  assert.ok(Math.max(...waits) < 5000, `a known sender waited ${Math.max(...waits)} ms`);
});

test('no credentials in anything that is said or handed on', async (t) => {
  const file = credentialsFile(t, `ann:${hashOf('ann-canary')}\n`);
  const it = await receiving(t, { auth: { basic: { users_file: file.path } } });
  const said: unknown[] = [];
  for (const password of ['ann-canary', 'guess-canary']) {
    const authorization = basic('ann', password);
    for (const { send } of speeches) said.push(await send(it.port, pushOf(), { authorization }));
    said.push(await ingest(it.port, '?name=a', { headers: { authorization } }));
    said.push(await ingest(it.port, '?name=a', { headers: { authorization, 'x-scope-orgid': 'a b' } }));
  }
  const text = inspect([said, it.batches, it.host.lines], { depth: 20, maxStringLength: null }).toLowerCase();
  for (const password of ['ann-canary', 'guess-canary']) {
    assert.ok(!text.includes(password));
    assert.ok(!text.includes(basic('ann', password).slice(6).toLowerCase()));
  }
  assert.ok(it.batches.length > speeches.length);
});

test('a file that is missing or of no use refuses the configuration', (t) => {
  const create = (auth: object): unknown =>
    pyroscopeReceiver.create(pyroscopeReceiver.schema.parse({ auth }), { consume: () => Promise.resolve() }, createTestHost());
  assert.throws(() => create({ basic: { users_file: '/nowhere/users' } }), /unable to read file \/nowhere\/users: ENOENT/);
  assert.throws(() => create({ bearer: { tokens_file: credentialsFile(t, 'a b c').path } }), /file:1: expected `token/);
  for (const auth of [
    { basic: {} },
    { bearer: { tokens_file: '' } },
    { basic: { users_file: 'a' }, bearer: { tokens_file: 'b' } },
    { oidc: {} },
  ])
    assert.equal(pyroscopeReceiver.schema.safeParse({ auth }).success, false, JSON.stringify(auth));
});

test('a receiver that others reach and that asks nobody says so once', async (t) => {
  const open = await receiving(t, { endpoint: '0.0.0.0:0' });
  const warnings = open.host.lines.filter(({ level }) => level === 'warn');
  assert.deepEqual(
    warnings.map(({ facts }) => facts['key']),
    ['receivers.pyroscope.auth'],
  );
  const mine = await receiving(t);
  assert.deepEqual(
    mine.host.lines.filter(({ level }) => level === 'warn'),
    [],
  );
});

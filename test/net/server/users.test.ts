import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import bcrypt from 'bcryptjs';
import type { Identity } from '../../../src/net/server/exchange.ts';
import type { Attempt } from '../../../src/net/server/passwords.ts';
import { Unserved } from '../../../src/net/server/unserved.ts';
import { Users } from '../../../src/net/server/users.ts';
import { FakeClock } from '../../support/fake-clock.ts';
import { createTestHost, type TestHost } from '../../support/host.ts';
import { basic, credentialsFile, hashOf, headed } from './credentials.ts';

async function usersOf(t: TestContext, path: string, host: TestHost = createTestHost()): Promise<Users> {
  const users = new Users(path, host);
  await users.start();
  t.after(() => users.stop());
  return users;
}

async function tryOut(users: Users, authorization: string): Promise<Identity | undefined> {
  try {
    return await users.identify(headed({ authorization }));
  } catch (why) {
    assert.ok(why instanceof Unserved && why.reason === 'auth', String(why));
    assert.equal(why.headers['www-authenticate'], 'Basic realm="flamegate", charset="UTF-8"');
    assert.doesNotMatch(why.message, /canary/);
    return undefined;
  }
}

test('knows users by their password, and what they are for', async (t) => {
  const file = credentialsFile(t, `ann:${hashOf('pässword: 1')}\nbob:${hashOf('secret')}:squad-1,squad-2\n`);
  const users = await usersOf(t, file.path);
  assert.deepEqual(await tryOut(users, basic('ann', 'pässword: 1')), { name: 'ann', tenants: undefined });
  const bob = { name: 'bob', tenants: ['squad-1', 'squad-2'] };
  assert.deepEqual(await tryOut(users, basic('bob', 'secret')), bob);
  assert.deepEqual(users.identify(headed({ authorization: basic('bob', 'secret') })), bob, 'known by now, so said at once');
});

test('takes hashes of every writer', async (t) => {
  // OpenBSD's test vectors, as crypt_blowfish has them.
  const hash = '05$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW';
  const users = await usersOf(t, credentialsFile(t, `a:$2a$${hash}\nb:$2b$${hash}\ny:$2y$${hash}\n`).path);
  for (const name of ['a', 'b', 'y']) assert.equal((await tryOut(users, basic(name, 'U*U')))?.name, name);
  for (const name of ['a', 'b', 'y']) assert.equal(await tryOut(users, basic(name, 'U*V')), undefined);
});

test('refuses whatever else', async (t) => {
  const users = await usersOf(t, credentialsFile(t, `ann:${hashOf('canary')}\nbob:${hashOf('other')}`).path);
  for (const [user, password] of [
    ['ann', 'canary-'],
    ['ann', ''],
    ['bob', 'canary'],
    ['eve', 'canary'],
    ['', ''],
    ['ann', 'x'.repeat(8000)],
  ]) {
    assert.equal(await tryOut(users, basic(user ?? '', password ?? '')), undefined, user);
  }
  for (const credentials of [
    'canary',
    'Basic',
    'Basic ',
    'Basic !!!',
    `Basic ${Buffer.from('canary').toString('base64')}`,
    'Bearer canary',
  ])
    assert.equal(await tryOut(users, credentials), undefined, credentials);
});

test('a file of no use is refused by its line, and nothing of the line is said', (t) => {
  const hash = hashOf('canary');
  const cases: readonly [string, RegExp][] = [
    [`ann:${hash}\nbob:canary`, /file:2: expected `user:bcrypt/],
    ['ann:$apr1$canary$canary', /file:1: expected `user:bcrypt/],
    ['ann:{SHA}canary=', /file:1: expected `user:bcrypt/],
    ['canary', /file:1: expected `user:bcrypt/],
    [`:${hash}`, /file:1: expected `user:bcrypt/],
    [`ann:${hash}:a:canary`, /file:1: expected `user:bcrypt/],
    [`ann:${hash}:`, /file:1: expected tenant ids/],
    [`ann:${hash}:a b`, /file:1: expected tenant ids/],
    [`ann:${hash.replace('$04$', '$15$')}`, /file:1: expected a bcrypt hash of cost 4 to 14, found 15/],
    [`ann:${hash}\nann:${hash}`, /file:2: the same one stands in line 1 already/],
  ];
  for (const [text, complaint] of cases) {
    assert.throws(
      () => new Users(credentialsFile(t, text).path, createTestHost()),
      (why) =>
        why instanceof Error && complaint.test(why.message) && !why.message.includes('canar') && !why.message.includes(hash.slice(7)),
      text,
    );
  }
});

test('follows its file: a changed password counts, the old one no more', async (t) => {
  const clock = new FakeClock();
  const file = credentialsFile(t, `ann:${hashOf('old')}\nbob:${hashOf('bob')}\n`);
  const users = await usersOf(t, file.path, createTestHost({ clock }));
  assert.equal((await tryOut(users, basic('ann', 'old')))?.name, 'ann');
  assert.equal((await tryOut(users, basic('bob', 'bob')))?.name, 'bob');
  file.write(`ann:${hashOf('new')}\n`);
  await clock.advance(1000);
  assert.equal(await tryOut(users, basic('ann', 'old')), undefined);
  assert.equal(await tryOut(users, basic('bob', 'bob')), undefined);
  assert.equal((await tryOut(users, basic('ann', 'new')))?.name, 'ann');
});

test('a name that nobody has costs what one costs that somebody has, and never lets in', async (t) => {
  const attempts: Attempt[] = [];
  const spy = {
    matches(attempt: Attempt) {
      attempts.push(attempt);
      return true;
    },
  };
  // Nothing else of it is asked for.
  const host = { ...createTestHost(), share: async () => ({ resource: spy, release: async () => {} }) } as unknown as TestHost;
  const users = await usersOf(t, credentialsFile(t, `ann:${hashOf('x', 5)}\n`).path, host);
  assert.equal(await tryOut(users, basic('eve', 'x')), undefined);
  assert.equal((await tryOut(users, basic('ann', 'x')))?.name, 'ann');
  const [eve, ann] = attempts;
  assert.equal(eve?.user, '');
  assert.match(eve?.hash ?? '', /^\$2y\$05\$[./A-Za-z0-9]{53}$/);
  assert.notEqual(eve?.hash, ann?.hash);
  assert.equal(bcrypt.compareSync('x', eve?.hash ?? ''), false, 'it is one that can be looked at');
});

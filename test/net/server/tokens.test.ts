import assert from 'node:assert/strict';
import { rmSync } from 'node:fs';
import { test } from 'node:test';
import { Tokens } from '../../../src/net/server/tokens.ts';
import { Unserved } from '../../../src/net/server/unserved.ts';
import { FakeClock } from '../../support/fake-clock.ts';
import { createTestHost } from '../../support/host.ts';
import { credentialsFile, headed } from './credentials.ts';

const bearer = (token: string) => headed({ authorization: `Bearer ${token}` });

test('knows a token of its file and what it is for', async (t) => {
  const file = credentialsFile(t, '# for the squads\none-token\n\ntwo-token squad-1\r\nthree-token\t squad-1,squad-2,squad-1\n');
  const tokens = new Tokens(file.path, createTestHost());
  assert.deepEqual(await tokens.identify(bearer('one-token')), { name: '', tenants: undefined });
  assert.deepEqual(await tokens.identify(bearer('two-token')), { name: '', tenants: ['squad-1'] });
  assert.deepEqual(await tokens.identify(headed({ authorization: 'bEaReR   three-token ' })), {
    name: '',
    tenants: ['squad-1', 'squad-2'],
  });
});

test('refuses whatever else, with a challenge and without repeating it', async (t) => {
  const tokens = new Tokens(credentialsFile(t, 'right-canary squad-1').path, createTestHost());
  const others: Record<string, string | readonly string[]>[] = [
    {},
    { authorization: '' },
    { authorization: 'Bearer' },
    { authorization: 'Bearer ' },
    { authorization: 'Bearer right-canar' },
    { authorization: 'Bearer right-canaryy' },
    { authorization: 'Bearer right-canary squad-1' },
    { authorization: 'Bearer # for the squads' },
    { authorization: 'right-canary' },
    { authorization: `Basic ${Buffer.from('right-canary').toString('base64')}` },
    { authorization: ['Bearer right-canary', 'Bearer right-canary'] },
  ];
  for (const headers of others) {
    await assert.rejects(
      async () => tokens.identify(headed(headers)),
      (why) => {
        assert.ok(why instanceof Unserved && why.reason === 'auth', JSON.stringify(headers));
        assert.match(why.headers['www-authenticate'] ?? '', /^Bearer realm="flamegate"/);
        assert.doesNotMatch(JSON.stringify(why) + why.message, /canar|cmlnaHQ/);
        return true;
      },
    );
  }
});

test('a file of no use is refused by its line, and nothing of the line is said', (t) => {
  const cases: readonly [string, RegExp][] = [
    ['fine\ncanary with/slash', /file:2: expected tenant ids/],
    ['canary squad-1 squad-2', /file:1: expected `token \[tenant\[,tenant\]\]`/],
    ['canary squad-1, squad-2', /file:1: expected `token/],
    ['canary squad-1,', /file:1: expected tenant ids/],
    ['canary ..', /file:1: expected tenant ids/],
    ['canaré', /file:1: expected .* printable ASCII/],
    ['canary\nother\ncanary squad-1', /file:3: the same one stands in line 1 already/],
    ['# nobody\n\n', /is empty/],
  ];
  for (const [text, complaint] of cases) {
    const file = credentialsFile(t, text);
    assert.throws(
      () => new Tokens(file.path, createTestHost()),
      (why) => why instanceof Error && complaint.test(why.message) && !why.message.includes('canar'),
      text,
    );
  }
  assert.throws(() => new Tokens('/nowhere/tokens', createTestHost()), /unable to read file \/nowhere\/tokens: ENOENT/);
});

test('follows its file; a broken one leaves the last good one in force, with one line', async (t) => {
  const clock = new FakeClock();
  const host = createTestHost({ clock });
  const file = credentialsFile(t, 'old-token\n');
  const tokens = new Tokens(file.path, host);
  const isKnown = async (token: string): Promise<boolean> => {
    try {
      await tokens.identify(bearer(token));
      return true;
    } catch {
      return false;
    }
  };
  assert.equal(await isKnown('old-token'), true);
  await clock.advance(1000);
  file.write('new-token\n');
  assert.deepEqual([await isKnown('old-token'), await isKnown('new-token')], [false, true]);
  for (const breakIt of [
    () => file.append('a b c canary\n'),
    () => file.append('# still\n'),
    () => file.write(''),
    () => rmSync(file.path),
  ]) {
    breakIt();
    await clock.advance(1000);
    assert.deepEqual([await isKnown('old-token'), await isKnown('new-token')], [false, true]);
  }
  const errors = host.lines.filter(({ level }) => level === 'error').map(({ facts }) => String(facts['error']));
  assert.equal(errors.length, 3, 'the first two say the same');
  assert.match(errors.join(), /file:2: expected `token.*is empty.*ENOENT/);
  assert.doesNotMatch(JSON.stringify(host.lines), /canary/);
  file.write('newest-token\n');
  await clock.advance(1000);
  assert.deepEqual([await isKnown('new-token'), await isKnown('newest-token')], [false, true]);
});

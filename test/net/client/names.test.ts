import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Address, hostsNames, NameResolver, type NameSources } from '../../../src/net/client/names.ts';
import { FakeClock, settle } from '../../support/fake-clock.ts';

const address = (text: string): Address => ({ address: text, family: 4 });

/** A DNS whose servers can be silent, in front of a getaddrinfo that blocks as the real one does. */
class Dns implements NameSources {
  readonly silent = new Set<string>();
  readonly inHosts = new Set<string>();
  readonly asked: string[] = [];
  running = 0;
  mostRunning = 0;
  readonly #held: (() => void)[] = [];

  async answered(name: string): Promise<boolean> {
    return !this.silent.has(name);
  }

  async listed(name: string): Promise<boolean> {
    return this.inHosts.has(name);
  }

  async lookup(name: string): Promise<readonly Address[]> {
    this.asked.push(name);
    this.running++;
    this.mostRunning = Math.max(this.mostRunning, this.running);
    if (this.silent.has(name) && !this.inHosts.has(name)) await new Promise<void>((resolve) => this.#held.push(resolve));
    this.running--;
    if (this.silent.has(name)) throw new Error('EAI_AGAIN');
    return [address('10.0.0.1')];
  }

  /** The look-up that hangs gives up. */
  async giveUp(): Promise<void> {
    this.#held.shift()?.();
    await settle();
  }
}

test('eight names whose servers are silent hold up none of the others', async () => {
  const dns = new Dns();
  const resolver = new NameResolver(new FakeClock(), dns);
  for (let i = 0; i < 8; i++) dns.silent.add(`dead${i}`);
  dns.silent.add('local');
  dns.inHosts.add('local');
  const dead = [...dns.silent].filter((name) => name !== 'local').map((name) => resolver.resolve(name).catch((error) => error.message));
  dns.silent.delete('local');
  assert.deepEqual(await resolver.resolve('healthy'), [address('10.0.0.1')]);
  assert.deepEqual(await resolver.resolve('local'), [address('10.0.0.1')]);
  assert.equal(dns.running, 1);
  for (let i = 0; i < 8; i++) await dns.giveUp();
  assert.deepEqual(new Set(await Promise.all(dead)), new Set(['EAI_AGAIN']));
  assert.ok(dns.mostRunning <= 2);
});

test('a silent name that waited long is given back, and its next look-up finds that DNS is there again', async () => {
  const dns = new Dns();
  const clock = new FakeClock();
  const resolver = new NameResolver(clock, dns);
  dns.silent.add('one').add('two');
  const one = resolver.resolve('one').catch((error) => error.message);
  await settle();
  const two = resolver.resolve('two').catch((error) => error.message);
  await clock.advance(10_000);
  await dns.giveUp();
  assert.equal(await one, 'EAI_AGAIN');
  assert.equal(await two, 'its name could not be looked up: no DNS server answers');
  dns.silent.clear();
  assert.deepEqual(await resolver.resolve('two'), [address('10.0.0.1')]);
});

test('a name has one look-up in flight', async () => {
  const dns = new Dns();
  const resolver = new NameResolver(new FakeClock(), dns);
  await Promise.all([resolver.resolve('a'), resolver.resolve('a'), resolver.resolve('b')]);
  await resolver.resolve('a');
  assert.deepEqual(dns.asked, ['a', 'b', 'a']);
});

test('a look-up that fails does not stop its lane', async () => {
  const dns = new Dns();
  dns.inHosts.add('broken');
  dns.silent.add('broken');
  const resolver = new NameResolver(new FakeClock(), dns);
  await assert.rejects(resolver.resolve('broken'), { message: 'EAI_AGAIN' });
  assert.deepEqual(await resolver.resolve('a'), [address('10.0.0.1')]);
});

test('addresses are not looked up, and a hosts file knows no final dot', async () => {
  const dns = new Dns();
  dns.inHosts.add('localhost');
  const resolver = new NameResolver(new FakeClock(), dns);
  assert.deepEqual(await resolver.resolve('::1'), [{ address: '::1', family: 6 }]);
  await resolver.resolve('localhost.');
  await resolver.resolve('pyroscope.');
  assert.deepEqual(dns.asked, ['localhost', 'pyroscope.']);
});

test('reads a hosts file', () => {
  const names = hostsNames('# comment\n127.0.0.1\tlocalhost Box.local # more\n\n::1 ip6-localhost\nbroken\n');
  assert.deepEqual([...names], ['localhost', 'box.local', 'ip6-localhost']);
});

test('the machine itself knows localhost', async () => {
  const { systemClock } = await import('../../../src/core/clock.ts');
  const found = await new NameResolver(systemClock).resolve('localhost');
  assert.ok(found.some(({ address: text }) => text === '127.0.0.1' || text === '::1'));
});

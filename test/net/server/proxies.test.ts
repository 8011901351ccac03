import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Peer } from '../../../src/net/server/exchange.ts';
import { networkOf } from '../../../src/net/server/network.ts';
import { ProxiesSchema, TrustedProxies } from '../../../src/net/server/proxies.ts';
import { call, call2, routeOf, serving } from './serving.ts';

const proxies = new TrustedProxies(ProxiesSchema.parse(['10.0.0.0/8', '192.0.2.7', 'fd00::/8', '127.0.0.1']));

function seen(address: string, ...forwarded: string[]): string {
  const peer: Peer = { address, secure: false, certificate: undefined };
  return proxies.see(
    peer,
    forwarded.flatMap((value) => ['X-Forwarded-For', value]),
  ).address;
}

test('believes a trusted proxy about who came before it, and nobody else', () => {
  assert.equal(seen('203.0.113.9', '198.51.100.1'), '203.0.113.9', 'anybody can write the header');
  assert.equal(seen('10.1.2.3', '198.51.100.1'), '198.51.100.1');
  assert.equal(seen('192.0.2.7', '198.51.100.1'), '198.51.100.1');
  assert.equal(seen('192.0.2.8', '198.51.100.1'), '192.0.2.8');
  assert.equal(seen('fd12::1', '2001:db8::1'), '2001:db8::1');
  assert.equal(seen('10.1.2.3'), '10.1.2.3');
  assert.equal(seen('fe80::1%eth0', '198.51.100.1'), 'fe80::1%eth0');
  assert.equal(
    new TrustedProxies(['fe80::/10']).see({ address: 'fe80::1%eth0', secure: false, certificate: undefined }, [
      'x-forwarded-for',
      '198.51.100.1',
    ]).address,
    '198.51.100.1',
  );
  assert.equal(seen('', '198.51.100.1'), '198.51.100.1', 'a unix socket');
});

test('reads from right to left, as far as it trusts', () => {
  assert.equal(seen('10.1.2.3', '6.6.6.6, 198.51.100.1, 10.9.9.9'), '198.51.100.1');
  assert.equal(seen('10.1.2.3', '6.6.6.6', '198.51.100.1', '10.9.9.9,192.0.2.7'), '198.51.100.1', 'several headers are one');
  assert.equal(seen('10.1.2.3', '10.0.0.1, 10.0.0.2'), '10.0.0.1', 'all are ours: the first');
  assert.equal(seen('10.1.2.3', '198.51.100.1, unknown, 10.0.0.2'), '10.0.0.2', 'what cannot be read ends it');
  for (const nothing of ['', ' ', ',', 'unknown', '_hidden', '1.2.3', 'a'.repeat(10_000), '<script>'])
    assert.equal(seen('10.1.2.3', nothing), '10.1.2.3', nothing);
});

test('takes the forms that proxies write', () => {
  assert.equal(seen('10.1.2.3', '198.51.100.1:4711'), '198.51.100.1');
  assert.equal(seen('10.1.2.3', '[2001:db8::1]:4711'), '2001:db8::1');
  assert.equal(seen('10.1.2.3', '[2001:db8::1]'), '2001:db8::1');
  assert.equal(seen('10.1.2.3', '::ffff:198.51.100.1'), '198.51.100.1');
  assert.equal(seen('10.1.2.3', '6.6.6.6,::ffff:10.0.0.1'), '6.6.6.6');
  assert.equal(seen('10.1.2.3', 'fe80::1%eth0'), '10.1.2.3');
});

test('looks at so many and no more', () => {
  assert.equal(seen('10.1.2.3', `6.6.6.6,${'10.0.0.1,'.repeat(4000)}10.0.0.2`), '10.0.0.1');
});

test('each request names its own, on both versions of HTTP', async (t) => {
  const addresses: string[] = [];
  const route = routeOf(async ({ exchange }) => {
    addresses.push(exchange.peer.address);
    return { status: 200, headers: {} };
  });
  const it = await serving(t, { '/echo': route }, { connections: { proxies } });
  for (const send of [call, call2]) {
    await send(it.port, { headers: { 'x-forwarded-for': '198.51.100.1' } });
    await send(it.port, { headers: { 'x-forwarded-for': '198.51.100.2, 10.0.0.1' } });
    await send(it.port);
  }
  assert.deepEqual(addresses, ['198.51.100.1', '198.51.100.2', '127.0.0.1', '198.51.100.1', '198.51.100.2', '127.0.0.1']);
});

test('the network of an address is what one sender can choose it from', () => {
  assert.equal(networkOf('192.0.2.1'), '192.0.2.1');
  assert.equal(networkOf(''), '');
  assert.equal(networkOf('2001:db8:1:2:3:4:5:6'), '2001:db8:1:2::/64');
  assert.equal(networkOf('2001:db8::1'), '2001:db8:0:0::/64');
  assert.equal(networkOf('::1'), '0:0:0:0::/64');
  assert.equal(networkOf('2001:db8:1:2::'), '2001:db8:1:2::/64');
});

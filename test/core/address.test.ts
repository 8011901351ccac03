import assert from 'node:assert/strict';
import { test } from 'node:test';
import { AddressSchema, formatAddress, isLoopback, parseAddress } from '../../src/core/address.ts';

test('reads host and port, IPv6 in brackets, and unix sockets', () => {
  assert.deepEqual(parseAddress('127.0.0.1:4040'), { kind: 'tcp', host: '127.0.0.1', port: 4040 });
  assert.deepEqual(parseAddress('localhost:0'), { kind: 'tcp', host: 'localhost', port: 0 });
  assert.deepEqual(parseAddress('[::]:4040'), { kind: 'tcp', host: '::', port: 4040 });
  assert.deepEqual(parseAddress('[fe80::1%eth0]:65535'), { kind: 'tcp', host: 'fe80::1%eth0', port: 65_535 });
  assert.deepEqual(parseAddress('unix:/run/g.sock'), { kind: 'unix', path: '/run/g.sock' });
});

test('says no to anything else, and how it should look', () => {
  for (const text of ['', '4040', ':4040', 'host', 'host:', 'host:65536', 'host:-1', '::1:4040', 'unix:', 'http://h:1', 'a b:1']) {
    assert.equal(parseAddress(text), undefined, text);
  }
  assert.match(
    AddressSchema.safeParse('4040').error?.issues[0]?.message ?? '',
    /expected host:port, \[::\]:port or unix:\/path, found "4040"/,
  );
  assert.equal(AddressSchema.parse('[::1]:1'), '[::1]:1');
});

test('writes what it reads', () => {
  assert.equal(formatAddress('127.0.0.1', 4040), '127.0.0.1:4040');
  assert.equal(formatAddress('::1', 4040), '[::1]:4040');
});

test('knows whom only this machine reaches', () => {
  for (const endpoint of ['127.0.0.1:1', '127.9.8.7:1', 'localhost:1', '[::1]:1', 'unix:/run/g.sock'])
    assert.equal(isLoopback(endpoint), true, endpoint);
  for (const endpoint of ['0.0.0.0:1', '[::]:1', '10.0.0.1:1', 'localhost.example:1', '[::127.0.0.1]:1', '128.0.0.1:1'])
    assert.equal(isLoopback(endpoint), false, endpoint);
});

test('says what was probably meant', () => {
  const advice = (text: string): string =>
    AddressSchema.safeParse(text).error?.issues[0]?.message.split(`${JSON.stringify(text)}: `)[1] ?? '';
  assert.match(advice(':24040'), /^write 0\.0\.0\.0:24040 for all addresses .* 127\.0\.0\.1:24040 /);
  assert.match(advice('24040'), /^write 0\.0\.0\.0:24040 /);
  assert.match(advice('*:24040'), /^write 0\.0\.0\.0:24040 /);
  assert.equal(advice('127.0.0.1:2410111'), 'a port is at most 65535');
  assert.equal(advice('http://127.0.0.1:4040'), 'write it without the scheme and without a path');
  assert.equal(advice('::1:4040'), 'write [::1]:4040');
  assert.equal(advice('localhost'), 'the port is missing, write localhost:PORT');
  assert.equal(advice('a b'), '');
});

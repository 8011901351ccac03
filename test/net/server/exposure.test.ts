import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Protection, warnOfExposure } from '../../../src/net/server/exposure.ts';
import { createTestLogger, type LogLine } from '../../support/host.ts';

function warned(more: Partial<Protection>): unknown[] {
  const lines: LogLine[] = [];
  const none = { asks: false, tls: false, verifies: false, behindProxy: false };
  warnOfExposure({ address: '0.0.0.0:4040', section: 'receivers.pyroscope/eu', ...none, ...more }, createTestLogger(lines));
  assert.ok(lines.every(({ level }) => level === 'warn'));
  return lines.map(({ facts }) => facts['key']);
}

test('one warning names the key that is missing', () => {
  assert.deepEqual(warned({}), ['receivers.pyroscope/eu.auth']);
  assert.deepEqual(warned({ tls: true }), ['receivers.pyroscope/eu.auth'], 'TLS alone asks nobody who he is');
  assert.deepEqual(warned({ asks: true }), ['receivers.pyroscope/eu.tls']);
  assert.deepEqual(warned({ address: '[::]:4040' }), ['receivers.pyroscope/eu.auth']);
});

test('none where it is protected, or where only this machine comes', () => {
  assert.deepEqual(warned({ asks: true, tls: true }), []);
  assert.deepEqual(warned({ tls: true, verifies: true }), []);
  assert.deepEqual(warned({ asks: true, behindProxy: true }), []);
  for (const address of ['127.0.0.1:4040', '[::1]:4040', 'unix:/run/flamegate.sock']) assert.deepEqual(warned({ address }), []);
});

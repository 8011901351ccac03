import assert from 'node:assert/strict';
import { test } from 'node:test';
import { urlFault } from '../../../src/net/client/url.ts';

test('takes what can be sent to', () => {
  for (const text of ['http://h', 'https://h:1/x?y', 'HTTP://h', 'http://u:p@h', 'http://[::1]:4040'])
    assert.equal(urlFault(text), undefined);
});

test('says what was found, what is expected, and what was probably meant', () => {
  const expected = 'expected a URL that starts with http:// or https://, found';
  for (const [text, message] of [
    ['', `${expected} nothing`],
    ['pyroscope:4040', `${expected} "pyroscope:4040": write http://pyroscope:4040`],
    ['htp://h', `${expected} "htp://h": write http://h`],
    ['https//h', `${expected} "https//h": write https://h`],
    ['grpc://h', `${expected} "grpc://h"`],
    ['http://h:2410111/x', 'the port 2410111 in "http://h:2410111/x" is too large: a port is at most 65535'],
    ['http://a b', 'expected a URL such as http://pyroscope:4040, found "http://a b": its host or port cannot be read'],
  ] as const)
    assert.equal(urlFault(text), message);
});

test('repeats nothing of a URL with user-info', () => {
  for (const text of ['user:hunter2@h', 'http://user:hunter2@h:99999', 'htp://user:hunter2@h'])
    assert.doesNotMatch(urlFault(text) ?? '', /hunter2|user/);
});

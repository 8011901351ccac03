import assert from 'node:assert/strict';
import test from 'node:test';
import { codeName, codeOf } from '../../../src/core/codes.ts';
import { type Answer, answerOfHttp } from '../../../src/exporters/pyroscope/attempt/answer.ts';
import { codeInside, codeOfStatus, statusOfCode } from '../../../src/exporters/pyroscope/attempt/codes.ts';
import { failedOf } from '../../../src/exporters/pyroscope/attempt/failed.ts';
import { judge } from '../../../src/exporters/pyroscope/attempt/verdict.ts';

function told(answer: Answer, attempts = 1): readonly [status: number, code: string] {
  if (answer.kind === 'taken') throw new Error('there is no verdict on what was taken');
  const { kind: verdict } = judge(answer, 'push', true);
  const { status, code } = failedOf(answer, { endpoint: 'eu', url: 'http://eu', kind: 'push', attempts, verdict });
  return [status, codeName(code)];
}

function http(status: number, text = 'from upstream', contentType = 'text/plain'): Answer {
  return answerOfHttp(
    { kind: 'response', body: Buffer.alloc(0), status, contentType, text, headers: {}, retryAfter: undefined },
    'push',
    0,
  );
}

function connect(code: string, status: number): Answer {
  return http(status, JSON.stringify({ code, message: 'x' }), 'application/json');
}

test('the sender is told the status and code of the endpoint', () => {
  assert.deepEqual(told(connect('resource_exhausted', 429)), [429, 'resource_exhausted']);
  assert.deepEqual(told(connect('canceled', 499)), [499, 'canceled']);
  assert.deepEqual(told(connect('unimplemented', 501)), [501, 'unimplemented']);
  assert.deepEqual(told(connect('unknown', 422)), [422, 'unknown']);
  for (const status of [400, 401, 403, 404, 408, 410, 413, 415, 422, 429, 500, 501, 503]) assert.equal(told(http(status))[0], status);
});

test('a bare permanent status is never a code that invites another try', () => {
  for (let status = 400; status < 500; status++) {
    if ([408, 429, 499].includes(status)) continue;
    assert.ok(!['unknown', 'unavailable', 'internal', 'aborted', 'data_loss'].includes(told(http(status))[1]), String(status));
  }
});

test('what is permanent by its code is not told as a 5xx', () => {
  assert.deepEqual(told(connect('invalid_argument', 503)), [400, 'invalid_argument']);
  assert.deepEqual(told(connect('unavailable', 400)), [400, 'unavailable']);
});

test('a redirect, a web page and a foreign 200 are 502', () => {
  assert.deepEqual(told(http(302)), [502, 'unavailable']);
  assert.deepEqual(told(http(200, '<html>', 'text/html')), [502, 'unavailable']);
  assert.deepEqual(told(http(200, '{}', 'application/json')), [502, 'unavailable']);
});

test('no answer is 503, a late one 504', () => {
  assert.deepEqual(told({ kind: 'no_answer', cause: 'network', message: 'refused' }), [503, 'unavailable']);
  assert.deepEqual(told({ kind: 'no_answer', cause: 'credentials', message: 'no file' }), [503, 'unavailable']);
  assert.deepEqual(told({ kind: 'no_answer', cause: 'timeout', message: 'late' }), [504, 'deadline_exceeded']);
  assert.deepEqual(told({ kind: 'aborted' }), [503, 'unavailable']);
});

test("a gRPC endpoint's code is told with the status that belongs to it", () => {
  const answer: Answer = {
    kind: 'refused',
    status: 0,
    code: codeOf('permission_denied'),
    message: 'x',
    webPage: false,
    retryAfterMs: 1000,
  };
  assert.deepEqual(told(answer), [403, 'permission_denied']);
  const { kind: verdict } = judge(answer, 'push', true);
  assert.equal(failedOf(answer, { endpoint: 'eu', url: 'u', kind: 'push', attempts: 1, verdict: verdict }).retryAfterMs, 1000);
});

test('codes have one name, one number and one status', () => {
  for (let code = 1; code <= 16; code++) {
    assert.equal(codeOf(codeName(code)), code);
    assert.equal(codeInside(`pushing failed ${codeName(code)}: x`), code);
    const camel = codeName(code).replace(/(^|_)([a-z])/g, (_all, _bar, letter: string) => letter.toUpperCase());
    assert.equal(codeInside(`rpc error: code = ${camel} desc = x`), code, camel);
  }
  assert.deepEqual([codeOf('teapot'), codeInside('rpc error: code = Teapot desc'), codeInside('nothing: here')], [0, 0, 0]);
  assert.deepEqual([statusOfCode(codeOf('unavailable')), statusOfCode(99), codeOfStatus(418), codeOfStatus(599)], [503, 500, 3, 2]);
});

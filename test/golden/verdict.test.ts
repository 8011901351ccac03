import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Case, Facts } from './case.ts';
import { judge, mayRefuse } from './verdict.ts';

function caseOf(expect: Facts, flamegate?: NonNullable<Case['flamegate']>): Case {
  return { id: 'X', title: 'x', config: ['a "b" {', '  c = 1', '}', 'd = 2'], expect, ...(flamegate === undefined ? {} : { flamegate }) };
}

test('accepts what is as recorded and names the first difference', () => {
  const spec = caseOf({ answers: [{ status: 200, body: '' }], upstreams: [[{ method: 'POST' }]] });
  assert.equal(judge(spec, { answers: [{ status: 200, body: '' }], upstreams: [[{ method: 'POST' }]] }), undefined);
  assert.equal(judge(spec, { answers: [{ status: 500 }], upstreams: [[{ method: 'POST' }]] }), 'answers[0].status: expected 200, got 500');
  assert.equal(
    judge(spec, { answers: [{ status: 200, body: '' }], upstreams: [[{ method: 'PUT' }]] }),
    'upstreams[0][0].method: expected "POST", got "PUT"',
  );
  assert.match(judge(spec, { answers: [{ status: 200, body: '' }], upstreams: [[]] }) ?? '', /expected 1 entries, got 0/);
  assert.match(
    judge(spec, { answers: [{ status: 200, body: '', more: 1 }], upstreams: [[{ method: 'POST' }]] }) ?? '',
    /more: expected nothing, got 1/,
  );
});

test('demands an override where there is one, and takes any of several', () => {
  const spec = caseOf({ answers: [{ status: 500 }] }, { why: '', expect: { answers: { 0: { status: { $range: [400, 499] } } } } });
  assert.equal(judge(spec, { answers: [{ status: 413 }] }), undefined);
  assert.match(judge(spec, { answers: [{ status: 500 }] }) ?? '', /expected/);
  const either = caseOf({ answers: [{ status: 500 }] }, { why: '', either: [{}, { answers: null, start: 'refused' }] });
  assert.equal(judge(either, { answers: [{ status: 500 }] }), undefined);
  assert.equal(mayRefuse(either), true);
  assert.equal(mayRefuse(spec), false);
});

test('lets errors be worded and typed in another way, and only errors', () => {
  const failed = caseOf({ answers: [{ status: 503, body: '<reason phrase>', headers: { 'content-type': 'text/plain' } }] });
  assert.equal(
    judge(failed, { answers: [{ status: 503, code: 'unavailable', headers: { 'content-type': 'application/json' } }] }),
    undefined,
  );
  const good = caseOf({ answers: [{ status: 200, body: '' }] });
  assert.match(judge(good, { answers: [{ status: 200, body: 'x' }] }) ?? '', /body: expected "", got "x"/);
});

test('lets a refused file end with 78 and name any place inside of the component', () => {
  const spec = caseOf({ load: [{ outcome: 'refused', exit: 1, at: ['1:1'] }] });
  assert.equal(judge(spec, { load: [{ outcome: 'refused', exit: 78, at: ['2:3'] }] }), undefined);
  assert.match(judge(spec, { load: [{ outcome: 'refused', exit: 78, at: [] }] }) ?? '', /at/);
  assert.match(judge(spec, { load: [{ outcome: 'refused', exit: 1, at: ['1:1'] }] }) ?? '', /exit: expected 78, got 1/);
  assert.match(judge(spec, { load: [{ outcome: 'runs' }] }) ?? '', /outcome/);
  const attribute = caseOf({ load: [{ outcome: 'refused', exit: 1, at: ['4:1'] }] });
  assert.match(judge(attribute, { load: [{ outcome: 'refused', exit: 78, at: ['2:3'] }] }) ?? '', /at/);
});

test('compares by {$in}, {$re} and {$any}', () => {
  const spec = caseOf({ a: { $in: [1, 2] }, b: { $re: '^x' }, c: { $any: true } });
  assert.equal(judge(spec, { a: 2, b: 'xy', c: [] }), undefined);
  assert.match(judge(spec, { a: 3, b: 'xy' }) ?? '', /^a: expected/);
  assert.match(judge(spec, { a: 1, b: 'yx' }) ?? '', /^b: expected/);
});

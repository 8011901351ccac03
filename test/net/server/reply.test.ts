import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Failed, Invalid, Refused } from '../../../src/core/errors.ts';
import { connect, grpc, grpcWeb, plain } from '../../../src/net/server/dialect.ts';
import type { Reply } from '../../../src/net/server/exchange.ts';
import { type RefusalReason, refusalReasons, verdictOf } from '../../../src/net/server/reply.ts';
import { Bug, Unserved } from '../../../src/net/server/unserved.ts';

interface Row {
  readonly why: unknown;
  readonly plain: number;
  /** HTTP status and code. */
  readonly connect: readonly [number, string];
  readonly grpc: number;
  readonly reason: RefusalReason;
  readonly retryAfter?: string;
}

/** The table of the contract, "Receiver: routes and answers". */
const rows: readonly Row[] = [
  { why: new Invalid('malformed', 'm'), plain: 400, connect: [400, 'invalid_argument'], grpc: 3, reason: 'malformed' },
  { why: new Invalid('labels', 'm'), plain: 400, connect: [400, 'invalid_argument'], grpc: 3, reason: 'labels' },
  { why: new Invalid('name', 'm'), plain: 400, connect: [400, 'invalid_argument'], grpc: 3, reason: 'name' },
  { why: new Invalid('no_series', 'm'), plain: 400, connect: [400, 'invalid_argument'], grpc: 3, reason: 'no_series' },
  { why: new Invalid('too_large', 'm'), plain: 413, connect: [413, 'invalid_argument'], grpc: 3, reason: 'too_large' },
  { why: new Invalid('encoding', 'm'), plain: 415, connect: [501, 'unimplemented'], grpc: 12, reason: 'encoding' },
  { why: new Invalid('content_type', 'm'), plain: 415, connect: [415, 'unimplemented'], grpc: 12, reason: 'content_type' },
  { why: new Unserved('tenant', 'm'), plain: 401, connect: [401, 'unauthenticated'], grpc: 16, reason: 'tenant' },
  { why: new Unserved('path', 'm'), plain: 404, connect: [404, 'unimplemented'], grpc: 12, reason: 'path' },
  { why: new Unserved('method', 'm'), plain: 405, connect: [405, 'unimplemented'], grpc: 12, reason: 'method' },
  { why: new Unserved('content_type', 'm'), plain: 415, connect: [415, 'unimplemented'], grpc: 12, reason: 'content_type' },
  { why: new Unserved('version', 'm'), plain: 505, connect: [505, 'unimplemented'], grpc: 12, reason: 'version' },
  { why: new Unserved('encoding', 'm'), plain: 501, connect: [501, 'unimplemented'], grpc: 12, reason: 'encoding' },
  { why: new Unserved('header', 'm'), plain: 431, connect: [431, 'invalid_argument'], grpc: 3, reason: 'header' },
  { why: new Unserved('timeout', 'm'), plain: 408, connect: [408, 'deadline_exceeded'], grpc: 4, reason: 'timeout' },
  { why: new Unserved('deadline', 'm'), plain: 504, connect: [504, 'deadline_exceeded'], grpc: 4, reason: 'deadline' },
  { why: new Unserved('canceled', 'm'), plain: 499, connect: [499, 'canceled'], grpc: 1, reason: 'canceled' },
  { why: new Refused('rate', 'm', 1500), plain: 429, connect: [429, 'resource_exhausted'], grpc: 8, reason: 'rate', retryAfter: '2' },
  { why: new Refused('queue_full', 'm', 0), plain: 503, connect: [503, 'unavailable'], grpc: 14, reason: 'queue_full', retryAfter: '1' },
  { why: new Refused('disk', 'm', 60_000), plain: 503, connect: [503, 'unavailable'], grpc: 14, reason: 'disk', retryAfter: '60' },
  { why: new Refused('memory', 'm', 1000), plain: 503, connect: [503, 'unavailable'], grpc: 14, reason: 'memory', retryAfter: '1' },
  { why: new Refused('draining', 'm', 1001), plain: 503, connect: [503, 'unavailable'], grpc: 14, reason: 'draining', retryAfter: '2' },
  { why: new Refused('broker', 'm', 999), plain: 503, connect: [503, 'unavailable'], grpc: 14, reason: 'broker', retryAfter: '1' },
  { why: failed(422, 2), plain: 422, connect: [422, 'unknown'], grpc: 2, reason: 'endpoint' },
  { why: failed(401, 16), plain: 401, connect: [401, 'unauthenticated'], grpc: 16, reason: 'endpoint' },
  { why: failed(501, 12), plain: 501, connect: [501, 'unimplemented'], grpc: 12, reason: 'endpoint' },
  { why: failed(429, 8, 3000), plain: 429, connect: [429, 'resource_exhausted'], grpc: 8, reason: 'endpoint', retryAfter: '3' },
  { why: new Bug('abc123', new Error('m')), plain: 500, connect: [500, 'internal'], grpc: 13, reason: 'bug' },
  { why: new Error('m'), plain: 500, connect: [500, 'internal'], grpc: 13, reason: 'bug' },
];

for (const row of rows) {
  test(`${describe(row.why)} is answered as the contract says, in every protocol`, () => {
    assert.equal(verdictOf(row.why).reason, row.reason);
    const retryAfter = { retryAfter: row.retryAfter };
    const onPlain = plain.refuse(row.why);
    assert.deepEqual({ status: onPlain.status, retryAfter: onPlain.headers['retry-after'] }, { status: row.plain, ...retryAfter });
    const onConnect = connect.refuse(row.why);
    assert.deepEqual({ status: onConnect.status, retryAfter: onConnect.headers['retry-after'] }, { status: row.connect[0], ...retryAfter });
    assert.equal(JSON.parse(textOf(onConnect)).code, row.connect[1]);
    const onGrpc = grpc('application/grpc').refuse(row.why);
    assert.equal(onGrpc.status, 200);
    assert.equal(onGrpc.headers['grpc-status'], String(row.grpc));
    assert.equal(onGrpc.headers['retry-after'], row.retryAfter);
    const onWeb = grpcWeb('application/grpc-web+proto').refuse(row.why);
    assert.equal(onWeb.status, 200);
    assert.equal(onWeb.body?.[0], 0x80);
    assert.match(textOf(onWeb), new RegExp(`grpc-status: ${row.grpc}\r\n`));
    assert.equal(textOf(onWeb).includes('retry-after:'), row.retryAfter !== undefined);
  });
}

test('the message stands in every answer, and a bug gives away its id only', () => {
  const why = new Invalid('labels', 'found "ü" at 100%\nand a line');
  assert.equal(textOf(plain.refuse(why)), 'found "ü" at 100%\nand a line\n');
  assert.equal(plain.refuse(why).headers['x-content-type-options'], 'nosniff');
  assert.equal(plain.refuse(why).headers['content-type'], 'text/plain; charset=utf-8');
  assert.equal(JSON.parse(textOf(connect.refuse(why))).message, 'found "ü" at 100%\nand a line');
  assert.equal(grpc('application/grpc').refuse(why).headers['grpc-message'], 'found "%C3%BC" at 100%25%0Aand a line');
  const bug = textOf(plain.refuse(new Bug('abc123', new Error('password=1'))));
  assert.match(bug, /abc123/);
  assert.doesNotMatch(bug, /password/);
  assert.doesNotMatch(textOf(plain.refuse(new Error('password=1'))), /password/);
});

test('what is allowed instead goes with the answer', () => {
  const method = new Unserved('method', 'm', { allow: 'POST' });
  assert.equal(plain.refuse(method).headers['allow'], 'POST');
  assert.equal(connect.refuse(method).headers['allow'], 'POST');
});

test('every reason of the table is a counter from the start', () => {
  for (const row of rows) assert.ok(refusalReasons.includes(row.reason), row.reason);
  assert.equal(new Set(refusalReasons).size, refusalReasons.length);
});

function failed(status: number, code: number, retryAfterMs?: number): Failed {
  return new Failed({ endpoint: 'e', status, code, message: 'm', retryAfterMs });
}

function describe(why: unknown): string {
  if (why instanceof Failed) return `Failed(${why.status}, ${why.code})`;
  if (why instanceof Invalid || why instanceof Refused || why instanceof Unserved) return `${why.name}("${why.reason}")`;
  return why instanceof Error ? why.name : String(why);
}

function textOf(reply: Reply): string {
  return Buffer.from(reply.body ?? []).toString();
}

test('a message is cut where verdicts are made, to what every protocol can carry, and never within a character', () => {
  for (const text of ['x'.repeat(1_000_000), 'ü'.repeat(1_000_000), '💣'.repeat(1025), `a${'€'.repeat(5000)}`]) {
    const why = new Invalid('labels', text);
    const { message } = verdictOf(why);
    assert.ok(Buffer.byteLength(message) <= 2048 && message.length > 500, `${message.length}`);
    assert.ok(text.startsWith(message.slice(0, -1)) && message.endsWith('…') && message.isWellFormed());
    assert.ok((grpc('application/grpc').refuse(why).headers['grpc-message'] ?? '').length < 8192);
  }
  for (const text of ['x'.repeat(2048), 'ü'.repeat(1024)]) assert.equal(verdictOf(new Invalid('labels', text)).message, text);
});

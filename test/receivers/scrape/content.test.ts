import assert from 'node:assert/strict';
import { test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { contentFault, inflated, mayBeBomb } from '../../../src/receivers/scrape/content.ts';

const octets = 'application/octet-stream';
const fault = (body: string | Uint8Array, contentType: string | undefined = octets, status = 200): string | undefined =>
  contentFault('memory', { status, contentType, body: typeof body === 'string' ? Buffer.from(body) : body });
const withoutType = (body: string): string | undefined =>
  contentFault('memory', { status: 200, contentType: undefined, body: Buffer.from(body) });

test('S17: says in order what makes an answer no profile', () => {
  assert.equal(fault(''), 'empty memory profile');
  assert.match(fault('<!DOCTYPE html>', 'text/html') ?? '', /unexpected Content-Type text\/html, expected application\/octet-stream/);
  assert.match(fault('{}', 'application/json') ?? '', /unexpected Content-Type application\/json/);
  assert.match(withoutType('<html>') ?? '', /missing Content-Type header/);
  assert.match(fault('  <!DOCTYPE html><html>') ?? '', /text response instead of pprof: "<!DOCTYPE html>/);
  assert.match(fault('<table>....') ?? '', /text response/);
  assert.match(fault(`{"error": "${'x'.repeat(30)}"}`) ?? '', /text response/);
  assert.equal(fault(Buffer.from('0a02', 'hex')), 'invalid profile data: data too short for pprof format');
  assert.match(
    fault(Buffer.from('1e0100120474657374', 'hex')) ?? '',
    /illegal wireType 6 \(expected 0-5\), first bytes: 1e0100120474657374/,
  );
  assert.equal(fault(Buffer.from('0a0474657374102a', 'hex')), undefined);
  assert.equal(fault(Buffer.from('0a026f6b', 'hex'), `${octets}; charset=x`), undefined);
  assert.equal(fault(gzipSync('anything')), undefined);
});

test('S21: an answer that is not 2xx is told with its status and body', () => {
  assert.equal(fault('no such\n page', 'text/plain', 404), 'server returned HTTP status (404) no such page');
  assert.equal(fault('', undefined, 500), 'server returned HTTP status (500)');
  assert.ok((fault('x'.repeat(5000), 'text/plain', 500) ?? '').length < 300);
});

test('inflates up to a limit, and looks at nothing that cannot be above it', async () => {
  const bomb = gzipSync(Buffer.alloc(50 * 2 ** 20));
  assert.equal(mayBeBomb(bomb, 2 ** 20), true);
  assert.equal(mayBeBomb(gzipSync('small'), 2 ** 20), false);
  await assert.rejects(inflated(bomb, 2 ** 20), /inflates to more than 1MiB/);
  await assert.rejects(inflated(gzipSync('a long enough text').subarray(0, 20), 100), /does not inflate/);
  assert.equal((await inflated(Buffer.from('plain'), 10)).toString(), 'plain');
});

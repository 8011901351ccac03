import assert from 'node:assert/strict';
import { test } from 'node:test';
import { brotliCompressSync, deflateRawSync, deflateSync, gzipSync } from 'node:zlib';
import { balanced, checkOnceEach, pushAll, startField } from './field.ts';
import { startRawUpstream } from './raw-upstream.ts';

// Proxies compress what nobody asked them to; some say gzip and do not.
const words = Buffer.from('{"code":"invalid_argument","message":"the words of the backend"}');
const codings: readonly [string, string, Buffer][] = [
  ['gzip', 'gzip', gzipSync(words)],
  ['deflate', 'deflate', deflateSync(words)],
  ['deflate without its frame', 'deflate', deflateRawSync(words)],
  ['br', 'br', brotliCompressSync(words)],
  ['gzip in name only', 'gzip', words],
];

for (const [what, coding, body] of codings) {
  test(`an error that came as ${what} is judged by its words, which the log has`, async (t) => {
    const head = `HTTP/1.1 400 Bad Request\r\nContent-Type: application/json\r\nContent-Encoding: ${coding}\r\nContent-Length: ${body.length}\r\n\r\n`;
    const upstream = await startRawUpstream(t, Buffer.concat([Buffer.from(head), body]));
    const gateway = await startField(t, { endpoints: [{ url: upstream.url }] });
    await pushAll(gateway, [7]);
    await balanced(gateway, 'up0', { accepted: 1, dead: 1, queued: 0 });
    checkOnceEach(upstream.came, [7]);
    assert.ok(gateway.lines.some((line) => JSON.stringify(line).includes('the words of the backend')));
  });
}

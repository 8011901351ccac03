import assert from 'node:assert/strict';
import { test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { frameMessage } from '../../../src/wire/grpc-frame.ts';
import { call, call2, raw } from '../../net/server/serving.ts';
import { bytesOf, pushOf, receiving, speeches } from './receiving.ts';

const push = '/push.v1.PusherService/Push';
const otlp = '/opentelemetry.proto.collector.profiles.v1development.ProfilesService/Export';

test('a gRPC push over HTTP/1.0 is 505 and harms nobody', async (t) => {
  const { port, batches } = await receiving(t);
  const body = Buffer.from(frameMessage(bytesOf(pushOf())));
  const head = `POST ${push} HTTP/1.0\r\nHost: g\r\nContent-Type: application/grpc\r\nContent-Length: ${body.length}\r\n\r\n`;
  assert.match(await raw(port, Buffer.concat([Buffer.from(head), body])), /^HTTP\/1\.1 505 .*HTTP\/2/is);
  const web = head.replace('grpc\r', 'grpc-web\r');
  assert.match(await raw(port, Buffer.concat([Buffer.from(web), body])), /^HTTP\/1\.1 200 .*grpc-status: 0/is);
  assert.equal(batches.length, 1);
});

test('gRPC-Web in base64 is 415 and names what is served; its text is no length', async (t) => {
  const { port } = await receiving(t);
  for (const type of ['application/grpc-web-text', 'application/grpc-web-text+proto', 'Application/gRPC-Web-Text']) {
    const body = Buffer.from(frameMessage(bytesOf(pushOf()))).toString('base64');
    const answer = await call(port, { path: push, body, headers: { 'content-type': type } });
    assert.equal(answer.status, 415);
    assert.match(answer.body.toString(), /expected one of .*application\/grpc-web\+proto/);
  }
});

test('a path that is not served is refused in the protocol of the request, with the paths that are', async (t) => {
  const { port } = await receiving(t);
  const grpc = await call2(port, { path: otlp, headers: { 'content-type': 'application/grpc', te: 'trailers' } });
  assert.deepEqual([grpc.status, grpc.headers['grpc-status']], [200, '12']);
  assert.match(decodeURIComponent(String(grpc.headers['grpc-message'])), /served are .*PusherService\/Push/);
  const web = await call(port, { path: otlp, headers: { 'content-type': 'application/grpc-web+proto' } });
  assert.match(web.body.toString('latin1'), /grpc-status: 12\r\n/);
  const connect = await call(port, { path: otlp, headers: { 'content-type': 'application/proto' } });
  assert.deepEqual([connect.status, JSON.parse(connect.body.toString()).code], [404, 'unimplemented']);
  const plain = await call(port, { path: '/nowhere' });
  assert.match(`${plain.status} ${plain.body}`, /^404 .*\/ingest/);
});

for (const { name, send, protocol } of speeches) {
  const isFramed = protocol !== 'connect';

  test(`${name}: a Content-Encoding around ${isFramed ? 'gRPC is refused' : 'another is refused'}`, async (t) => {
    const { port, batches } = await receiving(t);
    const body = gzipSync(Buffer.from(frameMessage(bytesOf(pushOf()))));
    const encoding = isFramed ? 'gzip' : 'gzip, gzip';
    const answer = await send(port, body, { 'content-encoding': encoding });
    assert.deepEqual([answer.status, answer.code], [isFramed ? 200 : 501, 12]);
    assert.equal(batches.length, 0);
  });

  test(`${name}: a push whose series hold no sample is handed on: who answers for its end judges it`, async (t) => {
    const empty = pushOf();
    for (const series of empty.series) series.samples = [];
    for (const compatibility of ['pyroscope', 'alloy'] as const) {
      const { port, batches } = await receiving(t, { compatibility });
      assert.equal((await send(port, empty)).code, 0);
      assert.equal(batches.length, 1);
    }
  });

  test(`${name}: what an answer repeats of a request is cut, and the connection goes on`, async (t) => {
    const { port } = await receiving(t);
    const long = 'ü'.repeat(500_000);
    const refused = await send(
      port,
      pushOf([
        [long, 'v'],
        [long, 'v'],
      ]),
    );
    assert.equal(refused.code, 3);
    assert.ok(refused.message.length < 2100, `${refused.message.length}`);
    assert.equal((await send(port, pushOf())).code, 0);
  });
}

test('a push that is taken is answered with an empty message in its own codec', async (t) => {
  const { port } = await receiving(t);
  const framed = (message: string): string => Buffer.from(frameMessage(Buffer.from(message))).toString('latin1');
  for (const { name, send, protocol } of speeches) {
    const { answer } = await send(port, pushOf());
    const message = name.includes('JSON') ? '{}' : '';
    const body = answer.body.toString('latin1');
    assert.ok(protocol === 'connect' ? body === message : body.startsWith(framed(message)), `${name}: ${JSON.stringify(body)}`);
  }
});

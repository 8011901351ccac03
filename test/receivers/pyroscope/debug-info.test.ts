import assert from 'node:assert/strict';
import http from 'node:http';
import type net from 'node:net';
import { type TestContext, test } from 'node:test';
import type { Consumer } from '../../../src/core/component.ts';
import type { DebugInfoAnswer, DebugInfoCall } from '../../../src/core/debug-info.ts';
import { Failed } from '../../../src/core/errors.ts';
import { pyroscopeReceiver } from '../../../src/receivers/pyroscope/factory.ts';
import { frameMessage } from '../../../src/wire/grpc-frame.ts';
import { call, call2, raw, until } from '../../net/server/serving.ts';
import { FakeClock } from '../../support/fake-clock.ts';
import { createTestHost } from '../../support/host.ts';

const service = '/debuginfo.v1alpha1.DebuginfoService';
const json = { 'content-type': 'application/json' };
const withFile = '{"file":{"gnuBuildId":"abc"}}';

type PassOn = (call: DebugInfoCall, signal: AbortSignal) => Promise<DebugInfoAnswer | undefined>;

/** A receiver whose consumer takes debug information, unless it has nobody who does. */
async function receivingFor(
  t: TestContext,
  passOn: PassOn | undefined,
  { clock, ...config }: { clock?: FakeClock; tenant?: { forward: boolean } } = {},
): Promise<number> {
  const host = createTestHost(clock === undefined ? {} : { clock });
  const next: Consumer = { consume: () => Promise.resolve(), ...(passOn === undefined ? {} : { debugInfo: { passOn } }) };
  const receiver = pyroscopeReceiver.create(
    pyroscopeReceiver.schema.parse({ endpoint: '127.0.0.1:0', limits: { max_request_size: '1MiB' }, ...config }),
    next,
    host,
  );
  await receiver.start();
  t.after(() => receiver.stop(AbortSignal.abort()));
  return Number(/:(\d+)$/.exec(String(host.lines[0]?.facts['address']))?.[1]);
}

async function bytesOf(body: DebugInfoCall['body']): Promise<string> {
  if (body instanceof Uint8Array) return Buffer.from(body).toString();
  const pieces: Uint8Array[] = [];
  for await (const piece of body) pieces.push(piece);
  return Buffer.concat(pieces).toString();
}

test('without an endpoint every call is unavailable', async (t) => {
  for (const passOn of [undefined, () => Promise.resolve(undefined)]) {
    const port = await receivingFor(t, passOn);
    for (const path of ['ShouldInitiateUpload', 'UploadFinished']) {
      const { status, body } = await call(port, { path: `${service}/${path}`, headers: json, body: withFile });
      assert.deepEqual([status, JSON.parse(body.toString()).code], [503, 'unavailable']);
    }
    assert.equal((await call(port, { path: `${service}/Upload/abc`, body: 'elf' })).status, 503);
  }
});

test("a question without a file is the sender's fault and goes nowhere", async (t) => {
  let passed = 0;
  const port = await receivingFor(t, () => {
    passed += 1;
    return Promise.resolve(undefined);
  });
  const path = `${service}/ShouldInitiateUpload`;
  for (const body of ['{}', '{"file":null}', '{"file":5}', '[]', 'null', '{', '']) {
    assert.equal((await call(port, { path, headers: json, body })).status, 400, body);
  }
  const proto = { 'content-type': 'application/proto' };
  for (const body of ['', Buffer.from([0x08, 1]), Buffer.from([0xff])]) {
    assert.equal((await call(port, { path, headers: proto, body })).status, 400);
  }
  assert.equal(passed, 0);
});

test('a call is passed on in Connect whatever the sender speaks, and answered as it asked', async (t) => {
  const calls: DebugInfoCall[] = [];
  const answer = Buffer.from([0x08, 1]);
  const port = await receivingFor(t, (one) => {
    calls.push(one);
    return Promise.resolve({ status: 200, contentType: 'application/proto', body: answer });
  });
  const question = Buffer.from([0x0a, 2, 0x0a, 0]);
  const path = `${service}/ShouldInitiateUpload`;
  const headers = { 'x-scope-orgid': 'squad-1' };
  const plain = await call(port, { path, headers: { ...headers, 'content-type': 'application/proto' }, body: question });
  assert.deepEqual([plain.status, plain.body], [200, answer]);
  const grpc = await call2(port, { path, headers: { ...headers, 'content-type': 'application/grpc' }, body: frameMessage(question) });
  assert.deepEqual([grpc.trailers['grpc-status'], grpc.body], ['0', Buffer.from(frameMessage(answer))]);
  const seen = await Promise.all(calls.map(async ({ body, ...rest }) => ({ ...rest, body: await bytesOf(body) })));
  const wanted = { path, tenant: 'squad-1', contentType: 'application/proto', body: question.toString() };
  assert.deepEqual(seen, [wanted, wanted]);
});

test('where tenants are not forwarded, none is named', async (t) => {
  const tenants: string[] = [];
  const passOn: PassOn = ({ tenant }) => {
    tenants.push(tenant);
    return Promise.resolve({ status: 200, contentType: '', body: new Uint8Array() });
  };
  const headers = { ...json, 'x-scope-orgid': 'squad-1' };
  for (const forward of [true, false]) {
    const port = await receivingFor(t, passOn, { tenant: { forward } });
    await call(port, { path: `${service}/ShouldInitiateUpload`, headers, body: withFile });
    await call(port, { path: `${service}/Upload/ab`, headers, body: 'elf' });
  }
  assert.deepEqual(tenants, ['squad-1', 'squad-1', '', '']);
});

test('an answer that was cut stays what the endpoint has said', async (t) => {
  const body = Buffer.from('{"code":"not_fou');
  const port = await receivingFor(t, () => Promise.resolve({ status: 404, contentType: 'application/json', body }));
  const cut = await call(port, { path: `${service}/UploadFinished`, headers: json, body: '{}' });
  assert.equal(cut.status, 404);
  assert.equal(JSON.parse(cut.body.toString()).message, body.toString());
});

test('what the endpoint refuses, the sender hears in its own protocol', async (t) => {
  const port = await receivingFor(t, () =>
    Promise.resolve({
      status: 400,
      contentType: 'application/json',
      body: Buffer.from('{"code":"failed_precondition","message":"not now"}'),
    }),
  );
  const path = `${service}/UploadFinished`;
  const connect = await call(port, { path, headers: json, body: '{}' });
  assert.deepEqual([connect.status, JSON.parse(connect.body.toString())], [400, { code: 'failed_precondition', message: 'not now' }]);
  const grpc = await call2(port, { path, headers: { 'content-type': 'application/grpc' }, body: frameMessage(new Uint8Array()) });
  assert.equal(grpc.headers['grpc-status'], '9');
  const odd = await receivingFor(t, () => Promise.resolve({ status: 502, contentType: 'text/html', body: Buffer.from('<html>') }));
  assert.equal((await call(odd, { path, headers: json, body: '{}' })).status, 502);
  const unreachable = await receivingFor(t, () => Promise.reject(new Failed({ endpoint: 'e', status: 503, code: 14, message: 'refused' })));
  assert.equal((await call(unreachable, { path, headers: json, body: '{}' })).status, 503);
});

for (const [name, send] of [
  ['HTTP/1.1', call],
  ['HTTP/2', call2],
] as const) {
  test(`${name}: an upload goes through as it is, larger than a request may be`, async (t) => {
    let seen: string | undefined;
    const port = await receivingFor(t, async ({ body, path, contentType }) => {
      assert.deepEqual([path, contentType], [`${service}/Upload/abcdef`, 'application/octet-stream']);
      seen = await bytesOf(body);
      return { status: 200, contentType: 'text/plain', body: Buffer.from('thanks') };
    });
    const elf = 'elf '.repeat(1_000_000);
    const answer = await send(port, {
      path: `${service}/Upload/abcdef`,
      headers: { 'content-type': 'application/octet-stream' },
      body: elf,
    });
    assert.deepEqual([answer.status, answer.body.toString()], [200, 'thanks']);
    assert.ok(seen === elf, `${seen?.length} characters of ${elf.length} arrived`);
  });

  test(`${name}: an upload is refused for its id, by the endpoint in the middle, and when it takes too long`, async (t) => {
    const clock = new FakeClock();
    let isWaiting = false;
    const port = await receivingFor(
      t,
      async ({ path, body }, signal) => {
        if (path.endsWith('ab')) {
          for await (const _ of body as AsyncIterable<Uint8Array>) break; // an upload always comes piece by piece
          return { status: 412, contentType: 'text/plain', body: Buffer.from('nobody asked for it') };
        }
        isWaiting = true;
        return new Promise((_resolve, reject) => signal.addEventListener('abort', () => reject(signal.reason)));
      },
      { clock },
    );
    for (const id of ['', 'a', 'xyz', 'ab/cd', 'a'.repeat(41)]) {
      const { status } = await send(port, { path: `${service}/Upload/${id}`, body: 'elf' });
      assert.ok(status === 400 || (id === 'ab/cd' && status === 404), `${status} for ${id}`);
    }
    const refused = await send(port, { path: `${service}/Upload/ab`, body: Buffer.alloc(300_000) });
    assert.deepEqual([refused.status, refused.body.toString()], [412, 'nobody asked for it\n']);
    const slow = send(port, { path: `${service}/Upload/cd`, body: 'elf' });
    await until(() => isWaiting);
    await clock.advance(120_000);
    assert.equal((await slow).status, 408);
  });
}

test('an upload that is no HTTP in the middle is refused at once', async (t) => {
  let sender: net.Socket | undefined;
  const port = await receivingFor(t, async ({ body }) => {
    // as: an upload always comes piece by piece; the next one is waited for when it turns out to be none
    for await (const _ of body as AsyncIterable<Uint8Array>) setImmediate(() => sender?.write('zz\r\n'));
    return { status: 200, contentType: '', body: new Uint8Array() };
  });
  const head = `POST ${service}/Upload/ab HTTP/1.1\r\nHost: g\r\nTransfer-Encoding: chunked\r\n\r\n`;
  const said = await raw(port, `${head}4\r\nhalf\r\n`, (socket) => {
    sender = socket;
  });
  assert.match(said, /^HTTP\/1\.1 400 .*connection: close/is);
});

test('an upload that is cut is not taken for a whole one', async (t) => {
  const outcomes: string[] = [];
  const port = await receivingFor(t, async ({ body }) => {
    await bytesOf(body).then(
      () => outcomes.push('whole'),
      (why: unknown) => outcomes.push(why instanceof Error ? why.message : 'odd'),
    );
    return undefined;
  });
  const request = http.request({
    host: '127.0.0.1',
    port,
    method: 'POST',
    path: `${service}/Upload/ab`,
    headers: { 'content-length': 100 },
  });
  request.on('error', () => {});
  request.write('half', () => setImmediate(() => request.destroy()));
  await until(() => outcomes.length > 0);
  assert.match(outcomes[0] ?? '', /the sender has closed the connection/);
});

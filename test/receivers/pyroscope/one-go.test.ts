import assert from 'node:assert/strict';
import { createHook } from 'node:async_hooks';
import net from 'node:net';
import { test } from 'node:test';
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import type { ProfileBatch } from '../../../src/core/profile.ts';
import { frameMessage } from '../../../src/wire/grpc-frame.ts';
import { call } from '../../net/server/serving.ts';
import { brokenPushBytes, pushBytes } from '../../wire/push-arbitrary.ts';
import { bytesOf, pushOf, receiving, speeches } from './receiving.ts';

const path = '/push.v1.PusherService/Push';

test('receiving a binary push makes at most 8 promises and no timer of ours, from its first byte to its answer', async (t) => {
  const { port, batches } = await receiving(t, {}, { consume: () => undefined });
  const body = Buffer.from(bytesOf(pushOf()));
  const head = `POST ${path} HTTP/1.1\r\nHost: g\r\nContent-Type: application/proto\r\nContent-Length: ${body.length}\r\n\r\n`;
  const request = Buffer.concat([Buffer.from(head), body]);
  const socket = net.connect({ host: '127.0.0.1', port });
  t.after(() => socket.destroy());
  const pushes = 50;
  let promises = 0;
  let timers = 0;
  const hook = createHook({
    init(_, type) {
      if (type === 'PROMISE') promises += 1;
      if (type === 'Timeout') timers += 1;
    },
  });
  let answered = 0;
  await new Promise<void>((resolve) => {
    socket.on('data', (answer) => {
      assert.match(answer.toString('latin1'), /^HTTP\/1\.1 200 OK\r\n/);
      answered += 1;
      if (answered === pushes) hook.enable();
      if (answered === 2 * pushes) {
        hook.disable();
        resolve();
      } else socket.write(request);
    });
    socket.write(request);
  });
  assert.equal(batches.length, 2 * pushes);
  assert.ok(promises <= 8 * pushes, `${promises / pushes} promises a push`);
  // Node's own two, for the time that the socket is busy and idle; one of ours looks after all bodies, once a second.
  assert.ok(timers < 2.5 * pushes, `${timers / pushes} timers a push`);
});

/** What is stored, and what is said. */
interface Outcome {
  readonly status: number;
  readonly code: number;
  readonly message: string;
  readonly stored: readonly string[];
}

test('a push is judged alike however it comes: at once or unpacked first, and in every protocol', async (t) => {
  for (const later of [false, true]) {
    const { port, batches } = await receiving(t, {}, { consume: () => (later ? Promise.resolve() : undefined) });
    const outcomeOf = async (send: () => Promise<{ status: number; code: number; message: string }>): Promise<Outcome> => {
      batches.length = 0;
      const { status, code, message } = await send();
      return { status, code, message, stored: batches.map(describe) };
    };
    const binary = speeches.filter(({ name }) => !name.includes('JSON'));
    await fc.assert(
      fc.asyncProperty(fc.oneof(pushBytes, brokenPushBytes), async (bytes) => {
        const body = Buffer.from(bytes);
        let first: Outcome | undefined;
        for (const { send, protocol } of binary) {
          const isConnect = protocol === 'connect';
          const framed = Buffer.from(frameMessage(gzipSync(body)));
          framed[0] = 1;
          const plain = await outcomeOf(() => send(port, isConnect ? body : frameMessage(body)));
          const zipped = isConnect
            ? await outcomeOf(() => send(port, gzipSync(body), { 'content-encoding': 'gzip' }))
            : await outcomeOf(() => send(port, framed, { 'grpc-encoding': 'gzip' }));
          assert.deepEqual(zipped, plain);
          first ??= plain;
          assert.deepEqual([plain.code, plain.message, plain.stored], [first.code, first.message, first.stored]);
        }
      }),
      { numRuns: 40 },
    );
  }
});

test('JSON says what the binary form says', async (t) => {
  const { port, batches } = await receiving(t);
  for (const { send } of speeches)
    assert.equal(
      (
        await send(
          port,
          pushOf(
            [
              ['service_name', 'ü'],
              ['b', ''],
            ],
            'some profile',
          ),
        )
      ).code,
      0,
    );
  const [first, ...others] = batches.map(describe);
  assert.equal(others.length, speeches.length - 1);
  for (const other of others) assert.equal(other, first);
});

test('JSON that is no push is refused with what is wrong, and never pollutes anything', async (t) => {
  const { port, batches } = await receiving(t);
  const refused = [
    '',
    'null',
    '[]',
    '{"series":{}}',
    '{"series":[null]}',
    '{"series":[{"labels":[{"name":1}]}]}',
    '{"series":[{"samples":[{"rawProfile":"@"}]}]}',
    '{"series":[{"samples":[{"rawProfile":"AAAAA"}]}]}',
    '{"series":[{"samples":[{"rawProfile":{}}]}]}',
    '{"series":[{"samples":[{"rawProfile":"AA=A"}]}]}',
    '{"__proto__":{"series":[{}]}}',
    '{"series":1e400}',
  ];
  for (const body of refused) {
    const answer = await call(port, { path, body, headers: { 'content-type': 'application/json' } });
    assert.deepEqual([answer.status, JSON.parse(answer.body.toString()).code], [400, 'invalid_argument'], body);
  }
  const taken = [
    '{"series":[{"constructor":[{}],"labels":[{"name":"a","value":"b"}]}]}',
    '{"series":[{"samples":[{"raw_profile":"cA","ID":null}],"labels":[{"name":"a","value":"b"}],"unknown":[1,{"x":2}]}],"also":null}',
    '{"series":[{"samples":[{"rawProfile":"-_8="}],"labels":[{"name":"a","value":"b"}]}]}',
  ];
  for (const body of taken)
    assert.equal((await call(port, { path, body, headers: { 'content-type': 'application/json' } })).status, 200, body);
  assert.equal(batches.length, taken.length);
});

function describe({ series }: ProfileBatch): string {
  return JSON.stringify(
    series.map(({ labels, payload }) => [
      labels,
      payload.kind === 'push' ? [payload.profiles, payload.rawBytes, Buffer.concat(payload.fields).toString('base64')] : payload.kind,
    ]),
  );
}

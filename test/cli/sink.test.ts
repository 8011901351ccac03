import assert from 'node:assert/strict';
import { createServer, connect as netConnect } from 'node:net';
import { after, before, describe, test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { Code, ConnectError } from '@connectrpc/connect';
import { Profile, StringTable } from 'pprof-format';
import { type Sink, type SinkOptions, startSink } from '../../src/cli/sink/server.ts';
import { runSink } from '../../src/cli/sink.ts';
import { systemClock } from '../../src/core/clock.ts';
import { Labels } from '../../src/core/labels.ts';
import { type PushInit, pushClients } from '../support/agents.ts';
import { FakeClock, settle } from '../support/fake-clock.ts';

const pprof = gzipSync(cpuProfile(7));
const push: PushInit = {
  series: [
    {
      labels: [
        { name: '__name__', value: 'process_cpu' },
        { name: 'service_name', value: 'shop' },
      ],
      samples: [{ rawProfile: pprof, ID: 'c1b3e9f2' }],
    },
  ],
};
const pushUrl = '/push.v1.PusherService/Push';

describe('a sink on one port', () => {
  let sink: Sink;
  before(async () => {
    sink = await startSink({ host: '127.0.0.1', port: 0, clock: systemClock, keep: 100 });
  });
  after(() => sink.close());

  for (const client of pushClients) {
    test(`takes a push from ${client.name}, byte for byte`, async () => {
      const { push: send, close } = client.open(`127.0.0.1:${sink.port}`);
      await send(push, { 'x-scope-orgid': 'squad-1' });
      close();
      const arrival = sink.arrivals.at(-1);
      assert.partialDeepStrictEqual(arrival, { protocol: client.protocol, tenant: 'squad-1', url: pushUrl });
      const [series] = arrival?.series ?? [];
      assert.deepEqual([...(series?.labels ?? [])], [...Labels.of({ __name__: 'process_cpu', service_name: 'shop' })]);
      assert.equal(series?.profiles[0]?.id, 'c1b3e9f2');
      assert.deepEqual(Buffer.from(series?.profiles[0]?.bytes ?? []), pprof);
    });
  }

  for (const [what, query, type, body, profile] of [
    ['a raw pprof', 'name=shop%7Benv%3Dprod%7D&format=pprof', 'application/octet-stream', pprof, pprof],
    ['a pprof in a form', 'name=shop%7Benv%3Dprod%7D', 'multipart/form-data; boundary=b', form('profile', pprof), pprof],
    ['folded text', 'name=shop%7Benv%3Dprod%7D&format=folded', 'text/plain', Buffer.from('main;work 7\n'), Buffer.from('main;work 7\n')],
    [
      'a JFR',
      'name=shop%7Benv%3Dprod%7D&format=jfr',
      'multipart/form-data; boundary=b',
      form('jfr', Buffer.alloc(1e6, 'j')),
      form('jfr', Buffer.alloc(1e6, 'j')),
    ],
  ] as const) {
    test(`takes ${what} at /ingest`, async () => {
      const answer = await post(sink, `/ingest?${query}`, body, type);
      assert.equal(answer.status, 200);
      const { protocol, series } = sink.arrivals.at(-1) ?? {};
      assert.equal(protocol, 'ingest');
      assert.deepEqual(
        series?.map(({ labels, problem }) => ({ labels: labels.toJSON(), problem })),
        [{ labels: { __name__: 'shop', env: 'prod' }, problem: undefined }],
      );
      assert.deepEqual(Buffer.from(series?.[0]?.profiles[0]?.bytes ?? []), Buffer.from(profile));
      assert.equal(series?.[0]?.profiles[0]?.problem, undefined);
    });
  }

  test('tells HTTP/2 from HTTP/1.1 also when the first bytes come one by one', async () => {
    const socket = netConnect(sink.port, '127.0.0.1').setNoDelay(true);
    for (const byte of 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n') {
      socket.write(byte);
      await settle();
    }
    // A SETTINGS frame of the client, upon which the server sends its own: type 4 on stream 0.
    socket.write(Buffer.from([0, 0, 0, 4, 0, 0, 0, 0, 0]));
    const [first] = await once<Buffer>(socket, 'data');
    assert.equal(first?.[3], 4);
    socket.destroy();
  });

  test('says that it is ready, and nothing at paths that it does not serve', async () => {
    assert.equal((await fetch(`${sink.url}/ready`)).status, 200);
    assert.equal((await fetch(`${sink.url}/nothing`)).status, 404);
    assert.equal((await fetch(`${sink.url}/ingest`)).status, 405);
  });
});

describe('what a sink counts', () => {
  test('profiles, samples and bytes by service and type', async () => {
    await withSink({}, async (sink) => {
      await sendPush(sink, push);
      await sendPush(sink, { series: [...(push.series ?? []), ...(push.series ?? [])] });
      await post(sink, '/ingest?name=web&format=pprof', pprof);
      assert.deepEqual(sink.totals.rows, [
        { service: 'shop', type: 'process_cpu', profiles: 3, samples: 3, sizeBytes: 3 * pprof.length, bad: 0, problem: undefined },
        { service: 'web', type: 'cpu', profiles: 1, samples: 1, sizeBytes: pprof.length, bad: 0, problem: undefined },
      ]);
      assert.equal(sink.totals.requests, 3);
    });
  });

  for (const [what, series, problem] of [
    [
      'a profile that is no pprof',
      { labels: [{ name: '__name__', value: 'x' }], samples: [{ rawProfile: Buffer.from('text') }] },
      /not a pprof/,
    ],
    [
      'a label that stands twice',
      { labels: [{ name: '__name__' }, { name: '__name__' }], samples: [{ rawProfile: pprof }] },
      /"__name__" stands twice/,
    ],
    ['a push without a type', { labels: [{ name: 'a' }], samples: [{ rawProfile: pprof }] }, /no label __name__/],
  ] as const) {
    test(`${what} as bad, and why`, async () => {
      await withSink({}, async (sink) => {
        await sendPush(sink, { series: [{ labels: [...series.labels], samples: [...series.samples] }] });
        assert.equal(sink.totals.rows[0]?.bad, 1);
        assert.match(sink.totals.rows[0]?.problem ?? '', problem);
      });
    });
  }

  test('keeps so many arrivals and no more, and tells of each as it comes', async () => {
    const told: string[] = [];
    await withSink({ keep: 2, onArrival: ({ url }) => told.push(url) }, async (sink) => {
      for (const name of ['a', 'b', 'c']) await post(sink, `/ingest?name=${name}`, Buffer.from('x'));
      assert.deepEqual(
        sink.arrivals.map(({ url }) => url),
        ['/ingest?name=b', '/ingest?name=c'],
      );
      assert.deepEqual(told, ['/ingest?name=a', '/ingest?name=b', '/ingest?name=c']);
    });
  });
});

describe('a script of answers', () => {
  test('gives /ingest and Connect any status, with the code that goes with it', async () => {
    for (const [status, code] of [
      [503, 'unavailable'],
      [429, 'resource_exhausted'],
      [400, 'invalid_argument'],
      [418, 'unknown'],
    ] as const) {
      await withSink({ answers: { status, failRatio: 1, delayMs: 0 } }, async (sink) => {
        for (const path of [pushUrl, '/ingest?name=a']) {
          const answer = await post(sink, path, Buffer.from('x'));
          assert.equal(answer.status, status);
          assert.partialDeepStrictEqual(await answer.json(), { code });
        }
        assert.deepEqual({ requests: sink.totals.requests, refused: sink.totals.refused }, { requests: 0, refused: 2 });
      });
    }
  });

  test('gives gRPC the code that goes with the status', async () => {
    await withSink({ answers: { status: 503, failRatio: 1, delayMs: 0 } }, async (sink) => {
      for (const client of pushClients.filter(({ protocol, name }) => protocol !== 'connect' && name !== 'gRPC of grpc-js')) {
        const { push: send, close } = client.open(`127.0.0.1:${sink.port}`);
        await assert.rejects(send(push), (error) => error instanceof ConnectError && error.code === Code.Unavailable, client.name);
        close();
      }
    });
  });

  test('refuses a share of the requests, evenly', async () => {
    await withSink({ answers: { status: 500, failRatio: 0.1, delayMs: 0 } }, async (sink) => {
      const statuses: number[] = [];
      for (let at = 0; at < 20; at++) statuses.push((await post(sink, '/ingest?name=a', Buffer.from('x'))).status);
      const nine = new Array<number>(9).fill(200);
      assert.deepEqual(statuses, [...nine, 500, ...nine, 500]);
    });
  });

  test('can be changed while it runs', async () => {
    await withSink({}, async (sink) => {
      sink.answer({ status: 502, failRatio: 1, delayMs: 0 });
      assert.equal((await post(sink, '/ingest?name=a', Buffer.from('x'))).status, 502);
    });
  });

  test('answers only after its delay', async () => {
    const clock = new FakeClock();
    await withSink({ clock, answers: { status: 200, failRatio: 1, delayMs: 300 } }, async (sink) => {
      let answered = false;
      const answer = post(sink, '/ingest?name=a', Buffer.from('x')).then(() => {
        answered = true;
      });
      while (clock.pending === 0) await settle();
      await clock.advance(299);
      assert.equal(answered, false);
      await clock.advance(1);
      await answer;
    });
  });
});

describe('flamegate sink', () => {
  test('ends by itself after its duration and prints what arrived', async () => {
    const clock = new FakeClock();
    const { io, stdout, stderr } = createIo();
    const code = runSink({ listen: '127.0.0.1:0', duration: '1s', json: true }, io, undefined, clock);
    while (stderr.text === '') await settle();
    const url = /http:\S+/.exec(stderr.text)?.[0];
    await fetch(`${url}/ingest?name=shop&format=pprof`, { method: 'POST', body: pprof });
    await clock.advance(1_000);
    assert.equal(await code, 0);
    assert.partialDeepStrictEqual(JSON.parse(stdout.text), { requests: 1, series: [{ service: 'shop', profiles: 1, bad: 0 }] });
  });

  test('prints a table while something arrives, and stops when it is told to', async () => {
    const clock = new FakeClock();
    const stop = new AbortController();
    const { io, stdout, stderr } = createIo();
    const code = runSink({ listen: '127.0.0.1:0' }, io, stop.signal, clock);
    while (stderr.text === '') await settle();
    await clock.advance(5_000);
    assert.equal(stdout.text, '', 'nothing has arrived');
    await fetch(`${/http:\S+/.exec(stderr.text)?.[0]}/ingest?name=shop&format=pprof`, { method: 'POST', body: Buffer.from('no pprof') });
    await clock.advance(5_000);
    assert.match(
      stdout.text,
      /^1 requests taken, 0 refused\n {2}service {2}type {3}profiles.*\n {2}shop {5}pprof {9}1 .* 1\n {2}bad: shop pprof: not a pprof/,
    );
    stop.abort();
    assert.equal(await code, 0);
  });

  test('says which option is wrong, what it expects and what it found', async () => {
    for (const [flags, message] of [
      [{ listen: 'nowhere' }, /--listen: expected host:port, found "nowhere"/],
      [{ listen: ':0', status: '99' }, /--listen/],
      [{ listen: '127.0.0.1:0', status: '99' }, /--status: expected an HTTP status from 200 to 599, found "99"/],
      [{ listen: '127.0.0.1:0', failRatio: '2' }, /--fail-ratio: expected a number from 0 to 1, found "2"/],
      [{ listen: '127.0.0.1:0', delay: '5' }, /--delay: expected a duration such as 300ms, found "5"/],
      [{ listen: '127.0.0.1:0', duration: 'long' }, /--duration/],
    ] as const) {
      const { io, stderr } = createIo();
      assert.equal(await runSink(flags, io), 64);
      assert.match(stderr.text, message);
    }
  });

  test('answers 503 to the share that fails when no status is given', async () => {
    const stop = new AbortController();
    const { io, stderr } = createIo();
    const code = runSink({ listen: '127.0.0.1:0', failRatio: '1' }, io, stop.signal);
    while (stderr.text === '') await settle();
    const answer = await fetch(`${/http:\S+/.exec(stderr.text)?.[0]}/ingest?name=a`, { method: 'POST', body: 'x' });
    stop.abort();
    assert.deepEqual([answer.status, await code], [503, 0]);
  });

  test('exits 69 when the port is taken', async () => {
    const other = createServer().listen(0, '127.0.0.1');
    await once(other, 'listening');
    const address = other.address();
    assert.ok(typeof address === 'object' && address !== null);
    const { io, stderr } = createIo();
    assert.equal(await runSink({ listen: `127.0.0.1:${address.port}` }, io), 69);
    assert.match(stderr.text, /cannot listen on 127\.0\.0\.1:\d+: .*EADDRINUSE/);
    other.close();
  });
});

async function withSink(options: Partial<SinkOptions>, act: (sink: Sink) => Promise<void>): Promise<void> {
  const sink = await startSink({ host: '127.0.0.1', port: 0, clock: systemClock, ...options });
  try {
    await act(sink);
  } finally {
    await sink.close();
  }
}

function post(sink: Sink, path: string, body: Uint8Array, type = 'application/octet-stream'): Promise<Response> {
  return fetch(`${sink.url}${path}`, {
    method: 'POST',
    body: Uint8Array.from(body),
    headers: { 'content-type': type, connection: 'close' },
  });
}

async function sendPush(sink: Sink, init: PushInit): Promise<void> {
  const client = pushClients[0]?.open(`127.0.0.1:${sink.port}`);
  await client?.push(init);
  client?.close();
}

function form(part: string, content: Uint8Array): Buffer {
  const head = `--b\r\nContent-Disposition: form-data; name="${part}"; filename="${part}"\r\nContent-Type: application/octet-stream\r\n\r\n`;
  return Buffer.concat([Buffer.from(head), content, Buffer.from('\r\n--b--\r\n')]);
}

function cpuProfile(value: number): Uint8Array {
  const stringTable = new StringTable();
  const [cpu, nanoseconds, main] = ['cpu', 'nanoseconds', 'main'].map((text) => stringTable.dedup(text));
  return new Profile({
    stringTable,
    sampleType: [{ type: cpu ?? 0, unit: nanoseconds ?? 0 }],
    function: [{ id: 1, name: main ?? 0 }],
    location: [{ id: 1, line: [{ functionId: 1 }] }],
    sample: [{ locationId: [1], value: [value] }],
  }).encode();
}

function createIo(): { io: Parameters<typeof runSink>[1]; stdout: { text: string }; stderr: { text: string } } {
  const [stdout, stderr] = [{ text: '' }, { text: '' }];
  const writer = (into: { text: string }) => ({
    isTty: false,
    write(text: string): void {
      into.text += text;
    },
  });
  return { io: { stdout: writer(stdout), stderr: writer(stderr), env: {}, cwd: '/' }, stdout, stderr };
}

function once<T>(emitter: { once(event: string, listener: (value: T) => void): unknown }, event: string): Promise<T[]> {
  return new Promise((resolve) => emitter.once(event, (value) => resolve([value])));
}

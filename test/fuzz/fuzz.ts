import { once } from 'node:events';
import http2 from 'node:http2';
import net from 'node:net';
import { create, toBinary } from '@bufbuild/protobuf';
import { Failed, Invalid, Refused } from '../../src/core/errors.ts';
import { PushRequestSchema } from '../../src/gen/push/v1/push_pb.ts';
import { frameMessage, unframeMessage } from '../../src/wire/grpc-frame.ts';
import { formatIngestName, ingestNameFault, parseIngestName, splitIngestQuery } from '../../src/wire/ingest.ts';
import { LabelCache } from '../../src/wire/label-cache.ts';
import { encodePush, parsePush } from '../../src/wire/push.ts';
import { parsePushJson } from '../../src/wire/push-json.ts';
import { createRandom } from '../support/random.ts';

/*
 * Byte-level fuzzing of what faces the network: requests as they were recorded from agents, mutated, and random bytes. Whatever comes, a reader
 * returns or throws one of the named errors, and a receiver answers or closes, within a bound.
 */

/** Bytes that somebody sends. */
export type Mutate = (recorded: Uint8Array) => Buffer;

/** 0 <= x < 1, the same sequence for the same seed. */
export function fraction(seed: number): () => number {
  const random = createRandom(seed);
  return () => random(2 ** 30) / 2 ** 30;
}

/** Deterministic in `random` (0 <= x < 1). */
export function mutator(random: () => number): Mutate {
  const below = (limit: number): number => Math.floor(random() * limit);
  const tokens = [
    '\r\n',
    '\0',
    '\xff\xff\xff\xff',
    ': ',
    'chunked',
    '5\r\n',
    'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n',
    '{',
    '}',
    '%',
    '"',
    ',',
    '\x0a\x00',
    '\x80',
  ];
  return (recorded) => {
    if (below(20) === 0) return Buffer.from(Array.from({ length: below(300) }, () => below(256)));
    let bytes = Buffer.from(recorded);
    for (let count = below(6); count >= 0; count--) {
      const at = below(bytes.length + 1);
      const rest = bytes.subarray(Math.min(bytes.length, at + below(8)));
      switch (below(5)) {
        case 0:
          if (at < bytes.length) bytes[at] = below(256);
          break;
        case 1:
          bytes = Buffer.concat([bytes.subarray(0, at), Buffer.from(tokens[below(tokens.length)] ?? '', 'latin1'), bytes.subarray(at)]);
          break;
        case 2:
          bytes = Buffer.concat([bytes.subarray(0, at), rest]);
          break;
        case 3:
          bytes = Buffer.concat([bytes, bytes.subarray(at, at + below(400))]);
          break;
        default:
          bytes = bytes.subarray(0, at);
      }
    }
    return bytes;
  };
}

const push = toBinary(
  PushRequestSchema,
  create(PushRequestSchema, {
    series: [
      {
        labels: [
          { name: 'service_name', value: 'shop/checkout' },
          { name: '__name__', value: 'process_cpu' },
        ],
        samples: [{ rawProfile: Buffer.from('H4sIAAAAAAAA/wEAAP//AAAAAAAAAAA=', 'base64'), ID: 'c1b3e9f2-5d3b-4e7a-9b1c-0123456789ab' }],
        annotations: [{ key: 'k', value: 'v' }],
      },
    ],
  }),
);
const json = Buffer.from('{"series":[{"labels":[{"name":"a","value":"b"}],"samples":[{"rawProfile":"cA==","ID":"x"}]}]}');
const names = ['app{region=eu,host="a b"}', 'my.app.cpu{}', 'a{b=c}rest', 'name=app%7Bk%3Dv%7D&from=1&until=2&spyName=gospy'];
const head = (path: string, type: string, bytes: number): string =>
  `POST ${path} HTTP/1.1\r\nHost: g\r\nUser-Agent: fuzz\r\nContent-Type: ${type}\r\nContent-Length: ${bytes}\r\n\r\n`;

/** Requests as agents send them over HTTP/1.1, and the beginning of an HTTP/2 connection. */
const recorded: readonly Uint8Array[] = [
  Buffer.concat([Buffer.from(head('/push.v1.PusherService/Push', 'application/proto', push.length)), push]),
  Buffer.concat([Buffer.from(head('/push.v1.PusherService/Push', 'application/json', json.length)), json]),
  Buffer.concat([Buffer.from(head('/push.v1.PusherService/Push', 'application/grpc-web', push.length + 5)), frameMessage(push)]),
  Buffer.concat([Buffer.from(head('/ingest?name=app%7Ba=b%7D&from=1&until=2', 'binary/octet-stream', 4)), Buffer.from('prof')]),
  Buffer.from('POST /ingest?name=a HTTP/1.1\r\nHost: g\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n'),
  Buffer.concat([Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'), http2Settings(), Buffer.from([0, 0, 1, 1, 5, 0, 0, 0, 1, 0x83])]),
];

function http2Settings(): Buffer {
  const payload = http2.getPackedSettings({ enablePush: false });
  const frame = Buffer.from([0, 0, payload.length, 4, 0, 0, 0, 0, 0]);
  return Buffer.concat([frame, payload]);
}

const rules = { duplicates: 'refuse', emptyValues: 'keep', maxSeries: 1000 } as const;

/** One round of every reader. Throws what no reader may throw, with the bytes that made it. */
export async function fuzzReaders(mutate: Mutate): Promise<void> {
  const bytes = mutate(push);
  expectNamed(bytes, () => {
    const series = parsePush([bytes.subarray(0, 20), bytes.subarray(20)], new LabelCache(1e5), rules);
    const again = parsePush([encodePush(series)], new LabelCache(1e5), rules);
    if (again.length !== series.length) throw new Error('what is rendered is not what was read');
  });
  const framed = mutate(frameMessage(push));
  expectNamed(framed, () => unframeMessage([framed.subarray(0, 3), framed.subarray(3)]));
  const text = mutate(json);
  try {
    await parsePushJson(text, rules, () => Promise.resolve());
  } catch (why) {
    expectNamed(text, () => {
      throw why;
    });
  }
  for (const one of names) {
    const name = mutate(Buffer.from(one)).toString();
    expectNamed(Buffer.from(name), () => {
      splitIngestQuery(name);
      const labels = parseIngestName(name);
      // A value loses nothing but white space at its ends.
      if (ingestNameFault(labels) === undefined && !parseIngestName(formatIngestName(labels)).equals(labels))
        throw new Error('a name changed');
    });
  }
}

function expectNamed(bytes: Uint8Array, read: () => void): void {
  try {
    read();
  } catch (why) {
    if (why instanceof Invalid || why instanceof Refused || why instanceof Failed) return;
    throw new Error(`${Buffer.from(bytes).toString('base64')} makes a reader throw ${String(why)}`, { cause: why });
  }
}

/** One connection with mutated bytes, closed at a half, as agents never do. Resolves when the receiver has closed it. */
export async function fuzzConnection(port: number, mutate: Mutate, pick: number): Promise<void> {
  const socket = net.connect({ host: '127.0.0.1', port });
  socket.on('error', () => {}); // a reset is an answer
  socket.resume();
  const closed = once(socket, 'close').catch(() => {}); // as above
  socket.end(mutate(recorded[Math.floor(pick * recorded.length)] ?? push));
  await closed;
}

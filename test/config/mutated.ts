import fc from 'fast-check';
import { goodText } from './fakes.ts';

/** Configurations that are right. */
export const seeds = [
  goodText,
  'receivers: { pyroscope: { limits: { max_request_size: 64MiB } } }\nservice: { pipelines: { a: { receivers: [pyroscope], pipelines: [b] }, b: {} } }\n',
  'exporters:\n  pyroscope: &x\n    endpoints: [ { url: "${URL:-http://a}", headers: { a: \'b\' } } ]\n    queue: { type: disk, dir: /nowhere/q }\n  pyroscope/b: *x\n',
];
const tokens = [
  '\0',
  '\t',
  '{',
  '}',
  '[',
  ']',
  ':',
  '- ',
  '#',
  '&x',
  '*x',
  '!!int ',
  '|\n',
  '>',
  '"',
  "'",
  '${',
  '${URL}',
  '$$',
  '---\n',
  '999999999999999999999',
  '1e999',
  '-0',
  'é',
  '\u2028',
  '<<',
  '__proto__: {}\n',
  'null',
  '? ',
];

const mutation = fc.oneof(
  fc.record({ kind: fc.constant('cut' as const), at: fc.nat(2_000), size: fc.nat(40) }),
  fc.record({ kind: fc.constant('end' as const), at: fc.nat(2_000) }),
  fc.record({ kind: fc.constant('insert' as const), at: fc.nat(2_000), text: fc.constantFrom(...tokens) }),
  fc.record({
    kind: fc.constant('nest' as const),
    at: fc.nat(2_000),
    text: fc.constantFrom('[', '{a: ', '- ', '? '),
    times: fc.nat(2_000),
  }),
  fc.record({ kind: fc.constant('swap' as const), a: fc.nat(100), b: fc.nat(100) }),
  fc.record({ kind: fc.constant('bytes' as const), at: fc.nat(2_000), bytes: fc.uint8Array({ minLength: 1, maxLength: 8 }) }),
);

type Mutation = typeof mutation extends fc.Arbitrary<infer T> ? T : never;

function mutate(bytes: Buffer, change: Mutation): Buffer {
  const splice = (at: number, size: number, insert: Uint8Array | string): Buffer => {
    const from = at % (bytes.length + 1);
    return Buffer.concat([bytes.subarray(0, from), Buffer.from(insert), bytes.subarray(from + size)]);
  };
  switch (change.kind) {
    case 'cut':
      return splice(change.at, change.size, '');
    case 'end':
      return bytes.subarray(0, change.at % (bytes.length + 1));
    case 'insert':
      return splice(change.at, 0, change.text);
    case 'nest':
      return splice(change.at, 0, change.text.repeat(change.times));
    case 'bytes':
      return splice(change.at, change.bytes.length, change.bytes);
    case 'swap': {
      const words = bytes.toString().split(/(\W+)/);
      const [a, b] = [change.a % words.length, change.b % words.length];
      [words[a], words[b]] = [words[b] ?? '', words[a] ?? ''];
      return Buffer.from(words.join(''));
    }
    default:
      throw new Error(`unreachable: ${change satisfies never}`);
  }
}

/** A configuration, damaged in up to four places: bytes that need not be text. */
export const mutated: fc.Arbitrary<Buffer> = fc
  .tuple(fc.constantFrom(...seeds), fc.array(mutation, { minLength: 1, maxLength: 4 }))
  .map(([seed, changes]) => changes.reduce(mutate, Buffer.from(seed)));

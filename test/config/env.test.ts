import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { type Expansion, expand, type References } from '../../src/config/env.ts';

const from: References = {
  env: { HOST: 'pyroscope', PORT: '4040', EMPTY: '' },
  readFile: (path) => {
    if (path === '/run/secrets/token') return 's3cret';
    throw new Error('no such file or directory');
  },
};

function expanded(text: string): string {
  const { text: result, faults } = expand(text, from);
  assert.deepEqual(faults, []);
  return result;
}

function faultOf(text: string): string {
  const { faults }: Expansion = expand(text, from);
  assert.equal(faults.length, 1);
  return faults[0] ?? '';
}

test('takes variables with and without env:', () => {
  assert.equal(expanded('http://${HOST}:${env:PORT}/'), 'http://pyroscope:4040/');
});

test('takes the default of a variable that is not set or empty, as a shell does', () => {
  assert.equal(expanded('${GONE:-here}'), 'here');
  assert.equal(expanded('${EMPTY:-here}'), 'here');
  assert.equal(expanded('${HOST:-here}'), 'pyroscope');
  assert.equal(expanded('${env:GONE:-http://${HOST}:1}'), 'http://pyroscope:1');
  assert.equal(expanded('${GONE:-}'), '');
});

test('says that a variable is not set, and how to allow it', () => {
  assert.equal(faultOf('${GONE}'), 'environment variable GONE is not set; write ${GONE:-} if it may be empty');
  assert.equal(expanded('${EMPTY}'), '');
});

test('repeats the message of a required variable', () => {
  assert.equal(faultOf('${GONE:?the tenant of this site}'), 'environment variable GONE is not set: the tenant of this site');
  assert.equal(faultOf('${EMPTY:?}'), 'environment variable EMPTY is not set: it is required');
  assert.equal(expanded('${HOST:?}'), 'pyroscope');
});

test('reads files, and says which one it cannot read', () => {
  assert.equal(expanded('Bearer ${file:/run/secrets/token}'), 'Bearer s3cret');
  assert.equal(faultOf('${file:/nowhere}'), 'cannot read the file of ${file:/nowhere}: no such file or directory');
});

test('makes one dollar of two and leaves other dollars alone', () => {
  assert.equal(expanded('$$HOST $${HOST} $1 a$ $'), '$HOST ${HOST} $1 a$ $');
});

test('refuses what looks like a reference and is none', () => {
  for (const text of ['${1}', '${}', '${a-b}', '${env:}', '${vault:x}', '${HOST:+x}']) {
    assert.match(faultOf(text), /is no reference; known are .* write \$\$\{/);
  }
  for (const text of ['${HOST', '${GONE:-x', '${GONE:-${HOST}', 'a ${']) assert.match(faultOf(text), /without its \}/);
  assert.match(faultOf(`${'${A:-'.repeat(50)}x${'}'.repeat(50)}`), /nested too deeply/);
});

test('tells what the text was read through, and what came from outside', () => {
  assert.deepEqual(expand('${HOST:-a}:${GONE:-${PORT}}', from), {
    text: 'pyroscope:4040',
    through: '${HOST:-a}, ${GONE:-${PORT}}',
    foreign: [
      { written: '${HOST:-a}', value: 'pyroscope' },
      { written: '${PORT}', value: '4040' },
    ],
    whole: false,
    faults: [],
  });
  assert.deepEqual(expand('${HOST:-${PORT}}', from).foreign, [{ written: '${HOST:-${PORT}}', value: 'pyroscope' }]);
  assert.equal(expand('${PORT}', from).whole, true);
  assert.equal(expand('${PORT}0', from).whole, false);
  assert.equal(expand('plain', from).through, undefined);
});

test('never throws, and gives back text that has no dollar as it is', () => {
  const piece = fc.constantFrom('${', '}', '$', '$$', 'HOST', 'env:', 'file:', ':-', ':?', 'GONE', 'x', '1', ' ');
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 40 }), (pieces) => {
      const text = pieces.join('');
      const { text: result, faults } = expand(text, from);
      if (!text.includes('$')) assert.equal(result, text);
      else if (!text.includes('${')) assert.equal(result, text.replaceAll('$$', '$'));
      assert.ok(faults.every((fault) => fault.length > 0));
    }),
  );
});

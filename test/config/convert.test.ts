import assert from 'node:assert/strict';
import { test } from 'node:test';
import { emitTree } from '../../src/config/convert.ts';
import type { Reference } from '../../src/config/env.ts';
import { type Node, treeOf } from '../../src/config/nodes.ts';
import type { Place } from '../../src/config/tree.ts';

function place(through?: string): Place {
  return { source: 'a.alloy', line: 1, column: 1, through };
}

function map(entries: Record<string, Node>): Node {
  return { kind: 'map', place: place(), entries: new Map(Object.entries(entries).map(([key, node]) => [key, { key: place(), node }])) };
}

function scalar(value: string | number, through?: string): Node {
  return { kind: 'scalar', value, text: String(value), place: place(through) };
}

const foreign: readonly Reference[] = [
  { written: 'sys.env("URL")', value: 'http://pyroscope' },
  { written: 'sys.env("N")', value: '5' },
  { written: 'local.file.token.content', value: 's3cret', yaml: '${file:/run/token}' },
  { written: 'local.file.other.content', value: 'lost' },
];

test('what was read from the environment or a file stays a reference to it', () => {
  const tree = treeOf(
    map({
      url: scalar('http://pyroscope', 'env("URL")'),
      number: scalar(5, 'sys.env("N")'),
      token: scalar('s3cret', 'local.file.token.content'),
      both: scalar('http://pyroscope/${x}?s3cret', 'sys.env("URL"), local.file.token.content'),
    }),
  );
  assert.equal(
    emitTree(tree, foreign),
    'url: ${URL:-}\nnumber: ${N:-}\ntoken: ${file:/run/token}\nboth: "${URL:-}/$${x}?${file:/run/token}"\n',
  );
});

test('what stands in the file itself, or cannot be referred to, is written out', () => {
  const tree = treeOf(
    map({ url: scalar('http://pyroscope'), other: scalar('lost', 'local.file.other.content'), port: scalar('15', 'sys.env("N")') }),
  );
  assert.equal(emitTree(tree, foreign), 'url: http://pyroscope\nother: lost\nport: "15"\n');
});

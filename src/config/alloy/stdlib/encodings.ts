import type { Node } from '../../nodes.ts';
import { parseYaml } from '../../yaml.ts';
import { fromPlain, isObject, toPlain, type Value } from '../value.ts';
import { takeText, unary } from './native.ts';

/** The functions of `encoding.*`. */
export const encodingFunctions: Readonly<Record<string, Value>> = {
  from_json: unary(takeText, (text) => fromPlain(JSON.parse(text))),
  to_json: unary(
    (value) => value,
    (value) => {
      if (!isObject(value)) throw new Error('jsonEncode only supports map');
      return JSON.stringify(sorted(toPlain(value)));
    },
  ),
  from_yaml: unary(takeText, fromYaml),
  from_base64: unary(takeText, (text) => fromBase64(text, /^[A-Za-z0-9+/]*={0,2}$/, 'base64')),
  from_URLbase64: unary(takeText, (text) => fromBase64(text, /^[A-Za-z0-9_-]*={0,2}$/, 'base64url')),
  to_base64: unary(takeText, (text) => Buffer.from(text).toString('base64')),
  // Go's URLEncoding pads, Node's does not.
  to_URLbase64: unary(takeText, (text) => Buffer.from(text).toString('base64').replaceAll('+', '-').replaceAll('/', '_')),
  url_encode: unary(takeText, urlEncode),
  url_decode: unary(takeText, (text) => decodeURIComponent(text.replaceAll('+', ' '))),
};

/** Go sorts the keys of a map. */
function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null || Object.getPrototypeOf(value) !== Object.prototype) return value;
  return Object.fromEntries(
    Object.entries(value)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([name, one]) => [name, sorted(one)]),
  );
}

function fromYaml(text: string): Value {
  // Dollars are doubled because our YAML reader takes ${…} for a reference.
  const { node, problems } = parseYaml(
    { text: text.replaceAll('$', '$$$$'), source: 'yaml' },
    {
      env: {},
      readFile: () => {
        throw new Error('no file is read here');
      },
    },
  );
  const [problem] = problems;
  if (node === undefined || problem !== undefined)
    throw new Error(`not YAML: line ${problem?.place.line ?? 1}: ${problem?.message ?? 'it is empty'}`);
  return valueOfNode(node);
}

/** YAML's integers stay integers. */
function valueOfNode(node: Node): Value {
  switch (node.kind) {
    case 'scalar':
      return typeof node.value === 'number' && Number.isInteger(node.value) && !/[.eE]/.test(node.text ?? '')
        ? BigInt(node.value)
        : node.value;
    case 'list':
      return node.items.map(valueOfNode);
    case 'map':
      return new Map([...node.entries].map(([name, entry]) => [name, valueOfNode(entry.node)]));
    default:
      throw new Error(`unreachable: ${node satisfies never}`);
  }
}

function fromBase64(text: string, legal: RegExp, encoding: 'base64' | 'base64url'): string {
  // Go's decoder drops line breaks and wants the padding.
  const plain = text.replace(/[\r\n]/g, '');
  if (!legal.test(plain) || plain.length % 4 !== 0) throw new Error('illegal base64 data');
  return Buffer.from(plain, encoding).toString('utf8');
}

/** Go's QueryEscape: encodeURIComponent leaves !'()* alone. */
function urlEncode(text: string): string {
  return encodeURIComponent(text.toWellFormed())
    .replace(/[!'()*]/g, (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`)
    .replaceAll('%20', '+');
}

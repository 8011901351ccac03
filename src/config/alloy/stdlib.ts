import { posix } from 'node:path';
import { Secret } from '../../core/secret.ts';
import { arrayFunctions } from './stdlib/arrays.ts';
import { encodingFunctions } from './stdlib/encodings.ts';
import { jsonPath } from './stdlib/json-path.ts';
import { binary, takeSecret, takeText, unary, variadic } from './stdlib/native.ts';
import { stringFunctions } from './stdlib/strings.ts';
import { isArray, isObject, NativeFunction, type Value } from './value.ts';

/** What the functions tell of the world. */
export interface Surroundings {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly hostname: string;
  /** As Go names it: linux, darwin. */
  readonly os: string;
  /** As Go names it: amd64, arm64. */
  readonly arch: string;
  readonly version: string;
}

/** Old top-level names and what they are called now; using one draws a warning. */
export const deprecated: ReadonlyMap<string, string> = new Map([
  ['env', 'sys.env'],
  ['nonsensitive', 'convert.nonsensitive'],
  ['concat', 'array.concat'],
  ['json_decode', 'encoding.from_json'],
  ['yaml_decode', 'encoding.from_yaml'],
  ['base64_decode', 'encoding.from_base64'],
  ...Object.keys(stringFunctions).map((name): [string, string] => [name, `string.${name}`]),
]);

/** Every name that an expression may use without declaring it. `read` hears of each environment variable. */
export function createStdlib(surroundings: Surroundings, read: (name: string, value: string) => void): ReadonlyMap<string, Value> {
  const env = unary(takeText, (name) => {
    const value = surroundings.env[name] ?? '';
    read(name, value);
    return value;
  });
  const { hostname, os, arch, version } = surroundings;
  const names = new Map<string, Value>([
    ['sys', namespace({ env })],
    ['convert', namespace({ nonsensitive: unary(takeSecret, (value) => value) })],
    ['array', namespace(arrayFunctions)],
    ['encoding', namespace(encodingFunctions)],
    ['string', namespace(stringFunctions)],
    ['file', namespace({ path_join: variadic(takeText, pathJoin) })],
    ['constants', namespace({ hostname, os, arch, version })],
    ['coalesce', new NativeFunction(coalesce)],
    ['json_path', binary(takeText, takeText, jsonPath)],
  ]);
  for (const [old, name] of deprecated) {
    const [space = '', field = ''] = name.split('.');
    const within = names.get(space) ?? null;
    names.set(old, isObject(within) ? (within.get(field) ?? null) : null);
  }
  return names;
}

function namespace(fields: Readonly<Record<string, Value>>): Value {
  return new Map(Object.entries(fields));
}

/** Go's filepath.Join: empty elements count for nothing, and nothing is "". */
function pathJoin(elements: readonly string[]): string {
  const present = elements.filter((element) => element !== '');
  return present.length === 0 ? '' : posix.normalize(present.join('/')).replace(/(?<=.)\/$/, '');
}

/** The first argument that is not null, zero or empty; the last one when all are. */
function coalesce(args: readonly Value[]): Value {
  return args.find((value) => !isZero(value)) ?? args.at(-1) ?? null;
}

function isZero(value: Value): boolean {
  if (isArray(value)) return value.length === 0;
  if (isObject(value)) return value.size === 0;
  if (value instanceof Secret) return value.reveal() === '';
  return value === null || value === '' || value === false || value === 0 || value === 0n;
}

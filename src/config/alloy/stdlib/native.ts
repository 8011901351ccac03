import { Secret } from '../../../core/secret.ts';
import { BadArgument, formatNumber, isArray, isObject, NativeFunction, type ObjectValue, typeOf, type Value } from '../value.ts';

/** Takes one argument of a call. Throws BadArgument. */
export type Take<T> = (value: Value, index: number) => T;

/** A string; a number becomes one, a secret does not. */
export const takeText: Take<string> = (value, index) => {
  if (typeof value === 'string') return value;
  if (typeof value === 'number' || typeof value === 'bigint') return formatNumber(value);
  if (value instanceof Secret) throw new BadArgument(index, 'is a secret, which may not be converted into a string');
  return wrong(value, index, 'string');
};

/** A list. */
export const takeList: Take<readonly Value[]> = (value, index) => (isArray(value) ? value : wrong(value, index, 'array'));

/** A list of objects. */
export const takeObjects: Take<readonly ObjectValue[]> = (value, index) =>
  takeList(value, index).map((element, at) => {
    if (isObject(element)) return element;
    throw new BadArgument(index, `[${at}] should be object, got ${typeOf(element)}`);
  });

/** A list of strings. */
export const takeTexts: Take<readonly string[]> = (value, index) => takeList(value, index).map((element) => takeText(element, index));

/** True or false. */
export const takeBool: Take<boolean> = (value, index) => (typeof value === 'boolean' ? value : wrong(value, index, 'bool'));

/** What a secret hides; text is taken for one. */
export const takeSecret: Take<string> = (value, index) => (value instanceof Secret ? value.reveal() : takeText(value, index));

/** A function of one argument. */
export function unary<A>(take: Take<A>, run: (a: A) => Value): NativeFunction {
  return fixed(1, (args) => run(take(at(args, 0), 0)));
}

/** A function of two arguments. */
export function binary<A, B>(takeA: Take<A>, takeB: Take<B>, run: (a: A, b: B) => Value): NativeFunction {
  return fixed(2, (args) => run(takeA(at(args, 0), 0), takeB(at(args, 1), 1)));
}

/** A function of three arguments. */
export function ternary<A, B, C>(takeA: Take<A>, takeB: Take<B>, takeC: Take<C>, run: (a: A, b: B, c: C) => Value): NativeFunction {
  return fixed(3, (args) => run(takeA(at(args, 0), 0), takeB(at(args, 1), 1), takeC(at(args, 2), 2)));
}

/** A function of any number of arguments of one kind. */
export function variadic<A>(take: Take<A>, run: (args: readonly A[]) => Value): NativeFunction {
  return new NativeFunction((args) => run(args.map(take)));
}

function fixed(count: number, run: (args: readonly Value[]) => Value): NativeFunction {
  return new NativeFunction((args) => {
    if (args.length !== count) throw new Error(`expected ${count} args, got ${args.length}`);
    return run(args);
  });
}

function at(args: readonly Value[], index: number): Value {
  return args[index] ?? null;
}

function wrong(value: Value, index: number, wanted: string): never {
  throw new BadArgument(index, `should be ${wanted}, got ${typeOf(value)}`);
}

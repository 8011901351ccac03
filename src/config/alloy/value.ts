import { Secret } from '../../core/secret.ts';

/**
 * What an expression evaluates to. Integers are bigint, floats are number. A Secret is one of Alloy's capsules, and so is what stands for a
 * component: it has no text and no fields.
 */
export type Value = null | boolean | bigint | number | string | Secret | Capsule | NativeFunction | readonly Value[] | ObjectValue;

/** Fields by name, in the order they were written. */
export type ObjectValue = ReadonlyMap<string, Value>;

/** A thing that stays a symbol: what forward_to points at, a list of targets. */
export class Capsule<T = unknown> {
  /** "receiver": what messages call it. */
  readonly what: string;
  readonly content: T;

  constructor(what: string, content: T) {
    this.what = what;
    this.content = content;
  }
}

/**
 * What has no value here: an export of a component that is not part of Flamegate, or that cannot be read. It may be handed on in lists,
 * arguments and exports; whatever is computed from it is the same, and the field that takes it in the end says why it cannot.
 */
export class Unusable extends Capsule<string> {
  /** `why` is the message where it is used. */
  constructor(why: string) {
    super('unusable', why);
  }
}

/** The first such thing in a value, however deep. */
export function unusableIn(value: Value): Unusable | undefined {
  if (value instanceof Unusable) return value;
  const parts = isArray(value) ? value : isObject(value) ? [...value.values()] : [];
  for (const part of parts) {
    const found = unusableIn(part);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** A function of the standard library; throws an Error whose message has no position yet, or a BadArgument. */
export class NativeFunction {
  readonly call: (args: readonly Value[]) => Value;

  constructor(call: (args: readonly Value[]) => Value) {
    this.call = call;
  }
}

/** Which argument of a call a complaint is about. */
export class BadArgument extends Error {
  readonly index: number;

  constructor(index: number, message: string) {
    super(message);
    this.index = index;
  }
}

export type TypeName = 'null' | 'bool' | 'number' | 'string' | 'array' | 'object' | 'function' | 'capsule';

/** What Alloy's messages call the type. */
export function typeOf(value: Value): TypeName {
  if (value === null) return 'null';
  switch (typeof value) {
    case 'boolean':
      return 'bool';
    case 'bigint':
    case 'number':
      return 'number';
    case 'string':
      return 'string';
    default:
      if (isArray(value)) return 'array';
      if (isObject(value)) return 'object';
      return value instanceof NativeFunction ? 'function' : 'capsule';
  }
}

export function isArray(value: Value): value is readonly Value[] {
  return Array.isArray(value);
}

export function isObject(value: Value): value is ObjectValue {
  return value instanceof Map;
}

export function isNumber(value: Value): value is bigint | number {
  return typeof value === 'bigint' || typeof value === 'number';
}

/** Below, at or above zero; NaN when one of them is no number. An integer and a float are compared by value. */
export function orderOf(a: bigint | number, b: bigint | number): number {
  if (a < b) return -1;
  if (a > b) return 1;
  return Number.isNaN(Number(a)) || Number.isNaN(Number(b)) ? Number.NaN : 0;
}

/** As Go prints it: 42, 2.5, never with an exponent. */
export function formatNumber(value: bigint | number): string {
  const text = String(value);
  if (!text.includes('e') || typeof value === 'bigint') return text;
  return Math.abs(value) >= 1 ? BigInt(value).toString() : value.toFixed(100).replace(/0+$/, '');
}

/** Equal as `==` is: numbers by value, values of different types never, functions never. */
export function areEqual(a: Value, b: Value): boolean {
  if (isNumber(a) && isNumber(b)) return orderOf(a, b) === 0;
  if (typeOf(a) !== typeOf(b) || a instanceof NativeFunction) return false;
  if (a instanceof Secret && b instanceof Secret) return a.reveal() === b.reveal();
  if (isArray(a) && isArray(b)) return a.length === b.length && a.every((one, at) => areEqual(one, b[at] ?? null));
  if (isObject(a) && isObject(b))
    return a.size === b.size && [...a].every(([name, one]) => b.has(name) && areEqual(one, b.get(name) ?? null));
  return a === b;
}

/** What JSON or YAML holds as a value. */
export function fromPlain(plain: unknown): Value {
  if (plain === null || plain === undefined) return null;
  if (Array.isArray(plain)) return plain.map(fromPlain);
  if (typeof plain === 'object') return new Map(Object.entries(plain).map(([name, one]) => [name, fromPlain(one)]));
  if (typeof plain === 'string' || typeof plain === 'number' || typeof plain === 'boolean' || typeof plain === 'bigint') return plain;
  return String(plain);
}

/** The value as JSON would hold it. Secrets stay secrets: they print as <secret>. */
export function toPlain(value: Value): unknown {
  if (typeof value === 'bigint') return Number(value);
  if (isArray(value)) return value.map(toPlain);
  if (isObject(value)) return Object.fromEntries([...value].map(([name, one]) => [name, toPlain(one)]));
  return value;
}

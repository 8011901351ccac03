import { messageOf } from '../../core/errors.ts';
import { applyBinary, applyUnary } from './operators.ts';
import { AlloyError, type Position } from './source.ts';
import { type Call, type Expression, type Index, type Path, pathOf, textOf } from './syntax.ts';
import { BadArgument, isArray, isObject, NativeFunction, typeOf, Unusable, unusableIn, type Value } from './value.ts';

/** What names mean where an expression stands. */
export interface Scope {
  /**
   * What the front of a dotted path stands for, and how many of its names that takes; undefined for a path that means nothing. Throws an
   * AlloyError, or Undecided.
   */
  resolve(path: Path): Resolved | undefined;
  /** Why a path means nothing: "… does not exist or is out of scope", with what exists. */
  unknown(path: Path): string;
}

export interface Resolved {
  readonly value: Value;
  readonly names: number;
}

/** The value hangs on something that is wrong itself and has been reported there. */
export class Undecided extends Error {}

/** What an expression stands for. Throws an AlloyError at the place of the mistake, or Undecided. */
export function evaluate(expression: Expression, scope: Scope): Value {
  switch (expression.kind) {
    case 'literal':
      return expression.value;
    case 'array':
      return expression.elements.map((element) => evaluate(element, scope));
    case 'object':
      return new Map(expression.fields.map((field) => [field.name, evaluate(field.value, scope)]));
    case 'identifier':
    case 'access':
      return evaluatePath(expression, scope);
    case 'index':
      return elementOf(expression, evaluate(expression.of, scope), evaluate(expression.index, scope));
    case 'call':
      return call(expression, scope);
    case 'unary':
      return applyUnary(expression, evaluate(expression.of, scope));
    case 'binary':
      // No short circuit: both sides are evaluated, as Alloy does.
      return applyBinary(expression, evaluate(expression.left, scope), evaluate(expression.right, scope));
    default:
      throw new Error(`unreachable: ${expression satisfies never}`);
  }
}

function evaluatePath(expression: Extract<Expression, { kind: 'identifier' | 'access' }>, scope: Scope): Value {
  const path = pathOf(expression);
  if (path === undefined) {
    if (expression.kind === 'identifier') throw new Error('a single name is a path');
    return fieldOf(evaluate(expression.of, scope), expression.name, expression.nameAt);
  }
  const found = scope.resolve(path);
  if (found === undefined) throw new AlloyError(expression.at, scope.unknown(path));
  let value = found.value;
  for (let at = found.names; at < path.names.length; at += 1)
    value = fieldOf(value, path.names[at] ?? '', path.places[at] ?? expression.at);
  return value;
}

function fieldOf(value: Value, name: string, at: Position): Value {
  if (value instanceof Unusable) return value;
  if (!isObject(value)) throw new AlloyError(at, `cannot access field ${JSON.stringify(name)} on value of type ${typeOf(value)}`);
  const field = value.get(name);
  if (field === undefined) throw new AlloyError(at, `field ${JSON.stringify(name)} does not exist`);
  return field;
}

function elementOf(expression: Index, of: Value, index: Value): Value {
  const at = expression.index.at;
  if (of instanceof Unusable || index instanceof Unusable) return of instanceof Unusable ? of : index;
  if (isArray(of)) {
    if (typeof index !== 'bigint' && typeof index !== 'number')
      throw new AlloyError(at, `${textOf(expression.index)} should be number, got ${typeOf(index)}`);
    const element = Number.isInteger(Number(index)) ? of[Number(index)] : undefined;
    if (element === undefined) throw new AlloyError(at, `index ${index} is out of range of array with length ${of.length}`);
    return element;
  }
  if (!isObject(of)) throw new AlloyError(expression.of.at, `${textOf(expression.of)} should be array or object, got ${typeOf(of)}`);
  if (typeof index !== 'string') throw new AlloyError(at, `${textOf(expression.index)} should be string, got ${typeOf(index)}`);
  return of.get(index) ?? null;
}

function call(expression: Call, scope: Scope): Value {
  const callee = evaluate(expression.of, scope);
  const args = expression.arguments.map((argument) => evaluate(argument, scope));
  const unusable = args.find((argument) => argument instanceof Unusable);
  if (unusable !== undefined) return unusable;
  if (!(callee instanceof NativeFunction))
    throw new AlloyError(expression.of.at, `${textOf(expression.of)} should be function, got ${typeOf(callee)}`);
  try {
    return callee.call(args);
  } catch (why) {
    const within = unusableIn(args);
    if (within !== undefined) return within;
    const argument = why instanceof BadArgument ? expression.arguments[why.index] : undefined;
    if (argument !== undefined) throw new AlloyError(argument.at, `${textOf(argument)} ${messageOf(why)}`);
    throw new AlloyError(expression.at, `${textOf(expression.of)}: ${messageOf(why)}`);
  }
}

import { Secret } from '../../core/secret.ts';
import { AlloyError } from './source.ts';
import { type Binary, textOf, type Unary } from './syntax.ts';
import { areEqual, isNumber, orderOf, type TypeName, typeOf, Unusable, type Value } from './value.ts';

type Numeric = bigint | number;

/** Applies a unary operator. Throws an AlloyError at the operand. */
export function applyUnary(expression: Unary, value: Value): Value {
  if (value instanceof Unusable) return value;
  if (expression.operator === '!') {
    if (typeof value === 'boolean') return !value;
    throw new AlloyError(expression.of.at, `${textOf(expression.of)} should be bool, got ${typeOf(value)}`);
  }
  if (typeof value === 'bigint' || typeof value === 'number') return -value;
  throw new AlloyError(expression.of.at, `${textOf(expression.of)} should be number, got ${typeOf(value)}`);
}

/** Applies a binary operator to both operands, which are evaluated whatever the first one is. Throws an AlloyError at the one that is wrong. */
export function applyBinary(expression: Binary, left: Value, right: Value): Value {
  const { operator } = expression;
  if (left instanceof Unusable || right instanceof Unusable) return left instanceof Unusable ? left : right;
  if (operator === '==') return areEqual(left, right);
  if (operator === '!=') return !areEqual(left, right);
  if (operator === '&&' || operator === '||') {
    const [a, b] = same(expression, left, right, (value) => typeof value === 'boolean', ['bool']);
    return operator === '&&' ? a && b : a || b;
  }
  if (operator === '+' && (isText(left) || isText(right))) {
    const [a, b] = same(expression, left, right, isText, ['number', 'string']);
    return add(expression, a, b);
  }
  if (isComparison(operator) && typeof left === 'string') {
    const [a, b] = same(expression, left, right, (value) => typeof value === 'string', ['number', 'string']);
    return compare(operator, Buffer.compare(Buffer.from(a), Buffer.from(b)));
  }
  const [a, b] = same(expression, left, right, isNumber, operator === '+' || isComparison(operator) ? ['number', 'string'] : ['number']);
  if (isComparison(operator)) return compare(operator, orderOf(a, b));
  return calculate(expression, operator, a, b);
}

const isText = (value: Value): value is string | Secret => typeof value === 'string' || value instanceof Secret;
const isComparison = (operator: string): operator is '<' | '<=' | '>' | '>=' => /^[<>]=?$/.test(operator);

/** Both operands, which must be of the wanted type and of the same one. */
function same<T extends Value>(
  expression: Binary,
  left: Value,
  right: Value,
  is: (value: Value) => value is T,
  allowed: readonly TypeName[],
): [T, T] {
  if (is(left) && is(right)) return [left, right];
  const wrong = is(left) ? { at: expression.right, value: right } : { at: expression.left, value: left };
  const type = typeOf(wrong.value);
  // A type that the operator knows, beside another one.
  const other = typeOf(wrong.at === expression.right ? left : right);
  if (allowed.includes(type) && allowed.includes(other))
    throw new AlloyError(expression.right.at, `${textOf(expression.right)} should be ${typeOf(left)}, got ${typeOf(right)}`);
  throw new AlloyError(
    wrong.at.at,
    `${textOf(wrong.at)} should be one of [${allowed.join(', ')}] for binop ${expression.operator}, got ${type}`,
  );
}

/** Components feed each other, so a few that double a text would fill the memory. */
const longestText = 16 * 2 ** 20;

function add(expression: Binary, a: string | Secret, b: string | Secret): string | Secret {
  if (reveal(a).length + reveal(b).length > longestText) throw new AlloyError(expression.at, 'the text is longer than 16 MiB');
  if (typeof a === 'string' && typeof b === 'string') return a + b;
  return new Secret(reveal(a) + reveal(b));
}

function reveal(text: string | Secret): string {
  return typeof text === 'string' ? text : text.reveal();
}

function compare(operator: '<' | '<=' | '>' | '>=', order: number): boolean {
  switch (operator) {
    case '<':
      return order < 0;
    case '<=':
      return order <= 0;
    case '>':
      return order > 0;
    case '>=':
      return order >= 0;
    default:
      throw new Error(`unreachable: ${operator satisfies never}`);
  }
}

function calculate(expression: Binary, operator: '+' | '-' | '*' | '/' | '%' | '^', a: Numeric, b: Numeric): Value {
  if ((operator === '/' || operator === '%') && Number(b) === 0) throw new AlloyError(expression.right.at, 'divide by zero error');
  if (typeof a === 'number' || typeof b === 'number') return calculateFloat(operator, Number(a), Number(b));
  return calculateInteger(operator, a, b);
}

function calculateFloat(operator: '+' | '-' | '*' | '/' | '%' | '^', a: number, b: number): number {
  switch (operator) {
    case '+':
      return a + b;
    case '-':
      return a - b;
    case '*':
      return a * b;
    case '/':
      return a / b;
    case '%':
      return a % b;
    case '^':
      return a ** b;
    default:
      throw new Error(`unreachable: ${operator satisfies never}`);
  }
}

/** 64 bits, wrapping as Go's integers do. */
function calculateInteger(operator: '+' | '-' | '*' | '/' | '%' | '^', a: bigint, b: bigint): bigint {
  switch (operator) {
    case '+':
      return wrap(a + b);
    case '-':
      return wrap(a - b);
    case '*':
      return wrap(a * b);
    case '/':
      return wrap(a / b);
    case '%':
      return wrap(a % b);
    case '^':
      return power(a, b);
    default:
      throw new Error(`unreachable: ${operator satisfies never}`);
  }
}

/** Go goes through a float (math.Pow), so that a large power saturates instead of taking for ever. */
function power(a: bigint, b: bigint): bigint {
  const result = Number(a) ** Number(b);
  return Number.isFinite(result) ? wrap(BigInt(Math.trunc(result))) : -(2n ** 63n);
}

function wrap(value: bigint): bigint {
  return value > 0xffff_ffff_ffff_ffffn || value < -0x8000_0000_0000_0000n ? BigInt.asIntN(64, value) : value;
}

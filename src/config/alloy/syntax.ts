import type { Position } from './source.ts';

/** A file's or a block's statements. */
export type Body = readonly Statement[];
export type Statement = Attribute | Block;

/** name = value */
export interface Attribute {
  readonly kind: 'attribute';
  readonly name: string;
  readonly at: Position;
  readonly value: Expression;
}

/** name "label" { body } */
export interface Block {
  readonly kind: 'block';
  /** With its dots: "pyroscope.write". */
  readonly name: string;
  /** Empty for none. */
  readonly label: string;
  readonly at: Position;
  readonly body: Body;
}

interface Spanning {
  readonly at: Position;
  /** Offset after its last character. */
  readonly end: number;
}

export type Expression = Literal | ArrayLiteral | ObjectLiteral | Identifier | Access | Index | Call | Unary | Binary;

export interface Literal extends Spanning {
  readonly kind: 'literal';
  /** bigint: an integer; number: a float. */
  readonly value: null | boolean | bigint | number | string;
}
export interface ArrayLiteral extends Spanning {
  readonly kind: 'array';
  readonly elements: readonly Expression[];
}
export interface ObjectLiteral extends Spanning {
  readonly kind: 'object';
  readonly fields: readonly Field[];
}
export interface Field {
  readonly name: string;
  readonly at: Position;
  readonly value: Expression;
}
export interface Identifier extends Spanning {
  readonly kind: 'identifier';
  readonly name: string;
}
export interface Access extends Spanning {
  readonly kind: 'access';
  readonly of: Expression;
  readonly name: string;
  readonly nameAt: Position;
}
export interface Index extends Spanning {
  readonly kind: 'index';
  readonly of: Expression;
  readonly index: Expression;
}
export interface Call extends Spanning {
  readonly kind: 'call';
  readonly of: Expression;
  readonly arguments: readonly Expression[];
}
export interface Unary extends Spanning {
  readonly kind: 'unary';
  readonly operator: '!' | '-';
  readonly of: Expression;
}
export interface Binary extends Spanning {
  readonly kind: 'binary';
  readonly operator: BinaryOperator;
  readonly left: Expression;
  readonly right: Expression;
}
export type BinaryOperator = '||' | '&&' | '==' | '!=' | '<' | '<=' | '>' | '>=' | '+' | '-' | '*' | '/' | '%' | '^';

/** The expression as written. */
export function textOf(expression: Expression): string {
  return expression.at.source.text.slice(expression.at.offset, expression.end);
}

/** A dotted path from its first name on: pyroscope.write.staging.receiver. */
export interface Path {
  readonly names: readonly string[];
  /** Of each name. */
  readonly places: readonly Position[];
}

/** What the longest front of a path names, and how many of its names that takes. */
export function named<T>({ names }: Path, things: ReadonlyMap<string, T>): { readonly found: T; readonly names: number } | undefined {
  for (let count = names.length; count > 0; count -= 1) {
    const found = things.get(names.slice(0, count).join('.'));
    if (found !== undefined) return { found, names: count };
  }
  return undefined;
}

/** The expression as a dotted path; undefined when it is another thing. */
export function pathOf(expression: Expression): Path | undefined {
  if (expression.kind === 'identifier') return { names: [expression.name], places: [expression.at] };
  if (expression.kind !== 'access') return undefined;
  const front = pathOf(expression.of);
  return front && { names: [...front.names, expression.name], places: [...front.places, expression.nameAt] };
}

/** Every dotted path in the expression, each as long as it goes. */
export function pathsIn(expression: Expression): Path[] {
  const path = pathOf(expression);
  return path === undefined ? parts(expression).flatMap(pathsIn) : [path];
}

/** Every dotted path in a body, nested blocks included. */
export function pathsOfBody(body: Body): Path[] {
  return body.flatMap((one) => (one.kind === 'attribute' ? pathsIn(one.value) : pathsOfBody(one.body)));
}

function parts(expression: Expression): readonly Expression[] {
  switch (expression.kind) {
    case 'literal':
    case 'identifier':
      return [];
    case 'array':
      return expression.elements;
    case 'object':
      return expression.fields.map((field) => field.value);
    case 'access':
    case 'unary':
      return [expression.of];
    case 'index':
      return [expression.of, expression.index];
    case 'call':
      return [expression.of, ...expression.arguments];
    case 'binary':
      return [expression.left, expression.right];
    default:
      throw new Error(`unreachable: ${expression satisfies never}`);
  }
}

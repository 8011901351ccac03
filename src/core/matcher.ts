import { z } from 'zod';
import { Labels } from './labels.ts';
import { AnchoredRegex } from './regex.ts';

/** Picks label sets. */
export interface Matcher {
  /** As the user wrote it. */
  readonly source: string;
  /** Of the labels that it asks for. */
  readonly names: readonly string[];
  /** Why nothing can ever match, as a sentence; undefined when something can, as far as single values tell. */
  readonly contradiction: string | undefined;
  matches(labels: Labels): boolean;
}

/** One `name op "value"` of a matcher. */
interface Condition {
  readonly name: string;
  readonly operator: Operator;
  readonly value: string;
  holds(value: string): boolean;
}

type Operator = '=' | '!=' | '=~' | '!~';

/**
 * {a="b", c=~"d|e", f!="g", h!~"i"} as PromQL has it: all conditions must hold, a label that is not there has the empty value, regular
 * expressions match the whole value. Names that are not plain are written in quotes: {"my.label"="x"}. Throws a SyntaxError that says what
 * was expected where.
 */
export function parseMatcher(source: string): Matcher {
  return new Conditions(source, new Parser(source).parse());
}

class Conditions implements Matcher {
  readonly source: string;
  readonly names: readonly string[];
  readonly contradiction: string | undefined;
  readonly #conditions: readonly Condition[];

  constructor(source: string, conditions: readonly Condition[]) {
    this.source = source;
    this.names = [...new Set(conditions.map(({ name }) => name))];
    this.contradiction = contradictionOf(conditions);
    this.#conditions = conditions;
  }

  matches(labels: Labels): boolean {
    return this.#conditions.every(({ name, holds }) => holds(labels.get(name) ?? ''));
  }

  /** What it is compared by: a reload keeps what has not changed. */
  toJSON(): string {
    return this.source;
  }
}

/** {a="b", c="d"} as labels: a matcher that knows equality alone. Throws a SyntaxError that says what was expected where. */
export function parseLabels(source: string): Labels {
  const conditions = new Parser(source).parse();
  const other = conditions.find(({ operator }) => operator !== '=');
  if (other !== undefined)
    throw new SyntaxError(`labels ${JSON.stringify(source)}: expected ${other.name}="value", found ${other.operator}`);
  return Labels.from(conditions.map(({ name, value }) => ({ name, value })));
}

/** A config value that is a Matcher from the moment it is read. */
export const MatcherSchema = z
  .string()
  .transform((source, context) => {
    try {
      return parseMatcher(source);
    } catch (why) {
      if (!(why instanceof SyntaxError)) throw why;
      context.addIssue({ code: 'custom', message: why.message });
      return z.NEVER;
    }
  })
  .meta({ examples: ['{service_name=~"a|b", env!="dev"}'] });

class Parser {
  readonly #source: string;
  #at = 0;

  constructor(source: string) {
    this.#source = source;
  }

  parse(): Condition[] {
    const conditions: Condition[] = [];
    this.#expect('{');
    while (!this.#accept('}')) {
      conditions.push(this.#condition());
      if (this.#accept(',')) continue;
      if (!this.#accept('}')) this.#fail('"," or "}"');
      break;
    }
    this.#skipSpace();
    if (this.#at < this.#source.length) this.#fail('nothing after "}"');
    return conditions;
  }

  #condition(): Condition {
    const name = this.#read(/[A-Za-z_][\w.:]*/y) ?? this.#string() ?? this.#fail('a label name');
    const operator = (this.#read(/=~|!~|!=|=/y) ?? this.#fail('=, !=, =~ or !~')) as Operator; // the pattern matches nothing else
    const value = this.#string() ?? this.#fail('a value in quotes');
    return condition(name, operator, value);
  }

  /** A quoted string: with backslash escapes in double or single quotes, as it stands in backquotes. */
  #string(): string | undefined {
    const raw = this.#read(/`[^`]*`/y);
    if (raw !== undefined) return raw.slice(1, -1);
    const quoted = this.#read(/"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*'/y);
    return quoted?.slice(1, -1).replace(/\\(.)/g, (whole, escaped: string) => escapes[escaped] ?? this.#fail(`an escape, not ${whole}`));
  }

  #accept(token: string): boolean {
    this.#skipSpace();
    if (!this.#source.startsWith(token, this.#at)) return false;
    this.#at += token.length;
    return true;
  }

  #expect(token: string): void {
    if (!this.#accept(token)) this.#fail(`"${token}"`);
  }

  #read(pattern: RegExp): string | undefined {
    this.#skipSpace();
    pattern.lastIndex = this.#at;
    const found = pattern.exec(this.#source)?.[0];
    this.#at += found?.length ?? 0;
    return found;
  }

  #skipSpace(): void {
    while (/\s/.test(this.#source.charAt(this.#at))) this.#at += 1;
  }

  #fail(expected: string): never {
    const found = this.#at < this.#source.length ? JSON.stringify(this.#source.slice(this.#at, this.#at + 20)) : 'its end';
    throw new SyntaxError(`matcher ${JSON.stringify(this.#source)}: expected ${expected} at character ${this.#at + 1}, found ${found}`);
  }
}

const escapes: Readonly<Record<string, string>> = { '\\': '\\', '"': '"', "'": "'", n: '\n', t: '\t', r: '\r' };

function condition(name: string, operator: Operator, value: string): Condition {
  return { name, operator, value, holds: comparison(operator, value) };
}

function comparison(operator: Operator, wanted: string): (value: string) => boolean {
  if (operator === '=') return (value) => value === wanted;
  if (operator === '!=') return (value) => value !== wanted;
  const regex = new AnchoredRegex(wanted);
  return operator === '=~' ? (value) => regex.test(value) : (value) => !regex.test(value);
}

/** Where one condition names the only value, the others can be asked about it. */
function contradictionOf(conditions: readonly Condition[]): string | undefined {
  for (const { name, operator, value } of conditions) {
    if (operator !== '=') continue;
    const other = conditions.find((one) => one.name === name && !one.holds(value));
    if (other === undefined) continue;
    const written = (op: string, text: string): string => `${name}${op}${JSON.stringify(text)}`;
    return `can never match: ${written('=', value)} and ${written(other.operator, other.value)} exclude each other`;
  }
  return undefined;
}

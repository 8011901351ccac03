import { areEqual, fromPlain, isArray, isObject, type Value } from '../value.ts';

/** Values on the way through a path: from each of them to those that the next step picks. */
type Step = (value: Value) => readonly Value[];

/** Throws an Error when the path or the text cannot be read. */
export function jsonPath(json: string, path: string): Value {
  const steps = new PathReader(path).steps();
  let found: readonly Value[] = [fromPlain(JSON.parse(json))];
  for (const step of steps) {
    found = found.flatMap(step);
    if (found.length > 100_000) throw new Error('the path matches more than 100000 values');
  }
  return found;
}

const children: Step = (value) => (isArray(value) ? value : isObject(value) ? [...value.values()] : []);

/** JSONPath (goessner.net/articles/JsonPath): names, indexes, slices, unions, wildcards, descent, and filters that compare. */
class PathReader {
  readonly #path: string;
  #at = 0;

  constructor(path: string) {
    this.#path = path;
  }

  steps(): Step[] {
    const steps: Step[] = [];
    this.#match(/\$/y);
    if (this.#at === 0 && /^[\p{L}_]/u.test(this.#path)) steps.push(name(this.#name()));
    while (this.#at < this.#path.length) {
      if (this.#match(/\.\./y) !== undefined) {
        steps.push(everything);
        steps.push(this.#path[this.#at] === '[' ? this.#bracket() : this.#child());
      } else if (this.#match(/\./y) !== undefined) steps.push(this.#child());
      else steps.push(this.#bracket());
    }
    return steps;
  }

  #child(): Step {
    return this.#match(/\*/y) === undefined ? name(this.#name()) : children;
  }

  #name(): string {
    return this.#match(/[^.[\]*?()'"\s]+/y) ?? this.#fail('a name');
  }

  #bracket(): Step {
    if (this.#match(/\[\s*/y) === undefined) return this.#fail("'.' or '['");
    if (this.#match(/\?/y) !== undefined) return this.#filter();
    const picked: Step[] = [this.#selector()];
    while (this.#match(/\s*,\s*/y) !== undefined) picked.push(this.#selector());
    this.#close();
    return (value) => picked.flatMap((step) => step(value));
  }

  #selector(): Step {
    if (this.#match(/\*/y) !== undefined) return children;
    const quoted = this.#quoted();
    if (quoted !== undefined) return name(quoted);
    const range = this.#match(/-?\d*\s*:\s*-?\d*(\s*:\s*-?\d*)?/y);
    if (range !== undefined) return slice(range);
    const index = this.#match(/-?\d+/y);
    return index === undefined ? this.#fail('a name, an index, a slice or *') : element(Number(index));
  }

  /** [?(@.name == "x")], and with nothing to compare whether it is there. */
  #filter(): Step {
    if (this.#match(/\s*\(\s*@/y) === undefined) return this.#fail('(@…)');
    const inner: Step[] = [];
    while (/[.[]/.test(this.#path[this.#at] ?? '')) inner.push(this.#match(/\./y) === undefined ? this.#bracket() : this.#child());
    const operator = this.#match(/\s*(==|!=|<=|>=|<|>)\s*/y)?.trim();
    const wanted = operator === undefined ? null : this.#operand();
    if (this.#match(/\s*\)\s*/y) === undefined) return this.#fail("')'");
    this.#close();
    return (value) => children(value).filter((child) => matches(inner, child, operator, wanted));
  }

  #operand(): Value {
    const text = this.#quoted();
    if (text !== undefined) return text;
    const literal = this.#match(/-?\d+(\.\d+)?([eE][+-]?\d+)?|true|false|null/y) ?? this.#fail('a value to compare with');
    return fromPlain(JSON.parse(literal));
  }

  #quoted(): string | undefined {
    const found = this.#match(/'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*"/sy);
    return found?.slice(1, -1).replace(/\\(.)/gs, '$1');
  }

  #close(): void {
    if (this.#match(/\s*\]/y) === undefined) this.#fail("']'");
  }

  #match(pattern: RegExp): string | undefined {
    pattern.lastIndex = this.#at;
    const found = pattern.exec(this.#path)?.[0];
    this.#at += found?.length ?? 0;
    return found;
  }

  #fail(wanted: string): never {
    throw new Error(`expected ${wanted} at character ${this.#at + 1} of the path ${JSON.stringify(this.#path)}`);
  }
}

function name(field: string): Step {
  return (value) => {
    const found = isObject(value) ? value.get(field) : undefined;
    return found === undefined ? [] : [found];
  };
}

function element(index: number): Step {
  return (value) => {
    const found = isArray(value) ? value.at(index) : undefined;
    return found === undefined ? [] : [found];
  };
}

function slice(range: string): Step {
  const [start = '', end = '', step = ''] = range.split(':').map((part) => part.trim());
  return (value) => {
    if (!isArray(value)) return [];
    const every = step === '' ? 1 : Number(step);
    if (every < 1) return [];
    return value.slice(start === '' ? 0 : Number(start), end === '' ? undefined : Number(end)).filter((_, at) => at % every === 0);
  };
}

function everything(value: Value): readonly Value[] {
  return [value, ...children(value).flatMap(everything)];
}

function matches(inner: readonly Step[], child: Value, operator: string | undefined, wanted: Value): boolean {
  let found: readonly Value[] = [child];
  for (const step of inner) found = found.flatMap(step);
  const [first] = found;
  if (first === undefined) return false;
  if (operator === undefined) return true;
  if (operator === '==') return areEqual(first, wanted);
  if (operator === '!=') return !areEqual(first, wanted);
  if (typeof first !== typeof wanted || (typeof first !== 'string' && typeof first !== 'number')) return false;
  if (typeof wanted !== 'string' && typeof wanted !== 'number') return false;
  const order = first < wanted ? -1 : first > wanted ? 1 : 0;
  return operator.startsWith('<') ? order < 0 || (operator === '<=' && order === 0) : order > 0 || (operator === '>=' && order === 0);
}

/** Where references are looked up. */
export interface References {
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Text of a file without the line end it closes with; throws an Error that says why not. */
  readonly readFile: (path: string) => string;
}

/** What became of one scalar. */
export interface Expansion {
  readonly text: string;
  /** The references in it, as written: "${env:HOST}, ${PORT}"; undefined when there is none. */
  readonly through: string | undefined;
  /** What came from outside, which no message may repeat. */
  readonly foreign: readonly Reference[];
  /** It was one reference from the first to the last character, so its value is typed again. */
  readonly whole: boolean;
  /** What is wrong with its references; never with a value in it. */
  readonly faults: readonly string[];
}

/** A reference to the environment or a file, and what stood there. */
export interface Reference {
  /** "${env:URL}", or as the language of the file has it: sys.env("URL"). */
  readonly written: string;
  readonly value: string;
  /** How YAML would write it, where the language is another one. */
  readonly yaml?: string;
}

// A reference in the default of a reference is a convenience, not a language.
const deepest = 8;

/**
 * Replaces ${env:NAME}, ${NAME}, ${NAME:-default}, ${NAME:?message} and ${file:path}; $$ is a dollar. Works on one scalar at a time, after
 * parsing, so a value can never change the structure around it. As in a shell :- and :? take an empty variable for one that is not set.
 */
export function expand(text: string, from: References): Expansion {
  if (!text.includes('$')) return { text, through: undefined, foreign: [], whole: false, faults: [] };
  const written: string[] = [];
  const foreign: Reference[] = [];
  const faults: string[] = [];
  const { result } = expandFrom(0, '');
  return { text: result, through: written.length === 0 ? undefined : written.join(', '), foreign, whole: written[0] === text, faults };

  /** Up to `until` or the end of the text. */
  function expandFrom(start: number, until: '' | '}', depth = 0): { result: string; end: number } {
    let result = '';
    let at = start;
    while (at < text.length) {
      const next = text.startsWith('$$', at) ? '$$' : text.startsWith('${', at) ? '${' : (text[at] ?? '');
      if (next === until) break;
      if (next === '${') {
        const reference = readReference(at, depth);
        result += reference.value;
        if (depth === 0) written.push(text.slice(at, reference.end));
        at = reference.end;
      } else {
        result += next === '$$' ? '$' : next;
        at += next.length;
      }
    }
    return { result, end: at };
  }

  function readReference(start: number, depth: number): { value: string; end: number } {
    const close = text.indexOf('}', start);
    if (close === -1) return fault('a ${ without its }: write $${ for the text itself', text.length);
    if (depth > deepest) return fault('references are nested too deeply', text.length);
    if (text.startsWith('${file:', start)) return readFileReference(start, close);
    const name = /^\$\{(?:env:)?([A-Za-z_][A-Za-z0-9_]*)(?=\}|:[-?])/.exec(text.slice(start, close + 1));
    if (name === null) {
      const written = text.slice(start, close + 1);
      return fault(
        `${written} is no reference; known are \${NAME}, \${env:NAME}, \${NAME:-default}, \${NAME:?message} and \${file:path}; write $${written} for the text itself`,
        close + 1,
      );
    }
    const [head, variable = ''] = name;
    return readVariable(start, start + head.length, variable, depth);
  }

  function readVariable(start: number, afterName: number, variable: string, depth: number): { value: string; end: number } {
    const found = from.env[variable];
    const operator = text.slice(afterName, afterName + 2);
    if (operator === ':-') {
      const known = foreign.length;
      const otherwise = expandFrom(afterName + 2, '}', depth + 1);
      if (otherwise.end >= text.length) {
        return faults.length > 0
          ? { value: '', end: text.length }
          : fault('a ${ without its }: write $${ for the text itself', text.length);
      }
      if (found === undefined || found === '') return { value: otherwise.result, end: otherwise.end + 1 };
      foreign.length = known; // those of a default that is not taken do not count
      return take(start, otherwise.end + 1, found);
    }
    const end = text.indexOf('}', afterName) + 1;
    if (operator === ':?') {
      const message = text.slice(afterName + 2, end - 1) || 'it is required';
      return found === undefined || found === ''
        ? fault(`environment variable ${variable} is not set: ${message}`, end)
        : take(start, end, found);
    }
    return found === undefined
      ? fault(`environment variable ${variable} is not set; write \${${variable}:-} if it may be empty`, end)
      : take(start, end, found);
  }

  function readFileReference(start: number, close: number): { value: string; end: number } {
    const path = text.slice(start + '${file:'.length, close);
    try {
      return take(start, close + 1, from.readFile(path));
    } catch (why) {
      return fault(`cannot read the file of \${file:${path}}: ${why instanceof Error ? why.message : String(why)}`, close + 1);
    }
  }

  function take(start: number, end: number, value: string): { value: string; end: number } {
    foreign.push({ written: text.slice(start, end), value });
    return { value, end };
  }

  function fault(message: string, end: number): { value: string; end: number } {
    faults.push(message);
    return { value: '', end };
  }
}

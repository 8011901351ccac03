import { readdirSync, readFileSync, statSync } from 'node:fs';
import { extname, join } from 'node:path';

/** A file of a configuration. */
export interface SourceFile {
  /** As it was given, or below the directory that was. */
  readonly name: string;
  readonly text: string;
}

/** Why a file cannot be used. */
export interface FileFault {
  readonly name: string;
  readonly message: string;
  /** 1-based line of a byte that is no text. */
  readonly line: number;
}

/** The language of a configuration, by the names of its files. */
export type Language = 'yaml' | 'alloy';

const languages: Readonly<Record<string, Language>> = { '.yaml': 'yaml', '.yml': 'yaml', '.alloy': 'alloy', '.river': 'alloy' };

// A configuration is written by people and templates. A device or a wrong file would fill the memory before any parser sees it.
const largestBytes = 1024 * 1024;

/** Reads what was named: files, and of directories every file of one language, in the order of their names. All of them must be of one
 *  language; a name without a known ending counts as YAML, and `-` is stdin, in either language. */
export function readSources(
  names: readonly string[],
  stdin?: () => Uint8Array,
): {
  readonly language: Language;
  readonly files: readonly SourceFile[];
  readonly faults: readonly FileFault[];
} {
  const files: SourceFile[] = [];
  const faults: FileFault[] = [];
  const fault = (name: string, message: string, line = 1): void => void faults.push({ name, message, line });
  const paths = names.flatMap((name) => {
    if (name === '-') return [name];
    try {
      return statSync(name).isDirectory() ? filesOf(name, fault) : [name];
    } catch (why) {
      fault(name, `cannot read it: ${reasonOf(why)}`);
      return [];
    }
  });
  for (const name of new Set(paths)) {
    try {
      const bytes = name === '-' ? readStdin(stdin) : readBounded(name);
      const text = decode(bytes);
      if (text === undefined) fault(name, 'expected text in UTF-8, found bytes that are none', lineOfBadByte(bytes));
      else files.push({ name, text });
    } catch (why) {
      fault(name, `cannot read it: ${reasonOf(why)}`);
    }
  }
  const spoken = new Set(paths.map((path) => languageOfFile(files.find(({ name }) => name === path) ?? { name: path, text: '' })));
  if (spoken.size > 1) fault(names[0] ?? '', 'expected files of one language, found .yaml and .alloy files together');
  return { language: spoken.has('alloy') ? 'alloy' : 'yaml', files, faults };
}

/** Text of a file that a reference names, without the line end it closes with; throws an Error that says why not. */
export function readReferenced(path: string): string {
  let bytes: Uint8Array;
  try {
    bytes = readBounded(path);
  } catch (why) {
    throw new Error(reasonOf(why), { cause: why });
  }
  const text = decode(bytes);
  if (text === undefined) throw new Error('it is not UTF-8');
  return text.replace(/\r?\n$/, '');
}

/** Hidden ones are left out: Kubernetes mounts a ConfigMap as links into `..data`. */
function filesOf(directory: string, fault: (name: string, message: string) => void): string[] {
  const paths = readdirSync(directory)
    .filter((name) => !name.startsWith('.') && languages[extname(name)] !== undefined)
    .sort()
    .map((name) => join(directory, name))
    .filter((path) => statSync(path).isFile());
  if (paths.length === 0) fault(directory, 'expected a directory with .yaml or .alloy files, found none in it');
  return paths;
}

/** `-` is what the process is given; whoever reloads gets the same again. */
function readStdin(stdin: (() => Uint8Array) | undefined): Uint8Array {
  if (stdin === undefined) throw new Error('there is no standard input here');
  const bytes = stdin();
  if (bytes.length > largestBytes) throw new Error(`it has ${bytes.length} bytes, more than ${largestBytes}`);
  return bytes;
}

/** By its name; of stdin, which has none, by its text: a line `name "label" {` or `name {` begins no YAML. */
export function languageOfFile({ name, text }: SourceFile): Language {
  if (name !== '-') return languageOf(name);
  return /^[A-Za-z_][\w.]*(?:[ \t]+"[^"\n]*")?[ \t]*\{/m.test(text) ? 'alloy' : 'yaml';
}

function languageOf(path: string): Language {
  return languages[extname(path)] ?? 'yaml';
}

function readBounded(path: string): Uint8Array {
  const { size } = statSync(path);
  if (!statSync(path).isFile()) throw new Error('it is no regular file');
  if (size > largestBytes) throw new Error(`it has ${size} bytes, more than ${largestBytes}`);
  return readFileSync(path);
}

function decode(bytes: Uint8Array): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return undefined; // the only thing it throws for
  }
}

function lineOfBadByte(bytes: Uint8Array): number {
  const text = new TextDecoder().decode(bytes);
  return text.slice(0, text.indexOf('\uFFFD')).split('\n').length;
}

/** What the operating system says, without the call and the path that Node adds. */
function reasonOf(why: unknown): string {
  if (!(why instanceof Error)) return String(why);
  return /^[A-Z0-9]+: (.*?), \w+/.exec(why.message)?.[1] ?? why.message;
}

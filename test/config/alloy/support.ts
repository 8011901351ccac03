import { type AlloyOptions, type AlloyResult, parseAlloy } from '../../../src/config/alloy/alloy.ts';
import type { Problem } from '../../../src/config/tree.ts';

/** Files that only the test has. */
export type Files = Readonly<Record<string, string>>;

/** Reads texts as one configuration, of a machine called `box` without a variable in its environment. */
export function read(text: string | Files, options: Partial<AlloyOptions> & { readonly files?: Files } = {}): AlloyResult {
  const sources = typeof text === 'string' ? { 'config.alloy': text } : text;
  const { files = {}, ...rest } = options;
  return parseAlloy(
    Object.entries(sources).map(([name, content]) => ({ name, text: content })),
    {
      env: {},
      hostname: 'box',
      readFile(path) {
        const found = files[path];
        if (found === undefined) throw new Error(`ENOENT: no such file ${path}`);
        return found;
      },
      listFiles(path) {
        const names = Object.keys(files).filter((name) => name.startsWith(`${path}/`));
        return names.length === 0 ? undefined : names.map((name) => name.slice(path.length + 1)).filter((name) => !name.includes('/'));
      },
      ...rest,
    },
  );
}

/** "3:4 path: message" of each, with "warning " before those that are none. */
export function told(problems: readonly Problem[]): string[] {
  return problems.map(
    ({ place, path, message, severity }) => `${severity === 'warning' ? 'warning ' : ''}${place.line}:${place.column} ${path}: ${message}`,
  );
}

/** What a text becomes; there must be no error. */
export function treeOf(text: string | Files, options: Partial<AlloyOptions> & { readonly files?: Files } = {}): unknown {
  const { tree, problems } = read(text, options);
  if (tree === undefined) throw new Error(told(problems).join('\n'));
  return tree.value;
}

/** The same with only its errors. */
export function errorsOf(text: string | Files, options: Partial<AlloyOptions> & { readonly files?: Files } = {}): string[] {
  return told(read(text, options).problems.filter(({ severity }) => severity === 'error'));
}
